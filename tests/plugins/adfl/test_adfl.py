"""ADFL, its baseline and its placebo, through their own fit."""

from dataclasses import replace

import numpy as np
import pytest
from ferbench_adfl import METHODS
from ferbench_adfl.config import AdflConfig
from ferbench_adfl.frames import BesideNeutral, with_neutral

from ferbench.contracts.faces import LabelledFaces, TrainingFaces
from ferbench.contracts.method import PRESETS, Task
from ferbench.errors import Unsupported, UsageError
from ferbench.loading import load_object
from ferbench.results.predictions import check
from ferbench.settings import configured
from ferbench.training.patches import TEN, PatchBatches, Patches
from ferbench.training.samplers import ImageBatches
from ferbench.training.states import read_state, save_state

SHORT = {"divisor": 16, "units": (0, 1, 0, 0), "epochs": 3, "batch": 16, "lr": 2e-2}
BY_NAME = {spec.name: spec for spec in METHODS}
MIXINGS = pytest.mark.parametrize("neutral", ["beside", "mixed"])
EVERY = pytest.mark.parametrize("every", [False, True], ids=["one", "ten"])


def with_onsets(toy, count=14):
    """The toy's training data with grey, plain neutral faces of its people."""
    noise = np.random.default_rng(7).normal(60, 12, (count, 48, 48, 1))
    neutral = LabelledFaces(
        {"face": noise.clip(0, 255).astype(np.uint8)},
        np.arange(count),
        classes=("neutral",),
        expression=np.zeros(count),
        subject=np.arange(count) % 8,
        sequence=np.arange(count),
    )
    return replace(toy.data, neutral=neutral)


@pytest.fixture
def methods(bench):
    return bench(METHODS, SHORT)


@MIXINGS
@EVERY
def test_it_learns_the_toy_problem(neutral, every, make_toy, new_run, methods):
    toy, run = make_toy(), new_run()
    epochs = 3 if every else 20
    method = methods.fitted(
        "adfl", toy, run, with_onsets(toy), epochs=epochs, neutral=neutral, every_crop=every
    )
    assert toy.accuracy(method, run) >= 0.9
    curve = run.progress.curve
    assert curve[-1]["residual"] < curve[0]["residual"]
    assert run.progress.input_passes == (48 + 14) * epochs * (TEN if every else 1)


def test_the_baseline_learns_without_neutral_frames(make_toy, new_run, methods):
    toy, run = make_toy(), new_run()
    method = methods.fitted("adfl-baseline", toy, run, toy.data, epochs=12)
    assert toy.accuracy(method, run) >= 0.9
    assert run.progress.input_passes == 48 * 12


def test_its_features_are_means_over_the_ten_crops(make_toy, new_run, ten_windows, methods):
    toy, run = make_toy(), new_run()
    method = methods.fitted("adfl", toy, run, with_onsets(toy), epochs=1)
    found = method.predict(toy.test, run)
    check(found, 30, toy.task.classes)
    network, p, f_r, f_e, f_n = method.network, 0, 0, 0, 0
    method.network.requires_grad_(False)
    for x in ten_windows(7):
        shared = network.shared(x)
        maps_e, maps_n = network.expressive.maps(shared), network.neutral.maps(shared)
        residual = network.residual_fc((maps_e - maps_n).flatten(1))
        p = p + network.classifier(residual).softmax(1) / 10
        f_r = f_r + residual / 10
        f_e = f_e + network.expressive(shared) / 10
        f_n = f_n + network.neutral(shared) / 10
    assert np.allclose(found.probabilities[7], p, atol=1e-5)
    assert np.allclose(found.embeddings[7], f_r, atol=1e-4)
    assert found.features.keys() == {"expressive", "neutral"}
    assert np.allclose(found.features["expressive"][7], f_e, atol=1e-4)
    assert np.allclose(found.features["neutral"][7], f_n, atol=1e-4)
    assert not np.allclose(f_e, f_n, atol=0.1)


@EVERY
def test_beside_neutral_the_expressive_patches_are_the_baselines_batch_by_batch(
    every, make_toy, new_run
):
    toy, run = make_toy(), new_run()
    joined = with_neutral(with_onsets(toy))
    alone = PatchBatches(ImageBatches(10, grid=False), every)
    beside = BesideNeutral(alone, neutral=14)
    theirs = list(alone.batches(Patches(toy.train, (44, 44)), run, 2))
    ours = list(beside.batches(Patches(joined, (44, 44)), run, 2))
    assert len(ours) == len(theirs) == beside.steps(62) == alone.steps(48)
    neutral = []
    for a, b in zip(ours, theirs, strict=True):
        count = len(b.rows)
        assert np.array_equal(a.rows[:count], b.rows)
        assert (joined.expression[a.rows[count:] // TEN] == 3).all()
        assert a.shape.images == len(a.rows) == len(a.queries)
        assert a.shape.classes == b.shape.classes + 1
        neutral.append(a.rows[count:])
    assert max(map(len, neutral)) - min(map(len, neutral)) <= 1
    every_row = sorted(np.concatenate(neutral).tolist())
    if every:
        assert every_row == list(range(TEN * 48, TEN * 62))
    else:
        assert [row // TEN for row in every_row] == list(range(48, 62))


def test_neutral_patches_and_their_order_change_with_the_epoch(make_toy, new_run):
    joined, run = Patches(with_neutral(with_onsets(make_toy())), (44, 44)), new_run()
    sampler = BesideNeutral(PatchBatches(ImageBatches(48, grid=False), every=False), neutral=14)
    first, again, later = (
        next(iter(sampler.batches(joined, run, epoch))).rows[48:] for epoch in (0, 0, 1)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first // TEN, later // TEN)
    assert sorted(first) != sorted(later)


def test_fewer_neutral_frames_than_batches(make_toy, new_run, methods):
    toy, run = make_toy(), new_run()
    method = methods.fitted("adfl", toy, run, with_onsets(toy, count=1), batch=8, epochs=1)
    assert np.isfinite(run.progress.curve[-1]["loss"])
    assert run.progress.input_passes == 49
    assert toy.accuracy(method, run) >= 0


def test_mixed_batches_may_hold_neutral_frames_alone(make_toy, new_run, methods):
    """Batches of 2, one in three frames expressive: several have none."""
    toy, run = make_toy(), new_run()
    few = replace(with_onsets(toy, count=40), train=toy.train.part(np.arange(8)))
    methods.fitted("adfl", toy, run, few, batch=2, neutral="mixed", epochs=2)
    for point in run.progress.curve:
        assert np.isfinite(point["loss"])


def test_neutral_frames_come_after_the_others_with_a_class_of_their_own(make_toy):
    toy = make_toy()
    data = with_onsets(toy)
    joined = with_neutral(data)
    assert joined.classes == (*toy.task.classes, "neutral")
    assert np.array_equal(joined.images()[:48], toy.train.images())
    assert np.array_equal(joined.images()[48:], data.neutral.images())
    assert joined.expression.tolist() == [*toy.train.expression, *[3] * 14]
    assert joined.subject.tolist() == [*toy.train.subject, *data.neutral.subject]
    assert len(set(joined.sequence)) == 48 + 14


def test_people_without_names_stay_without(make_toy):
    data = with_onsets(make_toy())
    data.neutral.subject = None
    assert with_neutral(data).subject is None


def without_neutral(data: TrainingFaces) -> TrainingFaces:
    return replace(data, neutral=None)


def one_expression(data: TrainingFaces) -> TrainingFaces:
    return replace(data, train=data.train.part(np.flatnonzero(data.train.expression == 1)))


def neutral_scored(data: TrainingFaces) -> TrainingFaces:
    data.train.classes = ("neutral", *data.train.classes[1:])
    return data


@pytest.mark.parametrize("name", ["adfl", "adfl-shuffled"])
@pytest.mark.parametrize(
    ("changed", "says"),
    [
        (without_neutral, "has no neutral frames"),
        (one_expression, "shows one scored expression only .fear."),
        (neutral_scored, "scores neutral, which ADFL has no output for"),
    ],
)
def test_what_it_cannot_learn_from_is_not_supported(
    name, changed, says, make_toy, new_run, methods
):
    toy = make_toy()
    with pytest.raises(Unsupported, match=says):
        methods.fitted(name, toy, new_run(), changed(with_onsets(toy)))


def test_the_placebo_differs_from_its_method_in_the_lesson_alone(make_toy, new_run, methods):
    toy, states, passes = make_toy(), [], []
    for name in ("adfl", "adfl-shuffled"):
        run = new_run(name)
        states.append(methods.fitted(name, toy, run, with_onsets(toy), weight=0.0).state())
        passes.append(run.progress.input_passes)
    for key, array in states[0].items():
        assert np.array_equal(array, states[1][key]), key
    assert passes[0] == passes[1]
    taught = methods.fitted("adfl-shuffled", toy, new_run("taught"), with_onsets(toy)).state()
    learnt = methods.fitted("adfl", toy, new_run("learnt"), with_onsets(toy)).state()
    assert not np.array_equal(taught["dispeller.weight"], learnt["dispeller.weight"])


def test_the_state_restores_the_predictions(make_toy, new_run, tmp_path, methods):
    toy, run = make_toy(), new_run()
    method = methods.fitted("adfl", toy, run, with_onsets(toy))
    expected = method.predict(toy.test, run)
    save_state(tmp_path / "state.npz", method.state())
    other = methods.built("adfl", toy.task)
    other.load_state(read_state(tmp_path / "state.npz"))
    found = other.predict(toy.test, run)
    assert np.array_equal(found.probabilities, expected.probabilities)
    assert found.embeddings.shape == (30, 16)


@pytest.mark.parametrize("spec", METHODS, ids=lambda spec: spec.name)
@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_can_be_built(spec, preset):
    config = configured(spec.config, [spec.presets[preset]], spec.name)
    inputs = {name: p.shape for name, p in spec.inputs[preset].items()}
    cost = load_object(spec.factory)(config, Task(tuple("abcdefg"), inputs)).cost()
    baseline = spec.name == "adfl-baseline"
    assert spec.needs == (set() if baseline else {"neutral"})
    if preset == "paper":
        assert cost.parameters == (5_674_112 if baseline else 12_660_367)
        assert (config.batch, config.scale, config.window) == (64, 30, (112, 96))
    if not baseline:
        own = ("mixed", 10) if preset == "paper" else ("beside", 1)
        assert (config.neutral, config.weight) == own


def test_method_and_baseline_share_their_presets():
    for preset in PRESETS:
        baseline = BY_NAME["adfl-baseline"].presets[preset]
        for name in ("adfl", "adfl-shuffled"):
            own = BY_NAME[name].presets[preset]
            assert {k: v for k, v in own.items() if k not in ("neutral", "weight")} == baseline
            assert own == BY_NAME["adfl"].presets[preset]
    assert BY_NAME["adfl-shuffled"].placebo_of == "adfl"


def test_an_unknown_mixing_is_refused():
    with pytest.raises(UsageError, match="neutral is 'never'; known: beside, mixed"):
        configured(AdflConfig, [{"neutral": "never"}], "adfl")


def test_the_residual_option_reaches_the_criterion(make_toy, methods):
    task = Task(("a", "b"), make_toy().task.inputs)
    assert methods.built("adfl", task, residual_backprop=True).criterion.residual_backprop
    assert not methods.built("adfl", task).criterion.residual_backprop
