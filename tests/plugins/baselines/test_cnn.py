"""The small network of the baselines."""

import pytest
import torch
from ferbench_baselines.cnn import SmallCnn

from ferbench.nets.cost import network_cost


def test_sixteen_thousand_parameters_at_width_eight():
    cost = network_cost(SmallCnn(7, 8, 44, 1, 0.2), torch.zeros(1, 1, 44, 44))
    convolutions = 9 * (8 + 8 * 16 + 16 * 32 + 32 * 32)
    norms = 2 * (8 + 16 + 32 + 32)
    assert cost.parameters == convolutions + norms + 7 * (4 * 8 * 2 * 2) + 7
    assert round(cost.parameters / 1000) == 16
    squares = [44 * 44 * 8, 22 * 22 * 8 * 16, 11 * 11 * 16 * 32, 5 * 5 * 32 * 32]
    assert cost.macs == 9 * sum(squares) + 7 * 128


@pytest.mark.parametrize(("crop", "side"), [(44, 2), (48, 3), (32, 2), (16, 1), (31, 1)])
@pytest.mark.parametrize("channels", [1, 3])
def test_any_crop_and_colour_fit(crop, side, channels):
    network = SmallCnn(5, 4, crop, channels, 0.0).eval()
    x = torch.rand(3, channels, crop, crop)
    embedding = network.embed(x)
    assert embedding.shape == (3, 16 * side * side)
    assert torch.equal(network(x), network.classifier(embedding))


def test_dropout_acts_on_the_feature_in_training_alone():
    torch.manual_seed(0)
    network = SmallCnn(5, 4, 32, 1, 0.9)
    x = torch.rand(2, 1, 32, 32)
    network.eval()
    assert torch.equal(network(x), network(x))
    network.train()
    assert not torch.equal(network(x), network(x))
    assert torch.equal(network.embed(x), network.embed(x))
