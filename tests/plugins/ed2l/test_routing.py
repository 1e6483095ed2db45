"""ED2L's network and what each of its losses reaches, parameter by parameter."""

import math

import pytest
import torch
from ferbench_ed2l.config import BaselineConfig, Ed2lConfig
from ferbench_ed2l.method import Ed2lCriterion
from ferbench_ed2l.network import Ed2lNetwork

from ferbench.contracts.run import BatchShape
from ferbench.nets.cost import network_cost
from ferbench.nets.sphereface import SphereDesign, SphereShape
from ferbench.training.samplers import TrainingBatch
from ferbench.training.ten_crops import MarginCriterion, ShuffledLabels

WINDOW, CLASSES, IMAGES = (36, 32), 4, 12
SHAPE = SphereShape(divisor=16, units=(1, 1, 0, 1))
DISTILLING = ("shared.", "branch.", "classifier.")
DISPELLING = ("shared.", "dispelling.")
DISPELLER = ("dispeller.",)


@pytest.fixture
def network():
    torch.manual_seed(0)
    return Ed2lNetwork(SphereDesign(CLASSES, 1, WINDOW, 15.0, SHAPE))


@pytest.fixture
def seen():
    """Images, labels and the batch they came in."""
    torch.manual_seed(1)
    batch = TrainingBatch(range(IMAGES), range(IMAGES), BatchShape(images=IMAGES))
    return torch.randn(IMAGES, 1, *WINDOW), torch.arange(IMAGES) % CLASSES, batch


def losses(network, seen, **settings):
    return Ed2lCriterion(Ed2lConfig(**settings))(network, *seen)


def test_9_905_543_parameters_and_the_shapes_at_112_x_96():
    network = Ed2lNetwork(SphereDesign(7, 1, (112, 96), 30.0))
    x = torch.zeros(1, 1, 112, 96)
    cost = network_cost(network, x)
    assert cost.parameters == 9_905_543
    shared = network.eval().shared(x)
    assert shared.shape == (1, 128, 14, 12)
    for branch in (network.branch, network.dispelling):
        assert branch.maps(shared).shape == (1, 256, 7, 6)
        assert branch(shared).shape == (1, 256)
    assert network.dispeller(network.dispelling(shared)).shape == network(x).shape == (1, 7)


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("distil", DISTILLING),
        ("dispeller", DISPELLER),
        ("uniform", DISPELLING),
        ("loss", DISTILLING + DISPELLING + DISPELLER),
    ],
)
def test_each_loss_reaches_what_the_paper_says_and_nothing_else(
    network, seen, reached, name, parts
):
    assert reached(network, losses(network, seen)[name], parts) == []


def test_by_the_introduction_l_p_trains_the_dispeller_too(network, seen, reached):
    found = losses(network, seen, lp_updates_dispeller=True)
    assert reached(network, found["uniform"], DISPELLING + DISPELLER) == []


def test_the_dispeller_of_the_whole_loss_learns_from_l_a_alone(network, seen):
    """Frozen in l_p, its gradient is that of weight x l_a to the bit."""
    found = losses(network, seen)
    parameters = list(network.dispeller.parameters())
    whole = torch.autograd.grad(found["loss"], parameters, retain_graph=True)
    alone = torch.autograd.grad(10 * found["dispeller"], parameters)
    assert all(torch.equal(a, b) for a, b in zip(whole, alone, strict=True))


def test_the_total_is_the_weighted_sum(network, seen):
    found = losses(network, seen, weight=7.0)
    total = found["distil"] + 7 * (found["dispeller"] + found["uniform"])
    assert found["loss"].item() == pytest.approx(total.item())
    assert found["uniform"].item() >= math.log(CLASSES)


def test_the_distilling_loss_is_the_baselines(network, seen):
    baseline = MarginCriterion(BaselineConfig())(network, *seen)["loss"]
    assert torch.equal(baseline, losses(network, seen)["distil"])


def test_the_placebo_teaches_the_dispeller_alone_another_images_label(network, seen):
    criterion = Ed2lCriterion(Ed2lConfig())
    true = criterion(network, *seen)
    labels = torch.tensor([2, 0, 1, 3]).repeat(3)
    criterion.lesson = lambda given, batch: labels
    taught = criterion(network, *seen)
    for name in ("distil", "uniform"):
        assert torch.equal(true[name], taught[name])
    f_p = network.dispelling(network.shared(seen[0]))
    expected = torch.nn.functional.cross_entropy(network.dispeller(f_p), labels)
    assert torch.allclose(taught["dispeller"], expected)


def test_shuffled_labels_keep_the_frequencies_and_stay_with_the_image():
    expression = (torch.arange(60) % 3).numpy()
    lesson = ShuffledLabels(expression, seed=4)
    every = [
        lesson(torch.zeros(60), TrainingBatch(rows, rows, BatchShape(60)))
        for rows in (torch.arange(60).numpy() * 10 + crop for crop in (0, 9))
    ]
    assert torch.equal(*every)
    assert torch.bincount(every[0]).tolist() == [20, 20, 20]
    agreeing = (every[0].numpy() == expression).mean()
    assert 0.1 < agreeing < 0.6
    again = ShuffledLabels(expression, seed=4)
    rows = torch.tensor([597, 3]).numpy()
    some = again(torch.zeros(2), TrainingBatch(rows, rows, BatchShape(2)))
    assert some.tolist() == [every[0][59], every[0][0]]
