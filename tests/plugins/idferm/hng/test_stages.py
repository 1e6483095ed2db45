"""The stages in the harness: planned, killed and resumed, refused, and what they hand on."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from ferbench_idferm.hng.config import HNG_PRESETS, HngConfig
from ferbench_idferm.hng.generator import Generator
from ferbench_idferm.hng.stages import HNG, PHI, PSI, generator_corpora, generator_stages
from PIL import Image

from ferbench.contracts.method import Fidelity, MethodSpec, State, one_input
from ferbench.errors import UsageError
from ferbench.grid.plan import Plan, Request, make_plan
from ferbench.grid.stage_worker import run_stage
from ferbench.grid.stages import waves
from ferbench.grid.workplace import Workplace
from ferbench.host import discover
from ferbench.nets.dr_gan import Decoder, DrGanShape, Encoder
from ferbench.settings import read_settings
from ferbench.training.states import module_state

SHOTS = (
    ("01", "05_1", "00"),
    ("01", "05_1", "07"),
    ("01", "19_0", "00"),
    ("02", "05_1", "07"),
    ("02", "14_0", "00"),
)
"""Recording (1 neutral, 2 a smile), camera (05_1 in front) and light."""
TINY = {**HNG_PRESETS["tiny"], "pairs": 16, "batch": 8, "feature_images": 16}


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


@pytest.fixture(scope="module")
def multipie(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """Settings that name a Multi-PIE of noise: three people, the third without a neutral face."""
    root = tmp_path_factory.mktemp("multipie")
    draw = np.random.default_rng(0)
    for person in ("001", "002", "003"):
        for recording, camera, light in SHOTS if person != "003" else SHOTS[2:]:
            name = f"{person}_01_{recording}_{camera.replace('_', '')}_{light}.png"
            file = root / "session01" / "multiview" / person / recording / camera / name
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(draw.integers(0, 256, (24, 24, 3), dtype=np.uint8)).save(file)
    return f"dataset.multipie.root={root}", "dataset.multipie.align=whole"


@pytest.fixture
def planned(tmp_path: Path, corpus: Callable[..., Path]) -> Callable[..., Plan]:
    """`planned(settings, corpus="multipie")`: a method of these stages on one fold."""

    def plan(
        settings: tuple[str, ...] = (), dataset: str = "manifest", folds: int = 1, **own: object
    ) -> Plan:
        root = tmp_path / "corpus"
        if not root.exists():
            corpus()
        registry = discover([])
        registry.methods["with-hng"] = MethodSpec(
            name="with-hng",
            summary="reads the generator",
            factory="ferbench_baselines.softmax:Softmax",
            config=HngConfig,
            presets={"tiny": {**TINY, **own}},
            inputs={"tiny": one_input(48, 48)},
            fidelity=Fidelity("inspired"),
            stages=generator_stages,
            auxiliary=generator_corpora,
        )
        registry.owner["methods", "with-hng"] = registry.owner["methods", "softmax"]
        base = (
            f"dataset.manifest.root={root}",
            "dataset.manifest.align=whole",
            "dataset.simfaces.subjects=6",
        )
        chosen = read_settings([*base, *settings], folder=tmp_path)
        request = Request(["with-hng"], [dataset], "tiny", "kfold:2", folds, 1)
        made = make_plan(request, registry, chosen)
        made.supplies.make()
        return made

    return plan


def ordered(plan: Plan) -> list:
    return [stage for wave in waves(plan.stages) for stage in wave]


def quiet(epoch: int, scalars: dict[str, float]) -> None:
    """Observes nothing."""


def test_on_another_corpus_there_is_one_generator_for_all_folds(multipie, planned) -> None:
    made = planned(multipie, folds=2, corpus="multipie")
    assert [(stage.name, stage.fold) for stage in ordered(made)] == [
        (PHI, None),
        (PSI, None),
        (HNG, None),
    ]
    assert ordered(made)[-1].classes == ("input", "target")


def test_on_the_training_folds_there_is_one_for_each(planned) -> None:
    made = planned(dataset="simfaces", folds=2)
    assert sorted((stage.name, stage.fold) for stage in made.stages.values()) == [
        (name, fold) for name in (HNG, PHI, PSI) for fold in (0, 1)
    ]


def test_a_killed_stage_ends_as_an_uninterrupted_one(multipie, planned, tmp_path) -> None:
    """All three, on the corpus's pairs, killed as their second of three epochs ends."""
    made = planned(multipie, corpus="multipie", epochs=3, feature_epochs=3)
    whole, killed = (
        Workplace(tmp_path / name, "inline", checkpoint_every=0.0) for name in ("whole", "killed")
    )

    def kill(epoch: int, scalars: dict[str, float]) -> None:
        if epoch == 1:
            raise Killed

    for stage in ordered(made):
        expected = run_stage(stage, whole, quiet)
        with pytest.raises(Killed):
            run_stage(stage, killed, kill)
        found = run_stage(stage, killed, quiet)
        assert (found.reason, expected.reason) == (None, None)
        for one, other in zip(found.curve, expected.curve, strict=True):
            assert one | {"cpu_seconds": 0} == other | {"cpu_seconds": 0}
        states = [place.stages.read(stage.id) for place in (whole, killed)]
        assert _same(*states)
    state = states[0]
    assert state["features"] == {"phi": "trained on 3 people", "psi": "trained on 3 people"}
    assert (state["people"], state["people_without_neutral"], state["inputs"]) == (2, 1, 10)
    assert any("running" in name for name in state["encoder"]), "batch norm's too"


def _same(one: object, other: object) -> bool:
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[key], other[key]) for key in one)
    if isinstance(one, np.ndarray):
        return np.array_equal(one, other)
    return one == other


def test_a_generator_of_the_training_fold_is_trained_and_read(planned, tmp_path) -> None:
    made = planned(dataset="simfaces")
    place = Workplace(tmp_path / "out", "inline")
    for stage in ordered(made):
        assert run_stage(stage, place, quiet).reason is None
    state = place.stages.read(ordered(made)[-1].id)
    assert state["people"] == 3, "half of six people"
    tool = Generator.from_state(state, torch.device("cpu"))
    assert tool.input.shape == (64, 64, 1)


def test_simulated_pairs_need_no_folder_and_hold_nobody_who_is_scored(planned, tmp_path) -> None:
    """As at `study`: people of their own, one generator for all folds; never those evaluated."""
    few = ("dataset.simpairs.subjects=4", "dataset.simpairs.inputs=2", "dataset.simpairs.size=24")
    assert HNG_PRESETS["study"]["corpus"] == "simpairs"
    made = planned(few, dataset="simfaces", folds=2, corpus="simpairs")
    place = Workplace(tmp_path / "out", "inline")
    assert [stage.fold for stage in ordered(made)] == [None] * 3
    for stage in ordered(made):
        assert run_stage(stage, place, quiet).reason is None
    state = place.stages.read(ordered(made)[-1].id)
    assert (state["people"], state["inputs"]) == (4, 12)
    with pytest.raises(UsageError, match=r"auxiliary corpus simpairs holds .* refused"):
        planned(few, dataset="simpairs", corpus="simpairs")


def test_a_corpus_without_neutral_faces_says_so(planned, tmp_path) -> None:
    made = planned()
    place = Workplace(tmp_path / "out", "inline")
    outcome = [run_stage(stage, place, quiet) for stage in ordered(made)][-1]
    assert "need neutral references" in outcome.reason


def test_people_of_the_test_fold_are_not_learned_from(multipie, planned) -> None:
    """A corpus that is evaluated may not be the generator's as well."""
    with pytest.raises(UsageError, match=r"auxiliary corpus multipie holds .* refused"):
        planned(multipie, dataset="multipie", corpus="multipie")


def test_a_picture_of_the_test_fold_is_not_learned_from(tmp_path, corpus, planned) -> None:
    """One file of the evaluated corpus, under another name and person in `pairs.csv`."""
    evaluated = corpus()
    pairs = tmp_path / "pairs"
    pairs.mkdir()
    file = sorted(evaluated.glob("*_anger.png"))
    for number, source in enumerate(file[:4]):
        (pairs / f"{number}.png").write_bytes(source.read_bytes())
    lines = ["input,neutral_target,subject_id", "0.png,1.png,x", "2.png,3.png,y"]
    (pairs / "pairs.csv").write_text("\n".join(lines))
    settings = (f"dataset.pairs.root={pairs}", "dataset.pairs.align=whole")
    with pytest.raises(UsageError, match=r"auxiliary corpus pairs holds .* refused"):
        planned(settings, corpus="pairs", folds=2)


@pytest.fixture(scope="module")
def state() -> State:
    """A small generator whose batch norm has seen noise."""
    torch.manual_seed(0)
    shape = DrGanShape(16)
    encoder, decoder = Encoder(shape), Decoder(shape)
    torch.nn.init.normal_(decoder.layers[-2].weight)  # pictures with more than three levels
    with torch.no_grad():
        for _ in range(30):
            decoder(encoder(torch.rand(8, 1, 64, 64) * 2 - 1))
    return {
        "shape": {"divisor": 16, "slope": 0.1},
        "encoder": module_state(encoder),
        "decoder": module_state(decoder),
    }


def test_a_face_is_generated_the_same_in_any_company(state) -> None:
    tool = Generator.from_state(state, torch.device("cpu"))
    faces = np.random.default_rng(1).integers(0, 256, (300, 64, 64, 1), dtype=np.uint8)
    together = tool.neutral(faces)
    assert (together.shape, together.dtype) == (faces.shape, np.uint8)
    for number in (0, 255, 256, 299):
        alone = tool.neutral(faces[number : number + 1])[0]
        assert np.abs(alone.astype(int) - together[number]).max() <= 1, "a rounding at most"
    assert np.ptp(together) > 10
    assert not any(p.requires_grad for p in tool.encoder.parameters())
    assert tool.neutral(faces[:0]).shape == (0, 64, 64, 1)


def test_settings_that_mean_nothing_are_refused() -> None:
    for wrong in ({"corpus": "fer2013"}, {"variant": "gan"}, {"symmetry": "fourier"}):
        with pytest.raises(UsageError, match="known: "):
            HngConfig(**wrong)
    with pytest.raises(UsageError, match="warmup is 4; it is part of the 3 epochs"):
        HngConfig(epochs=3, warmup=4)


@pytest.mark.parametrize("preset", HNG_PRESETS)
def test_every_preset_is_a_configuration(preset) -> None:
    HngConfig(**HNG_PRESETS[preset])


def test_the_settings_come_from_the_paper() -> None:
    paper = HngConfig(**HNG_PRESETS["paper"])
    alphas = [getattr(paper, f"alpha{number}") for number in (1, 2, 3, 4)]
    assert alphas == [0.03, 0.01, 0.3, 0.1]
    assert (paper.divisor, paper.slope, paper.batch, paper.lr) == (1, 0.1, 64, 2e-4)
    assert paper.corpus == "multipie"
