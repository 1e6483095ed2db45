"""`resnet101`: a ResNet on the face alone with the island loss, and ImageNet's weights for it."""

import hashlib

import numpy as np
import pytest
import torch
import torchvision
from ferbench_baselines import RESNET101

from ferbench.contracts.faces import LabelledFaces
from ferbench.contracts.run import BatchShape
from ferbench.errors import UsageError
from ferbench.results.predictions import check
from ferbench.training.samplers import TrainingBatch

SHORT = {"divisor": 16, "crop": 32, "batch": 16, "epochs": 8, "lr": 1e-2}


@pytest.fixture
def methods(bench):
    return bench([RESNET101], SHORT)


def test_it_learns_the_toy_problem(methods, make_toy, new_run):
    toy, run = make_toy(channels=3), new_run()
    method = methods.fitted("resnet101", toy, run)
    assert toy.accuracy(method, run) >= 0.9
    found = method.predict(toy.test, run)
    check(found, 30, toy.task.classes)
    assert found.embeddings.shape == (30, 32)
    assert found.features == {}
    assert run.progress.comparisons.total == 8 * (48 + 3 * 3 * 2)
    assert run.progress.comparisons_expected == run.progress.comparisons.total
    assert method.expected_comparisons(BatchShape(images=50)) == 50 + 6


def test_what_is_minimised(methods, make_toy):
    toy = make_toy(channels=3)
    method = methods.built("resnet101", toy.task, lambda3=5.0, lambda4=0.5)
    torch.manual_seed(0)
    images, labels = torch.rand(6, 3, 32, 32), torch.tensor([0, 1, 2, 0, 1, 2])
    island = method.criterion.island
    island.centres.copy_(torch.rand(3, 32))
    batch = TrainingBatch(np.arange(6), np.arange(6), BatchShape(6))
    losses = method.criterion(method.network.eval(), images, labels, batch)
    p = method.network(images).softmax(1)
    softmax = -sum(torch.log(p[i, y]) for i, y in enumerate(labels)) / 6
    torch.testing.assert_close(losses["softmax"], softmax)
    expected = island(method.network.embed(images), labels)
    torch.testing.assert_close(losses["loss"], 5 * softmax + 0.5 * expected)
    before = island.centres.clone()
    method.criterion.stepped()
    assert not torch.equal(island.centres, before)
    moved = island.centres.clone()
    method.criterion.stepped()
    assert torch.equal(island.centres, moved), "once a step"


def test_training_images_are_turned_and_test_images_are_not(methods, make_toy, new_run):
    toy = make_toy(channels=3)
    still, turned = (
        methods.built("resnet101", toy.task, degrees=degrees).view for degrees in (0.0, 20.0)
    )
    images, device = toy.test.images(np.arange(3)), torch.device("cpu")
    plain = {}
    for name, view in (("still", still), ("turned", turned)):
        plain[name] = view.random(images, torch.Generator().manual_seed(1), device)
        assert plain[name].shape == (3, 3, 32, 32)
        middle = torch.from_numpy(images[:, 8:40, 8:40]).permute(0, 3, 1, 2)
        assert torch.equal(view.centre(images, device), (middle.float() - 127.5) / 128)
    assert not torch.equal(plain["still"], plain["turned"])


def stored(path, weights):
    torch.save(weights, path)
    return {"weights": str(path), "weights_sha256": hashlib.sha256(path.read_bytes()).hexdigest()}


def test_a_torchvision_file_is_where_it_starts(methods, make_toy, tmp_path):
    """Older files lack the counter of batches; the classifier of ImageNet is left there."""
    torch.manual_seed(7)
    theirs = torchvision.models.resnet18().state_dict()
    older = {n: v for n, v in theirs.items() if not n.endswith("num_batches_tracked")}
    toy = make_toy(channels=3)
    file = stored(tmp_path / "resnet18.pt", older)
    method = methods.built("resnet101", toy.task, divisor=1, **file)
    own = method.network.trunk.state_dict()
    for name, value in older.items():
        if not name.startswith("fc."):
            assert torch.equal(own[name], value), name
    assert method.network.classifier.weight.shape == (3, 512)
    with pytest.raises(UsageError, match="is not the network that is meant"):
        methods.built("resnet101", toy.task, divisor=1, depth=34, **file)
    with pytest.raises(UsageError, match="it was not opened"):
        methods.built("resnet101", toy.task, divisor=1, **{**file, "weights_sha256": "0" * 64})


def test_other_corpora_join_the_training_alone(methods, make_toy, new_run):
    toy, run = make_toy(channels=3), new_run()
    extra = LabelledFaces(
        {"face": toy.test.images()},
        np.arange(30),
        classes=("fear", "neutral", "sadness"),
        expression=np.arange(30) % 3,
        subject=np.zeros(30),
        sequence=np.zeros(30),
    )
    data = type(toy.data)(toy.train, auxiliary={"ckplus": extra})
    method = methods.fitted("resnet101", toy, run, data, epochs=1, extra=("ckplus",))
    assert [need.dataset for need in RESNET101.auxiliary(method.recipe)] == ["ckplus"]
    assert run.progress.input_passes == 48 + 20
