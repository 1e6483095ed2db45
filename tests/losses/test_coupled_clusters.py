"""The coupled clusters loss against its formula."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ferbench.losses.coupled_clusters import CoupledClustersLoss
from ferbench.losses.tuplets import Tuplets


def by_loop(features, sets, alpha):
    losses = []
    for own, others in sets:
        centre = sum(features[i] for i in own) / len(own)
        nearest = min(((features[j] - centre) ** 2).sum() for j in others)
        hinges = [(((features[i] - centre) ** 2).sum() + alpha - nearest).relu() for i in own]
        losses.append(0.5 * sum(hinges))
    return sum(losses) / len(losses)


@settings(max_examples=30)
@given(seed=st.integers(0, 2**31 - 1), alpha=st.sampled_from([0.0, 1.0]))
def test_it_is_the_loop(seed, alpha, draw_batch, same_with_gradients):
    batch = draw_batch(seed, least=0)
    batch.features.requires_grad_()
    ours = CoupledClustersLoss(alpha)(batch.features, batch.ragged)
    same_with_gradients(ours, by_loop(batch.features, batch.usable, alpha), batch.features)


def test_a_case_by_hand():
    """Positives 0, 2 about 1; the nearest negative, 2.5, at 2.25: 1/2 * 2 * (1 + 2 - 2.25)."""
    features = torch.tensor([[0.0], [2.0], [2.5], [-4.0]])
    loss = CoupledClustersLoss(alpha=2.0)(features, Tuplets.blocks(1, 2, 2))
    assert loss.item() == pytest.approx(0.75)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_precision_is_kept(dtype):
    loss = CoupledClustersLoss()(torch.randn(12, 3, dtype=dtype), Tuplets.blocks(2, 3, 3))
    assert loss.dtype == dtype


def test_a_member_is_one_comparison(measured):
    loss, features = CoupledClustersLoss(), torch.randn(144, 4)
    assert measured(lambda: loss(features, Tuplets.blocks(12, 6, 6))) == 144
    ragged = Tuplets.ragged([[0, 1, 2], [3], [4, 5]], [[6], [7, 8, 9], []])
    assert measured(lambda: loss(features, ragged)) == 4 + 4


def test_without_a_usable_tuple_it_is_zero_with_a_graph():
    features = torch.randn(4, 3, requires_grad=True)
    loss = CoupledClustersLoss()(features, Tuplets.ragged([[0, 1], []], [[], [2]]))
    loss.backward()
    assert loss == 0
    assert not features.grad.any()
