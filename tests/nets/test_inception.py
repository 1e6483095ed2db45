"""The inception trunk against the table of METHODS.md, section 2.1."""

import math

import pytest
import torch
from torch import nn

from ferbench.nets.cost import network_cost
from ferbench.nets.inception import (
    ConvPReLU,
    Inception,
    InceptionClassifier,
    InceptionTrunk,
    he_initialise,
)

TABLE = [
    ("conv1", (64, 21, 21), 3_200 + 64, 1.38),
    ("pool", (64, 10, 10), 0, 0),
    ("conv2", (192, 8, 8), 110_784 + 192, 7.08),
    ("pool", (192, 4, 4), 0, 0),
    ("3a", (256, 4, 4), 164_064, 2.61),
    ("3b", (480, 4, 4), 389_376, 6.21),
    ("pool", (480, 2, 2), 0, 0),
    ("4a", (512, 2, 2), 376_800, 1.50),
    ("pool", (512, 1, 1), 0, 0),
]
"""Layer, output at 48 x 48, parameters, million multiply-accumulates.

The table leaves out the slopes of the two convolutions, and includes those of the modules.
"""


@pytest.fixture(scope="module")
def classifier():
    torch.manual_seed(0)
    return InceptionClassifier(7)


def parameters(module):
    return sum(p.numel() for p in module.parameters())


def test_every_layer_is_that_of_the_table(classifier):
    x = torch.zeros(1, 1, 48, 48)
    layers = classifier.trunk.convolutions
    assert len(layers) == len(TABLE)
    for layer, (name, shape, count, millions) in zip(layers, TABLE, strict=True):
        macs = network_cost(layer, x).macs if count else 0
        x = layer(x)
        assert x.shape == (1, *shape), name
        assert parameters(layer) == count, name
        assert round(macs / 1e6, 2) == millions, name


def test_the_fully_connected_layers(classifier):
    assert parameters(classifier.trunk.fc1) == 2_101_248 + 1
    assert parameters(classifier.fc2) == 4_195_328 + 1
    assert parameters(classifier.classifier) == 1025 * 7


def test_the_whole_network(classifier):
    cost = network_cost(classifier, torch.zeros(1, 1, 48, 48))
    assert (cost.parameters, cost.macs, cost.comparisons) == (7_348_233, 25_084_480, None)
    larger = network_cost(classifier, torch.zeros(1, 1, 60, 60))
    assert larger.parameters == 7_348_233
    assert round(larger.macs / 1e6, 1) == 37.3


def test_colour_costs_more_in_the_first_layer_alone():
    cost = network_cost(InceptionClassifier(7, channels=3), torch.zeros(1, 3, 48, 48))
    assert cost.parameters == 7_348_233 + 2 * 64 * 49
    assert cost.macs == 25_084_480 + 2 * 64 * 49 * 21 * 21


def test_sixty_pixels_pass_through_the_sizes_of_the_table(classifier):
    x, sides = torch.zeros(1, 1, 60, 60), []
    for layer in classifier.trunk.convolutions:
        x = layer(x)
        sides.append(x.shape[-1])
    assert sides == [27, 13, 11, 5, 5, 5, 2, 2, 1]


@pytest.mark.parametrize("side", [48, 60])
def test_outputs_have_the_shapes_they_say(classifier, side):
    x = torch.rand(3, 1, side, side)
    assert classifier.trunk(x).shape == (3, InceptionTrunk.features) == (3, 4096)
    assert classifier.embed(x).shape == (3, 1024)
    logits = classifier(x)
    assert logits.shape == (3, 7)
    assert torch.allclose(logits, classifier.classifier(classifier.embed(x)))


def test_another_size_is_refused(classifier):
    with pytest.raises(RuntimeError):
        classifier(torch.zeros(1, 1, 96, 96))


def test_branches_are_joined_in_order_and_keep_the_size():
    torch.manual_seed(0)
    block = Inception(3, (2, 4, 5, 3, 6, 7))
    x = torch.rand(2, 3, 9, 11)
    out = block(x)
    assert out.shape == (2, 2 + 5 + 6 + 7, 9, 11)
    for branch, start, end in [(block.one, 0, 2), (block.three, 2, 7), (block.five, 7, 13),
                               (block.pool, 13, 20)]:  # fmt: skip
        assert torch.equal(out[:, start:end], branch(x))


def test_convolutions_have_one_slope_a_channel():
    layer = ConvPReLU(2, 6, 3)
    assert layer[1].weight.shape == (6,)
    with torch.no_grad():
        layer[1].weight.copy_(torch.arange(6.0))
    x = torch.randn(1, 2, 3, 3)
    plain = layer[0](x)
    expected = [v if v > 0 else v * slope for slope, v in enumerate(plain.flatten().tolist())]
    assert torch.allclose(layer(x).flatten(), torch.tensor(expected))


def test_every_parameter_gets_a_gradient(classifier):
    classifier.zero_grad()
    classifier(torch.rand(4, 1, 48, 48)).logsumexp(1).sum().backward()
    silent = [n for n, p in classifier.named_parameters() if p.grad is None or not p.grad.any()]
    assert silent == []


def test_he_initialisation_keeps_the_scale():
    torch.manual_seed(0)
    network = InceptionClassifier(7)
    he_initialise(network)
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            assert not layer.bias.any()
            fan_in = layer.weight[0].numel()
            expected = math.sqrt(2 / (1 + 0.25**2) / fan_in)
            if layer.weight.numel() > 100_000:
                assert abs(layer.weight.std().item() / expected - 1) < 0.01
