"""ED2L, its baseline and its placebo, through their own fit."""

import numpy as np
import pytest
import torch
from ferbench_ed2l import METHODS
from ferbench_ed2l.config import BaselineConfig, Ed2lConfig

from ferbench.contracts.faces import Faces
from ferbench.contracts.method import PRESETS, Task
from ferbench.contracts.run import BatchShape
from ferbench.errors import UsageError
from ferbench.loading import load_object
from ferbench.results.predictions import check
from ferbench.settings import configured
from ferbench.training.states import read_state, save_state

SHORT = {"divisor": 16, "units": (0, 1, 0, 0), "epochs": 6, "batch": 16, "lr": 2e-2}
BY_NAME = {spec.name: spec for spec in METHODS}
SPECS = pytest.mark.parametrize("spec", METHODS, ids=lambda spec: spec.name)


@pytest.fixture
def methods(bench):
    return bench(METHODS, SHORT)


@SPECS
@pytest.mark.parametrize("every", [False, True], ids=["one", "ten"])
def test_it_learns_the_toy_problem(spec, every, make_toy, new_run, methods):
    toy, run = make_toy(), new_run()
    method = methods.fitted(spec.name, toy, run, every_crop=every, epochs=2 if every else 12)
    assert toy.accuracy(method, run) >= 0.9
    curve = run.progress.curve
    assert curve[-1]["loss"] < curve[0]["loss"]
    assert run.progress.input_passes == 48 * (20 if every else 12)
    assert run.progress.comparisons.total is None
    assert method.expected_comparisons(BatchShape(images=16)) is None


def test_without_weight_it_is_the_baseline_to_the_bit(make_toy, new_run, methods):
    """The same start, order, crops and schedule: so a difference is one of the dispelling."""
    toy = make_toy()
    alone = methods.fitted("ed2l-baseline", toy, new_run("alone")).state()
    for name in ("ed2l", "ed2l-shuffled"):
        beside = methods.fitted(name, toy, new_run(name), weight=0.0).state()
        for key, array in alone.items():
            assert np.array_equal(array, beside[key]), key


def test_the_placebo_differs_from_its_method(make_toy, new_run, methods):
    toy = make_toy()
    runs = [new_run(name) for name in ("ed2l", "ed2l-shuffled")]
    own, other = (
        methods.fitted(name, toy, run, epochs=2).state()
        for name, run in zip(("ed2l", "ed2l-shuffled"), runs, strict=True)
    )
    assert not np.array_equal(own["dispeller.weight"], other["dispeller.weight"])
    assert not np.array_equal(own["branch.fc.weight"], other["branch.fc.weight"])
    passes = [run.progress.input_passes for run in runs]
    assert passes[0] == passes[1]


def test_the_dispeller_of_the_placebo_knows_less_of_the_expression(make_toy, new_run, methods):
    """With the adversary off, a dispeller learns true labels and shuffled ones hardly."""
    toy, last = make_toy(), {}
    for name in ("ed2l", "ed2l-shuffled"):
        run = new_run(name)
        method = methods.built(name, toy.task, weight=1.0, epochs=20)
        method.criterion.dispelling.forward = _without_l_p
        with run.fitting():
            method.fit(toy.data, run)
        last[name] = run.progress.curve[-1]["dispeller"]
    assert last["ed2l"] < 0.5 < last["ed2l-shuffled"]


def _without_l_p(dispeller, features, labels):
    logits = dispeller(features.detach())
    return torch.nn.functional.cross_entropy(logits, labels, reduction="none"), torch.zeros(1)


def test_what_is_predicted_is_the_mean_over_the_ten_crops(make_toy, new_run, ten_windows, methods):
    toy, run = make_toy(), new_run()
    method = methods.fitted("ed2l", toy, run, epochs=1)
    found = method.predict(toy.test, run)
    check(found, 30, toy.task.classes)
    assert found.embeddings.shape == (30, 16)
    network, p, f_t, f_p = method.network, 0, 0, 0
    method.network.requires_grad_(False)
    for x in ten_windows(4):
        shared = network.shared(x)
        feature = network.branch(shared)
        p = p + network.classifier(feature).softmax(1) / 10
        f_t, f_p = f_t + feature / 10, f_p + network.dispelling(shared) / 10
    assert np.allclose(found.probabilities[4], p, atol=1e-5)
    assert np.allclose(found.embeddings[4], f_t, atol=1e-4)
    assert found.features.keys() == {"dispelled"}
    assert np.allclose(found.features["dispelled"][4], f_p, atol=1e-4)
    assert not np.allclose(f_t, f_p, atol=0.1)


def test_the_baseline_has_no_further_feature(make_toy, new_run, methods):
    toy = make_toy()
    assert methods.built("ed2l-baseline", toy.task).predict(toy.test, new_run()).features == {}


def test_the_centre_crop_alone_where_it_is_asked_for(make_toy, new_run, methods):
    toy, run = make_toy(), new_run()
    framed = np.full((30, 48, 48, 1), 255, dtype=np.uint8)
    framed[:, 2:46, 2:46] = toy.test.images()[:, 2:46, 2:46]
    faces = Faces({"face": framed}, np.arange(30))
    for tested, same in (("centre", True), ("ten", False)):
        method = methods.built("ed2l", toy.task, tested=tested)
        found, expected = (method.predict(f, run).probabilities for f in (faces, toy.test))
        assert np.array_equal(found, expected) == same


@SPECS
def test_the_state_restores_the_predictions(spec, make_toy, new_run, tmp_path, methods):
    toy, run = make_toy(), new_run()
    method = methods.fitted(spec.name, toy, run, epochs=2)
    expected = method.predict(toy.test, run)
    save_state(tmp_path / "state.npz", method.state())
    other = methods.built(spec.name, toy.task)
    other.load_state(read_state(tmp_path / "state.npz"))
    found = other.predict(toy.test, run)
    assert np.array_equal(found.probabilities, expected.probabilities)
    assert np.array_equal(found.embeddings, expected.embeddings)


def test_the_dispelling_branch_is_kept_to_be_looked_at(make_toy, new_run, methods):
    state = methods.fitted("ed2l", make_toy(), new_run(), epochs=1).state()
    for part in ("dispelling.down", "dispelling.fc", "dispeller"):
        assert any(name.startswith(part) for name in state)


def test_costs_of_the_papers_preset():
    inputs = {"face": (128, 110, 1)}
    expected = {"ed2l": 9_905_543, "ed2l-shuffled": 9_905_543, "ed2l-baseline": 5_674_112}
    for name, spec in BY_NAME.items():
        config = configured(spec.config, [spec.presets["paper"]], name)
        cost = load_object(spec.factory)(config, Task(tuple("abcdefg"), inputs)).cost()
        assert (cost.parameters, cost.comparisons) == (expected[name], None)
        assert cost.macs == 10 * 437_049_088, "ten crops, and no dispelling branch at test"


@SPECS
@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_can_be_built(spec, preset):
    config = configured(spec.config, [spec.presets[preset]], spec.name)
    inputs = {name: p.shape for name, p in spec.inputs[preset].items()}
    method = load_object(spec.factory)(config, Task(("anger", "fear"), inputs))
    assert method.cost().parameters > 0
    assert config.every_crop == (preset == "paper")
    assert config.pretrain == "none"


def test_the_papers_settings():
    config = configured(Ed2lConfig, [BY_NAME["ed2l"].presets["paper"]], "ed2l")
    assert config.window == (112, 96)
    assert (config.batch, config.epochs, config.lr, config.weight_decay) == (64, 100, 1e-4, 5e-4)
    assert (config.scale, config.margin, config.weight) == (30, 0.35, 10)
    assert (config.schedule, config.decoupled_decay) == ("constant", False)
    assert (config.label_smoothing, config.normalisation) == (0, "scale")


def test_all_variants_share_their_presets():
    for preset in PRESETS:
        shared = [spec.presets[preset] for spec in METHODS]
        assert shared[0] == shared[1] == shared[2]
    assert BY_NAME["ed2l-shuffled"].placebo_of == "ed2l"
    assert BY_NAME["ed2l"].baseline == BY_NAME["ed2l-shuffled"].baseline == "ed2l-baseline"


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ({"tested": "five"}, "tested is 'five'; known: ten, centre"),
        ({"pretrain": "multipie"}, "pretrain is 'multipie'; known: none, fer2013"),
    ],
)
def test_settings_without_meaning_are_refused(setting, says):
    with pytest.raises(UsageError, match=says):
        configured(BaselineConfig, [setting], "ed2l-baseline")


def test_units_are_those_of_four_blocks():
    with pytest.raises(UsageError, match="must have four numbers: residual units of Conv1"):
        BaselineConfig(units=(1, 2, 4))


def test_windows_larger_than_the_images_are_refused(make_toy, methods):
    with pytest.raises(UsageError, match="windows of 50 x 44 pixels do not fit into images of 48"):
        methods.built("ed2l", make_toy().task, crop=50)
