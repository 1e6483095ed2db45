"""The (N+1)-tuplet loss against eq. 1."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ferbench.errors import UsageError
from ferbench.losses.n_plus_one_tuplet import NPlusOneTupletLoss
from ferbench.losses.tuplets import Tuplets


def by_loop(features, sets, tau):
    losses = []
    for (query, positive), others in sets:
        near = ((features[query] - features[positive]) ** 2).sum()
        far = [((features[query] - features[j]) ** 2).sum() for j in others]
        losses.append(torch.log(1 + sum(torch.exp(near + tau - d) for d in far)))
    return sum(losses) / len(losses)


@settings(max_examples=30)
@given(seed=st.integers(0, 2**31 - 1), tau=st.sampled_from([0.0, 1.0, 2.5]))
def test_it_is_the_loop(seed, tau, draw_batch, same_with_gradients):
    batch = draw_batch(seed, least=0, positives=2)
    batch.positives[0] = batch.positives[0][:2]
    batch.features.requires_grad_()
    sets = [(own, others) for own, others in batch.usable if len(own) == 2]
    ours = NPlusOneTupletLoss(tau)(batch.features, batch.ragged)
    same_with_gradients(ours, by_loop(batch.features, sets, tau), batch.features)


def test_full_sets_are_the_loop_too(same_with_gradients):
    features = torch.randn(15, 3, dtype=torch.float64).requires_grad_()
    tuplets = Tuplets.blocks(3, 2, 3)
    sets = list(zip(tuplets.positives.tolist(), tuplets.negatives.tolist(), strict=True))
    same_with_gradients(
        NPlusOneTupletLoss()(features, tuplets), by_loop(features, sets, 1.0), features
    )


def test_a_case_by_hand():
    """D(f, f+) = 1, D(f, f-) = 4 and 9, tau = 1: log(1 + e^-2 + e^-7)."""
    features = torch.tensor([[0.0], [1.0], [2.0], [3.0]], dtype=torch.float64)
    loss = NPlusOneTupletLoss()(features, Tuplets.blocks(1, 2, 2))
    assert loss.item() == pytest.approx(math.log(1 + math.exp(-2) + math.exp(-7)))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_large_distances_do_not_overflow(dtype):
    features = torch.tensor([[0.0], [100.0], [1.0], [2.0]], dtype=dtype, requires_grad=True)
    loss = NPlusOneTupletLoss()(features, Tuplets.blocks(1, 2, 2))
    loss.backward()
    assert loss.dtype == dtype
    assert loss.item() == pytest.approx(10_000, rel=1e-5)
    assert torch.isfinite(features.grad).all()


def test_a_tuple_is_one_comparison_for_the_positive_and_each_negative(measured):
    loss, features = NPlusOneTupletLoss(), torch.randn(96, 4)
    assert measured(lambda: loss(features, Tuplets.blocks(12, 2, 6))) == 12 * 7
    ragged = Tuplets.ragged([[0, 1], [2], [3, 4]], [[5, 6, 7], [8], [9]])
    assert measured(lambda: loss(features, ragged)) == 4 + 2


def test_a_query_without_its_positive_makes_no_loss():
    features = torch.randn(4, 3, requires_grad=True)
    for tuplets in (Tuplets.blocks(1, 1, 3), Tuplets.ragged([[0], [1, 2]], [[3], []])):
        loss = NPlusOneTupletLoss()(features, tuplets)
        loss.backward()
        assert loss == 0
        assert not features.grad.any()


def test_more_positives_are_refused():
    with pytest.raises(UsageError, match="was given 3: sample with M = 2"):
        NPlusOneTupletLoss()(torch.randn(6, 2), Tuplets.blocks(1, 3, 3))
