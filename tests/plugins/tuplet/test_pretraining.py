"""Pre-training as stages, on small rendered trees of FER2013 and Multi-PIE."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from ferbench_tuplet.config import ClustersConfig
from ferbench_tuplet.method import TwoBranchClusters
from ferbench_tuplet.stages import corpora, last_stage, stages

from ferbench.contracts.method import Task
from ferbench.datasets.simulated.corpora.writing import open_corpus
from ferbench.errors import UsageError
from ferbench.grid.executor import Monitor
from ferbench.grid.inline import InlineExecutor
from ferbench.grid.plan import Plan, Request, make_plan
from ferbench.grid.run import run_plan
from ferbench.grid.stage_worker import run_stage
from ferbench.grid.stages import waves
from ferbench.grid.workplace import Workplace
from ferbench.host import discover
from ferbench.settings import read_settings
from ferbench.training.pretraining import CLASSES_ONLY, adopt, expressions, pretrain

BOTH = "fer2013+multipie"
SMALL = {"divisor": 32, "crop": 44, "epochs": 2}


@pytest.fixture(scope="module")
def roots(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, ...]:
    """Settings that name a rendered FER2013 and a rendered Multi-PIE, frontal views only."""
    folder = tmp_path_factory.mktemp("corpora")
    for name, people, size in (("fer2013", 12, None), ("multipie", 2, 24)):
        open_corpus(name, folder / name, subjects=people, size=size, level="easy").write()
    return (
        *(f"dataset.{name}.root={folder / name}" for name in ("fer2013", "multipie")),
        "dataset.multipie.views=[0]",
        "dataset.multipie.align=whole",
    )


@pytest.fixture
def planned(tmp_path: Path, corpus: Callable[..., Path]) -> Callable[..., Plan]:
    """`planned("2b-nm", settings=...)`: its plan on drawn pictures, one fold, `tiny`."""

    def plan(
        *methods: str,
        settings: tuple[str, ...] = (),
        dataset: str = "manifest",
        protocol: str | None = None,
    ) -> Plan:
        root = tmp_path / "corpus"
        if not root.exists():
            corpus()
        own = (f"dataset.manifest.root={root}", "dataset.manifest.align=whole")
        chosen = read_settings([*own, *settings], folder=tmp_path)
        request = Request(methods, [dataset], "tiny", protocol, 1, 1)
        made = make_plan(request, discover([]), chosen)
        made.supplies.make()
        return made

    return plan


class Silent(Monitor):
    """A monitor that says nothing."""


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


def test_without_pretraining_no_corpus_is_asked_for(planned) -> None:
    made = planned("2b-nm")
    assert made.stages == {}
    assert made.cells[0].auxiliary == {}


def test_with_it_a_corpus_that_is_missing_is_named(planned) -> None:
    with pytest.raises(UsageError, match="dataset fer2013: no folder given"):
        planned("2b-nm", settings=("2b-nm.pretrain=fer2013",))


def test_a_setting_that_means_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match="pretrain is 'multipie'; known: none, fer2013"):
        ClustersConfig(pretrain="multipie")


def test_two_stages_are_declared_and_the_first_is_shared(roots, planned) -> None:
    methods = ("2b-nm", "2b-n1")
    settings = tuple(f"{name}.pretrain={BOTH}" for name in methods)
    made = planned(*methods, settings=(*roots, *settings))
    assert [[stage.name for stage in wave] for wave in waves(made.stages)] == [
        ["fer2013"],
        ["multipie", "multipie"],
    ]
    for cell in made.cells:
        assert set(cell.identity["stages"]) == {"fer2013", "multipie"}
    second = next(s for s in made.stages.values() if s.name == "multipie")
    assert second.classes == ("disgust", "happiness", "neutral", "surprise")


def test_what_does_not_change_pretraining_does_not_repeat_it() -> None:
    one, other = (stages("2b-nm", ClustersConfig(pretrain=BOTH, epochs=e)) for e in (5, 50))
    assert [stage.config for stage in one] == [stage.config for stage in other]
    longer = stages("2b-nm", ClustersConfig(pretrain=BOTH, pretrain_epochs=99))
    assert all(a.config != b.config for a, b in zip(one, longer, strict=True))
    only = ClustersConfig(pretrain="fer2013")
    assert [need.dataset for need in corpora(only)] == [last_stage(only)] == ["fer2013"]


def test_a_cell_is_trained_from_both_stages(roots, planned, tmp_path: Path) -> None:
    made = planned("2b-nm", settings=(*roots, f"2b-nm.pretrain={BOTH}"))
    place = Workplace(tmp_path / "out", "inline")
    ran = run_plan(made, InlineExecutor(discover([]), place), place, Silent())
    (record,) = ran.ran
    assert (record.status, record.reason) == ("ok", None)
    assert record.stage_cpu_seconds > 0
    curves = {name: place.stages.outcome(stage).curve for name, stage in record.stages.items()}
    for curve in curves.values():
        assert len(curve) == 2
        assert {"learning_rate", "validation_accuracy", "cpu_seconds"} <= set(curve[-1])
    assert "metric" in curves["multipie"][-1]


def test_a_killed_stage_ends_as_an_uninterrupted_one(roots, planned, tmp_path: Path) -> None:
    """Both stages, killed as their second of three epochs ends."""
    settings = (*roots, f"2b-nm.pretrain={BOTH}", "2b-nm.pretrain_epochs=3")
    made = planned("2b-nm", settings=settings)
    ordered = [stage for wave in waves(made.stages) for stage in wave]
    whole, killed = (
        Workplace(tmp_path / name, "inline", checkpoint_every=0.0) for name in ("whole", "killed")
    )

    def kill(epoch: int, scalars: dict[str, float]) -> None:
        if epoch == 1:
            raise Killed

    for stage in ordered:
        expected = run_stage(stage, whole, lambda epoch, scalars: None)
        with pytest.raises(Killed):
            run_stage(stage, killed, kill)
        found = run_stage(stage, killed, lambda epoch, scalars: None)
        assert (found.reason, expected.reason) == (None, None)
        for one, other in zip(found.curve, expected.curve, strict=True):
            assert one | {"cpu_seconds": 0} == other | {"cpu_seconds": 0}
        states = [place.stages.read(stage.id) for place in (whole, killed)]
        for part in ("network", "criterion"):
            assert states[0][part].keys() == states[1][part].keys()
            for name, array in states[0][part].items():
                assert np.array_equal(array, states[1][part][name]), name
    assert any("moving" in n or "running" in n for n in states[0]["network"]), "batch norm's too"


@pytest.mark.parametrize(("dataset", "protocol"), [("multipie", "kfold:2"), ("fer2013", None)])
def test_a_corpus_is_not_evaluated_after_pretraining_on_it(
    roots, planned, dataset: str, protocol: str | None
) -> None:
    settings = (*roots, f"2b-nm.pretrain={BOTH}")
    with pytest.raises(UsageError, match=f"auxiliary corpus {dataset} holds .* refused"):
        planned("2b-nm", settings=settings, dataset=dataset, protocol=protocol)


def test_adopting_leaves_the_classifier_alone(make_toy, new_run) -> None:
    """FER2013 has other classes than the corpus that is fine-tuned on."""
    toy, run = make_toy(), new_run("stage")
    config = ClustersConfig(**SMALL)
    recipe = {name: getattr(config, name) for name in SMALL}
    state = expressions({**recipe, "lr": 0.01}, toy.train, run)
    torch.manual_seed(9)
    method = TwoBranchClusters(config, Task(("a", "b", "c", "d", "e"), toy.task.inputs))
    before = {name: t.clone() for name, t in method.network.state_dict().items()}
    criterion = {name: t.clone() for name, t in method.criterion.state_dict().items()}
    adopt(method, state)
    own = {name for name in before if name.startswith(CLASSES_ONLY)}
    assert own
    assert set(state["network"]) == set(before) - own
    for name, tensor in method.network.state_dict().items():
        expected = before[name] if name in own else torch.as_tensor(state["network"][name])
        assert torch.equal(tensor, expected), name
    moved = [n for n in state["network"] if not np.array_equal(state["network"][n], before[n])]
    assert moved
    for name, tensor in method.criterion.state_dict().items():
        assert torch.equal(tensor, criterion[name]), "the first stage has no metric branch"


def test_pretraining_learns(make_toy, new_run) -> None:
    toy, run = make_toy(), new_run()
    method = TwoBranchClusters(ClustersConfig(**{**SMALL, "epochs": 12, "lr": 0.02}), toy.task)
    before = toy.accuracy(method, run)
    pretrain(method, toy.train, run)
    assert toy.accuracy(method, run) > max(0.8, before)


def test_a_rate_that_always_diverges_says_so(make_toy, new_run) -> None:
    toy = make_toy()
    method = TwoBranchClusters(ClustersConfig(**{**SMALL, "lr": 1e30}), toy.task)
    with pytest.raises(UsageError, match=r"rate of 1e\+30 diverged in all 2 epochs"):
        pretrain(method, toy.train, new_run())
