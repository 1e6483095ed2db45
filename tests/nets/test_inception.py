"""The inception trunk of 2B(N+M) Softmax and IDFERM, layer by layer."""

import math

import pytest
import torch
from torch import nn

from ferbench.errors import UsageError
from ferbench.nets.cost import network_cost
from ferbench.nets.inception import (
    ConvPReLU,
    Inception,
    InceptionClassifier,
    InceptionTrunk,
    TrunkShape,
    he_initialise,
    last_side,
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


def test_every_layer_is_that_of_the_table(classifier, parameters):
    x = torch.zeros(1, 1, 48, 48)
    layers = classifier.trunk.convolutions
    assert len(layers) == len(TABLE)
    for layer, (name, shape, count, millions) in zip(layers, TABLE, strict=True):
        macs = network_cost(layer, x).macs if count else 0
        x = layer(x)
        assert x.shape == (1, *shape), name
        assert parameters(layer) == count, name
        assert round(macs / 1e6, 2) == millions, name


def test_the_fully_connected_layers(classifier, parameters):
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
    assert classifier.trunk(x).shape == (3, classifier.trunk.features) == (3, 4096)
    assert classifier.embed(x).shape == (3, classifier.features) == (3, 1024)
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
    one, three_in, five_in = block.reduce(x).split((2, 4, 3), dim=1)
    parts = (one, block.three(three_in), block.five(five_in), block.pool(x))
    assert torch.equal(out, torch.cat(parts, dim=1))


def test_one_reduction_is_three_convolutions_side_by_side():
    torch.manual_seed(0)
    block = Inception(3, (2, 4, 5, 3, 6, 7))
    x = torch.randn(2, 3, 9, 11)
    convolution, slopes = block.reduce
    for start, end in [(0, 2), (2, 6), (6, 9)]:
        alone = ConvPReLU(3, end - start, 1)
        with torch.no_grad():
            alone[0].weight.copy_(convolution.weight[start:end])
            alone[0].bias.copy_(convolution.bias[start:end])
            alone[1].weight.copy_(slopes.weight[start:end])
        assert torch.allclose(block.reduce(x)[:, start:end], alone(x), atol=1e-6)


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


SMALL = TrunkShape(divisor=8, batch_norm=True, first_pool=False)


def test_an_eighth_of_the_width_by_hand(parameters):
    network = InceptionClassifier(7, 1, 44, SMALL)
    layers = network.trunk.convolutions
    assert [type(layer).__name__ for layer in layers] == [
        *("ConvPReLU", "ConvPReLU", "MaxPool2d", "Inception", "Inception"),
        *("MaxPool2d", "Inception", "MaxPool2d"),
    ]
    x, shapes = torch.zeros(2, 1, 44, 44), []
    for layer in layers:
        x = layer(x)
        shapes.append(tuple(x.shape[1:]))
    assert shapes[:3] == [(8, 19, 19), (24, 17, 17), (24, 8, 8)]
    assert shapes[3:] == [(32, 8, 8), (60, 8, 8), (60, 4, 4), (64, 4, 4), (64, 2, 2)]
    assert parameters(layers[0]) == 8 * 49 + 2 * 8 + 8
    assert parameters(layers[1]) == 24 * 8 * 9 + 2 * 24 + 24
    assert parameters(network.trunk.fc1) == 256 * 512 + 512 + 1
    assert parameters(network.fc2) == 512 * 128 + 128 + 1
    assert parameters(network.classifier) == 129 * 7


@pytest.mark.parametrize("divisor", [1, 2, 8, 16])
@pytest.mark.parametrize("first_pool", [True, False])
@pytest.mark.parametrize("side", [40, 44, 48, 60, 96])
def test_the_last_side_is_what_the_layers_give(divisor, first_pool, side):
    shape = TrunkShape(divisor, False, first_pool)
    if first_pool and side < 48:
        with pytest.raises(UsageError, match=f"crop {side} is too small"):
            InceptionTrunk(1, side, shape)
        return
    trunk = InceptionTrunk(1, side, TrunkShape(16, False, first_pool))
    assert trunk.convolutions(torch.zeros(1, 1, side, side)).shape[-1] == last_side(side, shape)


def test_batch_norm_takes_the_place_of_the_bias(parameters):
    plain, normed = ConvPReLU(3, 4, 3), ConvPReLU(3, 4, 3, batch_norm=True)
    assert [type(part) for part in normed] == [nn.Conv2d, nn.BatchNorm2d, nn.PReLU]
    assert normed[0].bias is None
    assert parameters(normed) == parameters(plain) + 4
