"""ADFL's network, its neutral mask, and what each loss reaches, parameter by parameter."""

import math

import pytest
import torch
from ferbench_adfl.config import AdflConfig
from ferbench_adfl.criterion import AdflCriterion, masked_mean
from ferbench_adfl.network import AdflNetwork
from torch.nn import functional as F

from ferbench.contracts.run import BatchShape
from ferbench.nets.cost import network_cost
from ferbench.nets.sphereface import SphereDesign, SphereFace, SphereShape
from ferbench.training.samplers import TrainingBatch

WINDOW, CLASSES, IMAGES = (36, 32), 4, 15
SHAPE = SphereShape(divisor=16, units=(1, 1, 0, 1))
SPLITTING = ("shared.", "expressive.", "splitter.")
DISPELLER = ("dispeller.",)
UNLEARNING = ("shared.", "neutral.")
RESIDUAL = ("residual_fc.", "classifier.")
MAPS = ("shared.", "expressive.down", "expressive.units", "neutral.down", "neutral.units")
TERMS = ("splitter", "dispeller", "uniform", "residual")


@pytest.fixture
def network():
    torch.manual_seed(0)
    return AdflNetwork(SphereDesign(CLASSES, 1, WINDOW, 15.0, SHAPE))


def seen(labels):
    """Images, labels and the batch they came in."""
    torch.manual_seed(1)
    count = len(labels)
    batch = TrainingBatch(range(count), range(count), BatchShape(images=count))
    return torch.randn(count, 1, *WINDOW), torch.tensor(labels), batch


MIXED = [n % (CLASSES + 1) for n in range(IMAGES)]
NEUTRAL = [CLASSES] * 6


def losses(network, labels, **settings):
    return AdflCriterion(AdflConfig(**{"weight": 10.0, **settings}), CLASSES)(
        network, *seen(labels)
    )


def test_12_660_367_parameters_and_the_shapes_at_112_x_96():
    network = AdflNetwork(SphereDesign(7, 1, (112, 96), 30.0))
    x = torch.zeros(1, 1, 112, 96)
    assert network_cost(network, x).parameters == 12_660_367
    shared = network.eval().shared(x)
    maps = network.expressive.maps(shared), network.neutral.maps(shared)
    assert {m.shape for m in maps} == {(1, 256, 7, 6)}
    assert network.residual(*maps).shape == network.embed(x).shape == (1, 256)
    assert network.splitter(network.expressive(shared)).shape == network(x).shape == (1, 7)
    assert network.dispeller(network.neutral(shared)).shape == (1, 8)


def test_the_residual_is_of_the_maps_before_either_fc(network):
    x = torch.randn(3, 1, *WINDOW)
    shared = network.eval().shared(x)
    difference = network.expressive.maps(shared) - network.neutral.maps(shared)
    assert torch.equal(network.embed(x), network.residual_fc(difference.flatten(1)))


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("splitter", SPLITTING),
        ("dispeller", DISPELLER),
        ("uniform", UNLEARNING),
        ("residual", RESIDUAL),
        ("loss", SPLITTING + DISPELLER + UNLEARNING + RESIDUAL),
    ],
)
def test_each_loss_reaches_what_the_table_says_and_nothing_else(network, reached, name, parts):
    assert reached(network, losses(network, MIXED)[name], parts) == []


def test_with_residual_backprop_l_r_reaches_the_maps_of_both_branches(network, reached):
    found = losses(network, MIXED, residual_backprop=True)
    assert reached(network, found["residual"], RESIDUAL + MAPS) == []


@pytest.mark.parametrize("backprop", [False, True])
def test_neutral_frames_alone_train_the_dispeller_alone(network, reached, backprop):
    found = losses(network, NEUTRAL, residual_backprop=backprop)
    assert all(found[name].item() == 0 for name in TERMS if name != "dispeller")
    assert found["loss"].item() == pytest.approx(10 * found["dispeller"].item())
    assert reached(network, found["loss"], DISPELLER) == []
    for parameter in network.parameters():
        assert parameter.grad is None or torch.isfinite(parameter.grad).all()


def test_a_step_on_neutral_frames_alone_moves_the_dispeller_alone(network):
    step = torch.optim.SGD(network.parameters(), lr=0.1)
    before = {name: p.detach().clone() for name, p in network.named_parameters()}
    losses(network, NEUTRAL)["loss"].backward()
    step.step()
    moved = {n for n, p in network.named_parameters() if not torch.equal(p, before[n])}
    assert moved == {"dispeller.weight", "dispeller.bias"}


def test_the_losses_are_those_of_a_loop_over_expressive_frames(network):
    """In eval mode a frame's loss depends on no other frame."""
    network.eval()
    found = losses(network, MIXED)
    images, labels, _ = seen(MIXED)
    each = {name: [] for name in TERMS}
    for x, y in zip(images, labels.tolist(), strict=True):
        shared = network.shared(x[None])
        maps = network.expressive.maps(shared), network.neutral.maps(shared)
        y_n = network.dispeller(network.neutral.feature(maps[1]))[0].softmax(0)
        each["dispeller"].append(-math.log(y_n[y].item()))
        if y == CLASSES:
            continue
        y_e = network.splitter(network.expressive.feature(maps[0]))[0].softmax(0)
        each["splitter"].append(-math.log(y_e[y].item()))
        each["uniform"].append(-y_n.log().sum().item() / (CLASSES + 1))
        logits = network.classifier(network.residual(*maps))[0]
        logits[y] -= 15.0 * 0.35
        each["residual"].append(-math.log(logits.softmax(0)[y].item()))
    assert [len(each[name]) for name in TERMS] == [12, 15, 12, 12]
    for name in TERMS:
        assert found[name].item() == pytest.approx(sum(each[name]) / len(each[name]), rel=1e-4)
    total = found["splitter"] + 10 * (found["dispeller"] + found["uniform"]) + found["residual"]
    assert found["loss"].item() == pytest.approx(total.item())


def test_neutral_frames_reach_the_other_losses_by_batch_norm_at_most(network):
    """In eval mode they change l_d, l_n and l_r not at all."""
    network.eval()
    images, labels, batch = seen(MIXED)
    criterion = AdflCriterion(AdflConfig(weight=10.0), CLASSES)
    both = criterion(network, images, labels, batch)
    shown = labels < CLASSES
    alone = criterion(network, images[shown], labels[shown], batch)
    for name in ("splitter", "uniform", "residual"):
        assert both[name].item() == pytest.approx(alone[name].item(), rel=1e-5)
    assert both["dispeller"].item() != pytest.approx(alone["dispeller"].item(), rel=1e-5)


def test_a_masked_mean_leaves_out_and_divides_by_what_counts():
    values = torch.tensor([1.0, 5.0, 3.0])
    assert masked_mean(values, torch.tensor([True, False, True])).item() == 2
    assert masked_mean(values, torch.tensor([False, False, False])).item() == 0


def test_it_begins_with_the_layers_of_its_baseline():
    torch.manual_seed(5)
    baseline = SphereFace(SphereDesign(CLASSES, 1, WINDOW, 15.0, SHAPE))
    torch.manual_seed(5)
    network = AdflNetwork(SphereDesign(CLASSES, 1, WINDOW, 15.0, SHAPE))
    for own, theirs in ((network.shared, baseline.shared), (network.expressive, baseline.branch)):
        for a, b in zip(own.parameters(), theirs.parameters(), strict=True):
            assert torch.equal(a, b)


def test_the_splitter_is_plain_softmax(network):
    images, labels, _ = seen([0, 1, 2, 3])
    found = losses(network, [0, 1, 2, 3])["splitter"]
    f_e = network.expressive(network.shared(images))
    assert torch.allclose(found, F.cross_entropy(network.splitter(f_e), labels))
