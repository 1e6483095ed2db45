"""`softmax` and `cnn`, through their own fit: what every method of the shared loop does."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from ferbench_baselines import CNN, SOFTMAX
from ferbench_baselines.config import CnnConfig
from ferbench_baselines.softmax import Cnn, Softmax
from torch import nn

from ferbench.contracts.faces import Faces
from ferbench.contracts.method import PRESETS, Task
from ferbench.contracts.run import BatchShape
from ferbench.errors import UsageError
from ferbench.loading import load_object
from ferbench.results.predictions import check
from ferbench.settings import configured
from ferbench.training.optimisation import make_optimiser
from ferbench.training.recipe import InceptionRecipe
from ferbench.training.seeding import seed_everything
from ferbench.training.states import copied, read_state, save_state

CNN_SHORT = CnnConfig(width=4, epochs=6, batch=16)
SHORT = InceptionRecipe(divisor=16, epochs=6, batch=16, lr=6e-3)


@pytest.fixture(params=[SHORT, CNN_SHORT], ids=["softmax", "cnn"])
def config(request):
    return request.param


def built(toy, config, seed=0):
    seed_everything(seed)
    return (Cnn if isinstance(config, CnnConfig) else Softmax)(config, toy.task)


def fitted(toy, run, config, seed=0):
    method = built(toy, config, seed)
    with run.fitting():
        method.fit(toy.data, run)
    return method


@pytest.mark.parametrize("normalisation", ["standardise", "equalise_plane_standardise"])
def test_it_learns_the_toy_problem(make_toy, new_run, normalisation, config):
    toy, run = make_toy(), new_run()
    epochs = 6 if isinstance(config, CnnConfig) else 12
    method = fitted(toy, run, replace(config, normalisation=normalisation, epochs=epochs))
    assert toy.accuracy(method, run) >= 0.9
    losses = [point["loss"] for point in run.progress.curve]
    assert len(losses) == epochs
    assert losses[-1] < 0.6 * losses[0]


def test_the_books_of_a_run(make_toy, new_run, config):
    toy, run = make_toy(), new_run()
    method = built(toy, config)
    run.select(method, None)
    with run.fitting():
        method.fit(toy.data, run)
    progress = run.progress
    assert (progress.epochs, progress.batches, progress.input_passes) == (6, 18, 6 * 48)
    assert progress.comparisons.total is None
    assert progress.comparisons_expected is None
    assert method.expected_comparisons(BatchShape(images=16)) is None


def test_predictions_are_distributions_with_the_feature(make_toy, new_run, config):
    toy, run = make_toy(), new_run()
    method = fitted(toy, run, config)
    predictions = method.predict(toy.test, run)
    check(predictions, 30, toy.task.classes)
    assert predictions.embeddings.shape == (30, 64)  # 4 x 4 x 2 x 2 of the cnn, 1024 / 16
    logits = method.network.classifier(torch.from_numpy(predictions.embeddings))
    assert np.allclose(logits.softmax(1).detach(), predictions.probabilities, atol=1e-6)


def test_a_face_is_judged_on_its_own(make_toy, new_run, config):
    toy, run = make_toy(), new_run()
    method = fitted(toy, run, config)
    together = method.predict(toy.test, run).probabilities
    backwards = method.predict(toy.test.only(np.arange(30)[::-1]), run).probabilities
    alone = np.concatenate(
        [method.predict(toy.test.only([n]), run).probabilities for n in range(30)]
    )
    assert np.allclose(together, backwards[::-1], atol=1e-5)
    assert np.allclose(together, alone, atol=1e-5)


def test_more_faces_than_a_batch(make_toy, new_run, monkeypatch, config):
    import ferbench.training.classifier as module

    toy, run = make_toy(), new_run()
    method = built(toy, config)
    whole = method.predict(toy.test, run)
    monkeypatch.setattr(module, "PREDICTION_BATCH", 7)
    parts = method.predict(toy.test, run)
    assert np.allclose(whole.probabilities, parts.probabilities, atol=1e-6)
    assert np.allclose(whole.embeddings, parts.embeddings, atol=1e-5)


def test_the_border_of_a_test_face_is_cropped_off(make_toy, new_run, config):
    toy, run = make_toy(), new_run()
    method = built(toy, config)
    framed = np.full((30, 48, 48, 1), 255, dtype=np.uint8)
    framed[:, 2:46, 2:46] = toy.test.images()[:, 2:46, 2:46]
    found = method.predict(Faces({"face": framed}, np.arange(30)), run)
    assert np.array_equal(found.probabilities, method.predict(toy.test, run).probabilities)


def test_it_trains_in_training_mode_after_a_validation_too(make_toy, new_run, monkeypatch, config):
    toy, run = make_toy(), new_run()
    method, modes = built(toy, config), []
    run.select(method, lambda: float(method.predict(toy.test, run).probabilities.max()))
    monkeypatch.setattr(run, "batch", lambda shape: modes.append(method.network.training))
    with run.fitting():
        method.fit(toy.data, run)
    assert modes == [True] * 18


def test_the_state_restores_the_predictions(make_toy, new_run, tmp_path, config):
    toy, run = make_toy(), new_run()
    method = fitted(toy, run, config)
    expected = method.predict(toy.test, run)
    save_state(tmp_path / "state.npz", method.state())
    other = built(toy, config, seed=9)
    assert not np.allclose(
        other.predict(toy.test, run).probabilities, expected.probabilities, atol=1e-3
    )
    other.load_state(read_state(tmp_path / "state.npz"))
    found = other.predict(toy.test, run)
    assert np.array_equal(found.probabilities, expected.probabilities)
    assert np.array_equal(found.embeddings, expected.embeddings)


def test_prediction_does_not_change_the_state(make_toy, new_run, config):
    toy, run = make_toy(), new_run()
    method = fitted(toy, run, config)
    before = copied(method.state())
    method.predict(toy.test, run)
    for name, array in method.state().items():
        assert np.array_equal(array, before[name]), name


def test_the_seed_decides(make_toy, new_run, config):
    toy = make_toy()
    states = [
        fitted(toy, new_run(folder, seed), config, seed).state()
        for folder, seed in (("a", 0), ("b", 0), ("c", 1))
    ]
    name = "classifier.weight"
    assert np.array_equal(states[0][name], states[1][name])
    assert not np.array_equal(states[0][name], states[2][name])


def test_validation_selects_a_state(make_toy, new_run, config):
    toy, run = make_toy(), new_run()
    method = built(toy, config)
    scores = iter([0.1, 0.9, 0.2, 0.3, 0.4, 0.5])
    run.select(method, lambda: next(scores))
    with run.fitting():
        method.fit(toy.data, run)
    assert run.progress.best_epoch == 1
    last = method.state()["classifier.weight"]
    assert not np.array_equal(run.selected["classifier.weight"], last)


def test_a_class_that_is_never_trained_keeps_its_column(make_toy, new_run, config):
    toy, run = make_toy(absent=1), new_run()
    predictions = fitted(toy, run, config).predict(toy.test, run)
    check(predictions, 30, toy.task.classes)
    assert not (predictions.probabilities.argmax(1) == 1).any()


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("spec", [SOFTMAX, CNN], ids=lambda spec: spec.name)
def test_every_preset_can_be_built(spec, preset):
    if preset not in spec.presets:
        pytest.skip("the plain network is of no paper")
    config = configured(spec.config, [spec.presets[preset]], spec.name)
    inputs = {name: p.shape for name, p in spec.inputs[preset].items()}
    task = Task(("anger", "fear", "sadness", "surprise"), inputs)
    cost = load_object(spec.factory)(config, task).cost()
    assert config.crop <= min(inputs["face"][:2])
    assert cost.comparisons is None
    if preset == "paper":
        assert (cost.parameters, cost.macs) == (7_348_233 - 3 * 1025, 25_084_480 - 3 * 1024)
    else:
        assert cost.parameters < 300_000


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ({"schedule": "cosine"}, "schedule is 'cosine'; known: one_cycle, constant"),
        ({"normalisation": "none"}, "normalisation is 'none'; known: standardise"),
        ({"batches": "sorted"}, "batches is 'sorted'; known: grid, shuffled"),
    ],
)
def test_settings_without_meaning_are_refused(setting, says):
    with pytest.raises(UsageError, match=says):
        configured(InceptionRecipe, [setting], "softmax")


def test_the_constant_schedule_keeps_the_rate(make_toy, new_run):
    toy, run = make_toy(), new_run()
    config = replace(CNN_SHORT, schedule="constant")
    method = fitted(toy, run, config)
    assert toy.accuracy(method, run) == 1
    content = torch.load(run._checkpoint.folder / "epoch.pt", weights_only=True)
    assert content["parts"]["optimiser"]["param_groups"][0]["lr"] == config.lr


def test_decay_stands_beside_adams_step_or_in_the_gradient():
    """One step on a zero gradient: AdamW shrinks by lr x decay, Adam steps by its whole rate."""
    for decoupled, expected in ((True, 2 - 2 * 0.1 * 0.5), (False, 2 - 0.1)):
        weight = nn.Linear(1, 1, bias=False)
        nn.init.constant_(weight.weight, 2.0)
        recipe = InceptionRecipe(lr=0.1, weight_decay=0.5, decoupled_decay=decoupled)
        optimiser = make_optimiser(recipe, weight)
        weight.weight.grad = torch.zeros(1, 1)
        optimiser.step()
        assert weight.weight.item() == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("clip", "left"), [(None, 5.0), (10.0, 5.0), (0.5, 0.5)])
def test_long_gradients_are_shortened_all_together(clip, left):
    """Of two modules with gradients 3 and 4 the norm is 5."""
    modules = nn.Linear(1, 1, bias=False), nn.Linear(1, 1, bias=False)
    optimiser = make_optimiser(InceptionRecipe(clip=clip), *modules)
    for module, gradient in zip(modules, (3.0, 4.0), strict=True):
        module.weight.grad = torch.full((1, 1), gradient)
    optimiser.step()
    kept = torch.stack([module.weight.grad.squeeze() for module in modules])
    assert kept.norm().item() == pytest.approx(left, rel=1e-4)
    assert (kept[0] / kept[1]).item() == pytest.approx(0.75)
