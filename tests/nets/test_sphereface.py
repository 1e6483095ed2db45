"""The layers of table 1 of ED2L and of ADFL, at 112 x 96 and below."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from ferbench.nets.cost import network_cost
from ferbench.nets.sphereface import (
    Branch,
    CosineClassifier,
    ResidualUnit,
    SharedLayers,
    SphereDesign,
    SphereFace,
    SphereShape,
)

WINDOW = (112, 96)
SMALL = SphereShape(divisor=8, units=(0, 1, 1, 1))


def test_each_block_has_the_parameters_and_the_shape_of_the_table(parameters):
    torch.manual_seed(0)
    shared, x = SharedLayers(), torch.rand(2, 1, *WINDOW)
    table = {(32, 56, 48): 19_008, (64, 28, 24): 166_848, (128, 14, 12): 1_256_832}
    maps = x
    for block, (shape, count) in zip(shared.blocks, table.items(), strict=True):
        assert parameters(block) == count
        maps = block(maps)
        assert maps.shape == (2, *shape)
    x = shared.eval()(x)
    assert x.shape == (2, 128, 14, 12)
    branch = Branch(WINDOW)
    assert parameters(branch.down, branch.units) == 1_476_864
    assert parameters(branch.fc) == 2_752_768
    maps = branch.maps(x)
    assert maps.shape == (2, 256, 7, 6)
    assert branch.feature(maps).shape == (2, 256)
    assert torch.equal(branch(x), branch.feature(branch.maps(x)))


def test_the_baseline_has_5_674_112_parameters_at_seven_classes(parameters):
    network = SphereFace(SphereDesign(7, 1, WINDOW, 30.0))
    cost = network_cost(network, torch.zeros(1, 1, *WINDOW))
    assert cost.parameters == 5_674_112
    assert parameters(network.classifier) == 256 * 7
    sides = {32: 56 * 48, 64: 28 * 24, 128: 14 * 12, 256: 7 * 6}
    before, units = {32: 1, 64: 32, 128: 64, 256: 128}, {32: 1, 64: 2, 128: 4, 256: 1}
    convolutions = sum(
        9 * side * width * (before[width] + 2 * units[width] * width)
        for width, side in sides.items()
    )
    assert cost.macs == convolutions + 10_752 * 256 + 256 * 7


def test_every_convolution_is_bias_free_and_normalised_with_a_slope_a_channel():
    network = SphereFace(SphereDesign(7, 1, WINDOW, 30.0))
    for part in network.modules():
        if isinstance(part, nn.Conv2d):
            assert part.bias is None
            assert part.kernel_size == (3, 3)
    groups = [m for m in network.modules() if any(isinstance(c, nn.Conv2d) for c in m.children())]
    assert len(groups) == 4 + 2 * (1 + 2 + 4 + 1)
    for group in groups:
        convolution, norm, slope = group
        assert isinstance(norm, nn.BatchNorm2d)
        assert slope.num_parameters == norm.num_features == convolution.out_channels
    assert network.branch.fc.bias is not None
    assert network.classifier.bias is None


def test_nothing_follows_the_sum_of_a_residual_unit():
    unit = ResidualUnit(4)
    for layer in unit.modules():
        if isinstance(layer, nn.Conv2d):
            nn.init.zeros_(layer.weight)
    x = torch.randn(2, 4, 5, 5)
    assert torch.equal(unit.eval()(x), x)


def test_the_feature_is_linear_in_the_maps():
    torch.manual_seed(0)
    branch = Branch((44, 44), SMALL)
    a, b = torch.randn(2, 3, *branch.maps(torch.rand(3, 16, 6, 6)).shape[1:])
    both = branch.feature(a) + branch.feature(b)
    assert torch.allclose(branch.feature(a + b) + branch.fc.bias, both, atol=1e-5)
    assert branch.feature(-a).min() < 0


@settings(max_examples=25)
@given(
    window=st.tuples(st.integers(17, 60), st.integers(17, 60)),
    channels=st.sampled_from([1, 3]),
    divisor=st.sampled_from([8, 16, 64]),
)
def test_any_window_colour_and_divisor_fit(window, channels, divisor):
    shape = SphereShape(divisor, (0, 1, 0, 1))
    network = SphereFace(SphereDesign(5, channels, window, 15.0, shape)).eval()
    x = torch.rand(2, channels, *window)
    assert network.embed(x).shape == (2, 256 // divisor)
    assert torch.equal(network(x), network.classifier(network.embed(x)))


def test_a_reduced_shape_divides_every_width_and_counts_its_units():
    shared, branch = SharedLayers(1, SMALL), Branch((44, 44), SMALL)
    widths = [m.out_channels for m in shared.modules() if isinstance(m, nn.Conv2d)]
    assert widths == [4, 8, 8, 8, 16, 16, 16]
    assert branch.fc.in_features == 32 * 3 * 3
    assert branch.fc.out_features == 32


def test_logits_are_scaled_cosines():
    torch.manual_seed(0)
    classifier = CosineClassifier(6, 4, 30.0)
    features = torch.randn(5, 6)
    for f, found in zip(features, classifier(features), strict=True):
        for w, logit in zip(classifier.weight, found, strict=True):
            cosine = (f @ w / (f.norm() * w.norm())).item()
            assert logit.item() == pytest.approx(30.0 * cosine, abs=1e-4)


def test_lengths_do_not_change_the_logits():
    torch.manual_seed(0)
    classifier, features = CosineClassifier(6, 4, 30.0), torch.randn(5, 6)
    before = classifier(features)
    with torch.no_grad():
        classifier.weight *= torch.tensor([[0.1], [3.0], [7.0], [20.0]])
    assert torch.allclose(classifier(100 * features), before, atol=1e-4)


def test_a_feature_of_zero_gives_no_infinite_gradient():
    classifier = CosineClassifier(6, 4, 30.0)
    features = torch.zeros(2, 6, requires_grad=True)
    F.cross_entropy(classifier(features), torch.tensor([0, 1])).backward()
    assert torch.isfinite(features.grad).all()
    assert torch.isfinite(classifier.weight.grad).all()


def test_equal_seeds_make_equal_networks():
    networks = []
    for _ in range(2):
        torch.manual_seed(3)
        networks.append(SphereFace(SphereDesign(7, 1, (44, 44), 15.0, SMALL)))
    for one, other in zip(*(n.parameters() for n in networks), strict=True):
        assert torch.equal(one, other)
