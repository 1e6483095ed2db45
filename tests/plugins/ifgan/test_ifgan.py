"""IF-GAN, the same without attention, and its placebo, through their own fit."""

import numpy as np
import pytest
import torch
from ferbench_baselines import RESNET101
from ferbench_ifgan import METHODS
from ferbench_ifgan.config import IfGanConfig

from ferbench.contracts.faces import LabelledFaces
from ferbench.contracts.method import PRESETS
from ferbench.contracts.run import BatchShape
from ferbench.errors import UsageError
from ferbench.results.predictions import check
from ferbench.settings import configured
from ferbench.training.states import read_state, save_state

NAMES = [spec.name for spec in METHODS]
BY_NAME = {spec.name: spec for spec in METHODS}


def test_it_learns_the_toy_problem(make_toy, new_run, methods):
    toy, run = make_toy(channels=3), new_run()
    method = methods.fitted("ifgan", toy, run, epochs=10, lr=1e-2)
    assert toy.accuracy(method, run) >= 0.8
    first, last = run.progress.curve[0], run.progress.curve[-1]
    for name in ("loss", "l1", "softmax_fake", "softmax_real"):
        assert last[name] < first[name], name
    assert run.progress.input_passes == 48 * 10
    assert run.progress.comparisons.total == run.progress.comparisons_expected
    assert run.progress.comparisons.total == 10 * (2 * 48 + 3 * 3 * 2)
    assert 0 <= last["accuracy"] <= 1


@pytest.mark.parametrize("name", NAMES)
def test_the_state_restores_the_predictions(name, make_toy, new_run, tmp_path, methods):
    toy, run = make_toy(channels=3), new_run()
    method = methods.fitted(name, toy, run, epochs=1)
    expected = method.predict(toy.test, run)
    check(expected, 30, toy.task.classes)
    assert expected.embeddings.shape == (30, 32)
    assert {key: f.shape for key, f in expected.features.items()} == {
        "input": (30, 768),
        "generated": (30, 768),
    }
    assert not np.allclose(expected.features["input"], expected.features["generated"])
    save_state(tmp_path / "state.npz", method.state())
    other = methods.built(name, toy.task)
    other.load_state(read_state(tmp_path / "state.npz"))
    found = other.predict(toy.test, run)
    assert np.array_equal(found.probabilities, expected.probabilities)


def test_prediction_sees_the_fake_tuple_alone(make_toy, new_run, methods):
    """Other average faces change nothing of it: the harness's accuracies know no real tuple."""
    toy, run = make_toy(channels=3), new_run()
    method = methods.fitted("ifgan", toy, run, epochs=1)
    before = method.predict(toy.test, run)
    method.network.averages.fill_(0.9)
    after = method.predict(toy.test, run)
    assert np.array_equal(before.probabilities, after.probabilities)
    assert np.array_equal(before.embeddings, after.embeddings)


def test_it_starts_as_its_baseline(make_toy, methods, bench):
    toy = make_toy(channels=3)
    shared = {key: value for key, value in methods.short.items() if key != "gan_divisor"}
    baseline = bench([RESNET101], shared).built("resnet101", toy.task).network
    for name in NAMES:
        network = methods.built(name, toy.task).network
        own = network.encoder.trunk.state_dict()
        for key, value in baseline.trunk.state_dict().items():
            if key == "conv1.weight":
                value = value.repeat(1, 2, 1, 1) / 2
            assert torch.equal(own[key], value), key
        assert torch.equal(network.classifier.weight, baseline.classifier.weight)


def test_without_attention_there_is_none_and_the_rest_is_the_same(make_toy, methods):
    toy = make_toy(channels=3)
    with_it, without = (
        methods.built(name, toy.task).network.generator for name in ("ifgan", "ifgan-noattention")
    )
    more = with_it.state_dict().keys() - without.state_dict().keys()
    assert more
    assert all(key.startswith(("on_encoder", "on_skip", "on_decoder")) for key in more)
    assert not without.state_dict().keys() - with_it.state_dict().keys()


def test_the_placebo_wants_the_average_of_a_random_class(make_toy, new_run, methods):
    toy = make_toy(channels=3)
    own = methods.built("ifgan", toy.task)
    placebo = methods.built("ifgan-random", toy.task)
    labels = toy.train.expression
    assert np.array_equal(own.wanted(toy.train, new_run("own")), labels)
    once, again = (placebo.wanted(toy.train, new_run(f)) for f in ("once", "again"))
    assert np.array_equal(once, again)
    assert np.array_equal(np.sort(once), np.sort(labels))
    assert 0.1 < np.mean(once == labels) < 0.6
    assert not np.array_equal(once, placebo.wanted(toy.train, new_run("other", seed=1)))
    for key, value in own.network.state_dict().items():
        assert torch.equal(value, placebo.network.state_dict()[key]), key


def test_centres_start_at_the_class_means_of_a_first_pass(make_toy, new_run, methods):
    """Of the features as batch norm in training gives them, which remembers nothing of it."""
    toy, run = make_toy(channels=3), new_run()
    method = methods.built("ifgan", toy.task, batch=48)
    before = {n: b.clone() for n, b in method.network.named_buffers()}
    method.place_centres(toy.train, run)
    for name, value in method.network.named_buffers():
        assert torch.equal(value, before[name]), name
    x = method.view.centre(toy.train.images(), run.device)
    with torch.no_grad():
        features = method.network.train().embed(x)
    for number in range(3):
        mean = features[toy.train.expression == number].mean(0)
        torch.testing.assert_close(method.criterion.island.centres[number], mean)


def test_the_learning_rate_falls_as_printed(make_toy, methods):
    paper = configured(IfGanConfig, [BY_NAME["ifgan"].presets["paper"]], "ifgan")
    own = {key: getattr(paper, key) for key in ("lr", "weight_decay", "schedule", "betas", "decay")}
    method = methods.built("ifgan", make_toy(channels=3).task, **own, decoupled_decay=False)
    optimiser = method.adam(method.network)
    schedule = method.schedule(optimiser, 48)
    rates = []
    for _ in range(25 * 3):
        rates.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        schedule.step()
    assert rates[::30] == pytest.approx([1e-4, 0.9e-4, 0.81e-4])
    assert len(set(rates)) == 3
    (group,) = [g for g in optimiser.param_groups if g["params"]]
    assert (tuple(group["betas"]), group["weight_decay"]) == ((0.9, 0.99), 1e-4)


def test_the_papers_settings():
    paper = configured(IfGanConfig, [BY_NAME["ifgan"].presets["paper"]], "ifgan")
    weights = (paper.lambda1, paper.lambda2, paper.lambda3, paper.lambda4, paper.alpha)
    assert weights == (1, 20, 10, 1, 0.03)
    assert (paper.depth, paper.divisor, paper.gan_divisor) == (101, 1, 1)
    assert (paper.crop, paper.batch, paper.epochs, paper.degrees) == (224, 50, 100, 5)
    assert BY_NAME["ifgan"].inputs["paper"]["face"].shape == (256, 256, 3)


@pytest.mark.parametrize("spec", [*METHODS, RESNET101], ids=lambda spec: spec.name)
@pytest.mark.parametrize("preset", PRESETS)
def test_every_preset_is_a_configuration(spec, preset):
    config = configured(spec.config, [spec.presets[preset]], spec.name)
    assert config.crop <= spec.inputs[preset]["face"].height
    assert spec.auxiliary(config) == ()


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"pair": "sum"}, "pair is 'sum'; known: channels, shared"),
        ({"crop": 40}, "crop is 40; the generator takes multiples of 16"),
        ({"lots": 0}, "lots is 0"),
        ({"depth": 20}, "depth is 20; known: 18, 34, 50, 101"),
        ({"weights": "resnet.pt"}, "weights names a file and weights_sha256 no checksum"),
        ({"weights": "a", "weights_sha256": "b", "divisor": 4}, "set divisor to 1"),
        ({"normalisation": "standardise"}, "known: scale"),
    ],
)
def test_settings_that_mean_nothing_are_refused(settings, says):
    with pytest.raises(UsageError, match=says):
        IfGanConfig(**settings)


def test_windows_must_fit(make_toy, methods):
    with pytest.raises(UsageError, match="windows of 64 x 64 pixels do not fit"):
        methods.built("ifgan", make_toy(channels=3).task, crop=64)


def test_it_trains_on_other_corpora_where_they_are_named(make_toy, new_run, methods):
    """Their faces of the scored classes join; the others do not, and no average sees them."""
    toy, run = make_toy(channels=3), new_run()
    extra = LabelledFaces(
        {"face": toy.test.images()},
        np.arange(30),
        classes=("neutral", "sadness"),
        expression=np.arange(30) % 2,
        subject=None,
        sequence=np.arange(30),
    )
    data = type(toy.data)(toy.data.train, auxiliary={"mmi": extra})
    method = methods.fitted("ifgan", toy, run, data, epochs=1, extra=("mmi",))
    assert run.progress.input_passes == 48 + 15
    alone = methods.fitted("ifgan", toy, new_run("alone"), epochs=1)
    assert torch.equal(method.network.averages, alone.network.averages)


def test_several_lots_and_recomputing_train(make_toy, new_run, methods):
    toy, run = make_toy(channels=3), new_run()
    methods.fitted("ifgan", toy, run, epochs=1, lots=2, recompute=True, pair="shared")
    assert np.isfinite(run.progress.curve[0]["loss"])
    assert run.progress.batches == 3
    assert run.progress.comparisons.total == run.progress.comparisons_expected


def test_comparisons_by_the_formula(make_toy, methods):
    task = make_toy(channels=3).task
    shape = BatchShape(images=50)
    both, fake = (
        methods.built("ifgan", task, island_on=island).expected_comparisons(shape)
        for island in ("both", "fake")
    )
    assert (both, fake) == (2 * 50 + 6, 50 + 6)
