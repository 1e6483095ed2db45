"""Counting parameters and multiply-accumulates."""

import pytest
import torch
from torch import nn

from ferbench.nets.cost import network_cost


def test_hand_counts():
    network = nn.Sequential(
        nn.Conv2d(3, 8, 5, stride=2, padding=2, bias=False),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.Conv2d(8, 8, 3, padding=1, groups=4),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8, 5),
    )
    cost = network_cost(network, torch.zeros(1, 3, 16, 16))
    assert cost.parameters == 600 + 16 + (8 * 2 * 9 + 8) + 45
    assert cost.macs == 600 * 64 + 8 * 2 * 9 * 64 + 40


def test_frozen_parameters_do_not_count():
    network = nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 2))
    network[0].requires_grad_(False)
    cost = network_cost(network, torch.zeros(1, 4))
    assert (cost.parameters, cost.macs) == (8, 18)


def modes(network):
    return [part.training for part in network.modules()]


@pytest.mark.parametrize("training", [True, False])
def test_training_modes_are_left_as_they_were(training):
    network = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4), nn.Sequential(nn.Dropout(0.5)))
    network.train(training)
    network[1].train(not training)
    network[2][0].train(not training)
    before = modes(network)
    network_cost(network, torch.zeros(1, 4))
    assert modes(network) == before


def test_an_error_leaves_them_as_well():
    network = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4))
    with pytest.raises(RuntimeError):
        network_cost(network, torch.zeros(1, 5))
    assert modes(network) == [True, True, True]


def test_nothing_else_is_changed():
    network = nn.Sequential(nn.Linear(4, 4), nn.BatchNorm1d(4))
    before = {name: t.clone() for name, t in network.state_dict().items()}
    state = torch.get_rng_state()
    network_cost(network, torch.ones(1, 4))
    assert torch.equal(torch.get_rng_state(), state)
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, before[name])
    assert network[0].weight.grad is None
