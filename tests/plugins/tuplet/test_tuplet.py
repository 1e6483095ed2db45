"""The tuplet methods, through their own fit."""

from dataclasses import replace

import numpy as np
import pytest
from ferbench_baselines.softmax import Softmax
from ferbench_tuplet import METHODS
from ferbench_tuplet.config import ClustersConfig, NPlusOneConfig
from ferbench_tuplet.method import OneBranchClusters, TwoBranchClusters

from ferbench.contracts.faces import LabelledFaces, TrainingFaces
from ferbench.contracts.method import PRESETS, Task
from ferbench.contracts.run import BatchShape
from ferbench.errors import Unsupported, UsageError
from ferbench.loading import load_object
from ferbench.settings import configured
from ferbench.training.recipe import InceptionRecipe
from ferbench.training.states import read_state, save_state

SHORT = {"divisor": 16, "epochs": 2, "batch": 16, "lr": 1.2e-2}
SPECS = pytest.mark.parametrize("spec", METHODS, ids=lambda spec: spec.name)
BY_NAME = {spec.name: spec for spec in METHODS}


@pytest.fixture
def methods(bench):
    return bench(METHODS, SHORT)


def cut(train: LabelledFaces, keep: np.ndarray, named: bool = True) -> TrainingFaces:
    """Some of the faces."""
    part = train.part(keep)
    if not named:
        part.subject = None
    return TrainingFaces(train=part)


@SPECS
@pytest.mark.parametrize("tuples", ["grid", "paper"])
def test_the_comparisons_counted_are_those_of_the_formula(spec, tuples, make_toy, new_run, methods):
    run = new_run()
    methods.fitted(spec.name, make_toy(), run, tuples=tuples)
    assert run.progress.comparisons.total == run.progress.comparisons_expected > 0
    assert run.progress.input_passes == 2 * 48 * (1 if tuples == "grid" else 4)
    point = run.progress.curve[0]
    weight = spec.config().weight
    assert point["loss"] == pytest.approx(point["softmax"] + weight * point["metric"], rel=1e-5)
    assert point["metric"] > 0
    assert point["negatives_of_a_positive"] == point["negatives_at_random"] == 0


@pytest.mark.parametrize("name", ["1b-n1", "2b-n1", "1b-nm", "2b-nm"])
def test_it_learns_the_toy_problem(name, make_toy, new_run, methods):
    toy, run = make_toy(), new_run()
    method = methods.fitted(name, toy, run, epochs=8, weight=0.1)
    assert toy.accuracy(method, run) >= 0.9
    curve = run.progress.curve
    assert curve[-1]["metric"] < curve[0]["metric"]


def test_costs_of_the_papers_preset():
    """7,348,233 + 4,850,946 parameters, 25.08 M operations, 288 comparisons."""
    similarity = 2 * 1024 * 1024 + 1024 + 1
    expected = {
        "1b-n1": (7_348_233, 84),
        "2b-n1": (7_348_233 + 4_850_946 - (2 * 256 * 256 + 256 + 1), 84),
        "1b-nm": (7_348_233 + similarity, 288),
        "2b-nm": (7_348_233 + 4_850_946, 288),
        "2b-nm-random": (7_348_233 + 4_850_946, 288),
    }
    for spec in METHODS:
        inputs = {name: p.shape for name, p in spec.inputs["paper"].items()}
        config = configured(spec.config, [spec.presets["paper"]], spec.name)
        cost = load_object(spec.factory)(config, Task(tuple("abcdefg"), inputs)).cost()
        assert (cost.parameters, cost.comparisons) == expected[spec.name], spec.name
        assert cost.macs == 25_084_480


def test_six_classes_make_240_comparisons(methods):
    task = Task(tuple("abcdef"), {"face": (48, 48, 1)})
    method = methods.built("2b-nm", task, tuples="paper")
    assert method.cost().comparisons == 240
    assert method.expected_comparisons(BatchShape(120, 12, 5, 5, 6)) == 240


@SPECS
@pytest.mark.parametrize("preset", PRESETS)
def test_the_presets_deviate_in_batch_and_weight_alone(spec, preset):
    config = configured(spec.config, [spec.presets[preset]], spec.name)
    assert config.tuples == ("paper" if preset == "paper" else "grid")
    twin = BY_NAME[spec.placebo_of or spec.name]
    assert config.weight == (1 if preset == "paper" else twin.presets["study"]["weight"])
    assert config.query_in_m
    assert spec.needs == {"subject_id"}
    assert spec.baseline == "softmax"


def test_the_metric_branch_stays_behind_in_training(make_toy, new_run, tmp_path, methods):
    toy, run = make_toy(), new_run()
    method = methods.fitted("2b-nm", toy, run)
    expected = method.predict(toy.test, run)
    save_state(tmp_path / "state.npz", method.state())
    assert not [name for name in method.state() if "fc3" in name or "l_a" in name]
    plain = Softmax(configured(InceptionRecipe, [SHORT], "softmax"), toy.task)
    plain.load_state(read_state(tmp_path / "state.npz"))
    found = plain.predict(toy.test, run)
    assert np.array_equal(found.probabilities, expected.probabilities)


def test_the_threshold_does_not_decay(make_toy, new_run):
    """Under a decay that shrinks all else to nothing, b stays near its start."""
    toy, run = make_toy(), new_run()
    config = configured(
        ClustersConfig, [SHORT, {"weight_decay": 30.0, "schedule": "constant"}], "2b-nm"
    )
    method = TwoBranchClusters(config, toy.task)
    with run.fitting():
        method.fit(toy.data, run)
    similarity = method.criterion.term.loss.similarity
    assert similarity.l_a.detach().abs().max() < 0.05
    assert similarity.b.item() > 1.8


def test_the_placebo_differs_from_its_method_in_the_negatives_alone(make_toy, new_run, methods):
    toy, runs = make_toy(), [new_run("own"), new_run("other")]
    names = ("2b-nm", "2b-nm-random")
    states = [methods.fitted(n, toy, r).state() for n, r in zip(names, runs, strict=True)]
    assert BY_NAME["2b-nm-random"].placebo_of == "2b-nm"
    assert any(not np.array_equal(a, states[1][n]) for n, a in states[0].items())
    passes = [run.progress.input_passes for run in runs]
    assert passes[0] == passes[1]


@pytest.mark.parametrize("tuples", ["grid", "paper"])
@pytest.mark.parametrize("name", ["1b-n1", "2b-nm", "2b-nm-random"])
def test_batches_without_a_usable_tuple_are_learnt_from_by_softmax(
    name, tuples, make_toy, new_run, methods
):
    toy, run = make_toy(), new_run()
    data = cut(toy.train, np.flatnonzero(toy.train.expression == 1))
    methods.fitted(name, toy, run, data, tuples=tuples)
    point = run.progress.curve[-1]
    assert point["metric"] == 0
    assert point["softmax"] == pytest.approx(point["loss"])
    assert np.isfinite(point["loss"])


@pytest.mark.parametrize("tuples", ["grid", "paper"])
def test_what_a_person_lacks_is_borrowed_and_logged(tuples, make_toy, new_run, methods):
    toy, run = make_toy(), new_run()
    lacking = (toy.train.subject == 0) & (toy.train.expression != 1)
    methods.fitted("2b-nm", toy, run, cut(toy.train, np.flatnonzero(~lacking)), tuples=tuples)
    point = run.progress.curve[-1]
    assert 0 < point["negatives_of_a_positive"] < 0.2
    assert np.isfinite(point["loss"])


def test_a_corpus_without_people_is_not_supported(make_toy, new_run, methods):
    toy = make_toy()
    data = cut(toy.train, np.arange(48), named=False)
    with pytest.raises(Unsupported, match="names no people"):
        methods.fitted("2b-nm", toy, new_run(), data)


@pytest.mark.parametrize(
    ("config", "setting", "says"),
    [
        (NPlusOneConfig, {"tuples": "all"}, "tuples is 'all'; known: grid, paper"),
        (ClustersConfig, {"h_sign": "plus"}, "h_sign is 'plus'; known: corrected, eq8_literal"),
        (ClustersConfig, {"average": "query"}, "average is 'query'; known: tuple, set"),
    ],
)
def test_settings_without_meaning_are_refused(config, setting, says):
    with pytest.raises(UsageError, match=says):
        configured(config, [setting], "2b-nm")


def test_settings_reach_the_loss(make_toy):
    config = configured(ClustersConfig, [{"h_sign": "eq8_literal", "average": "set"}], "1b-nm")
    loss = OneBranchClusters(config, make_toy().task).criterion.term.loss
    assert (loss.similarity.sign, loss.average) == (1.0, "set")
    beside = replace(config, tuples="paper", query_in_m=False)
    assert OneBranchClusters(beside, make_toy().task).sampler.full(7).images == 156
