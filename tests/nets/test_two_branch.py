"""2B(N+M) Softmax's metric branch, at full width, with the learned similarity."""

import pytest
import torch
from torch import nn

from ferbench.losses.similarity import LearnedSimilarity
from ferbench.nets.cost import network_cost
from ferbench.nets.inception import InceptionClassifier, TrunkShape
from ferbench.nets.two_branch import MetricBranch

SMALL = TrunkShape(divisor=16, batch_norm=True, first_pool=False)


@pytest.fixture
def small():
    torch.manual_seed(0)
    network = InceptionClassifier(7, 1, 44, SMALL)
    return network, MetricBranch(network, SMALL)


def test_the_branch_adds_4_850_946_parameters_at_full_width(parameters):
    network = InceptionClassifier(7)
    branch = MetricBranch(network)
    assert parameters(branch.fc3) == 4096 * 1024 + 1024 + 1
    assert parameters(branch.connect) == 2048 * 256
    assert parameters(branch) + parameters(LearnedSimilarity(branch.features)) == 4_850_946
    cost = network_cost(branch, torch.zeros(1, 4096), torch.zeros(1, 1024))
    assert cost.macs == 4096 * 1024 + 2048 * 256


def test_a_reduced_branch_has_every_width_divided(small, parameters):
    network, branch = small
    assert (network.trunk.features, network.features, branch.features) == (256, 64, 16)
    assert parameters(branch) == 256 * 64 + 64 + 1 + 128 * 16
    fc1 = network.trunk(torch.rand(3, 1, 44, 44))
    assert branch(fc1, network.fc2(fc1)).shape == (3, 16)


def test_the_connecting_layer_is_linear_in_fc2_first_and_fc3_second(small):
    _, branch = small
    fc1, fc2 = torch.randn(5, 256), torch.randn(5, 64)
    p1, p2 = branch.connect.weight[:, :64], branch.connect.weight[:, 64:]
    assert branch.connect.bias is None
    expected = fc2 @ p1.T + branch.fc3(fc1) @ p2.T
    assert torch.allclose(branch(fc1, fc2), expected, atol=1e-5)


def test_gradients_flow_back_through_fc2_to_the_trunk(small):
    network, branch = small
    fc1 = network.trunk(torch.rand(4, 1, 44, 44))
    fc2 = network.fc2(fc1)
    branch(fc1, fc2).square().sum().backward()
    for part in (network.trunk, network.fc2, branch):
        silent = [n for n, p in part.named_parameters() if p.grad is None or not p.grad.any()]
        assert silent == []
    assert all(p.grad is None for p in network.classifier.parameters())


def test_the_branch_adds_no_random_draw_before_the_network():
    """Two methods with one seed start from the same expression branch."""
    first, second = [], []
    for with_branch, kept in ((True, first), (False, second)):
        torch.manual_seed(3)
        network = InceptionClassifier(7, 1, 44, SMALL)
        if with_branch:
            MetricBranch(network, SMALL)
        kept += [p.detach() for p in network.parameters()]
    assert all(torch.equal(a, b) for a, b in zip(first, second, strict=True))


def test_the_connecting_layer_starts_at_unit_gain(small):
    weight = small[1].connect.weight
    assert isinstance(small[1].connect, nn.Linear)
    assert abs(weight.std().item() / (2 / (128 + 16)) ** 0.5 - 1) < 0.1
