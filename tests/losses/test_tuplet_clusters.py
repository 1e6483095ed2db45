"""The (N+M)-tuplet clusters loss against a plain loop over eq. 10."""

import itertools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ferbench.losses.tuplet_clusters import TupletClustersLoss
from ferbench.losses.tuplets import Tuplets

seeds = st.integers(0, 2**31 - 1)
VARIANTS = list(itertools.product(["corrected", "eq8_literal"], ["tuple", "set"]))


def randomised(h_sign="corrected", average="tuple"):
    torch.manual_seed(0)
    loss = TupletClustersLoss(4, h_sign, average).double()
    with torch.no_grad():
        loss.similarity.l_a.copy_(0.4 * torch.randn(4, 4))
        loss.similarity.l_b.copy_(0.4 * torch.randn(4, 4))
        loss.similarity.c.copy_(0.3 * torch.randn(4))
        loss.similarity.b.fill_(0.3)
    return loss


def h_of(s, f1, f2, sign):
    own = 0.5 * sign * ((s.l_a @ f1).square().sum() + (s.l_a @ f2).square().sum())
    return s.b + s.c @ (f1 + f2) + own + (s.l_b @ f1) @ (s.l_b @ f2)


def squared(a, b):
    return ((a - b) ** 2).sum().item()


def by_loop(loss, features, sets, sign, average):
    """Algorithm 1, then eq. 10 (or the averages of eq. 9), query by query."""
    losses = []
    for own, others in sets:
        centre = sum(features[i] for i in own) / len(own)
        nearest = min(squared(features[j], centre) for j in others)
        kept = [i for i in own if squared(features[i], centre) <= nearest]
        kept = kept or [min(own, key=lambda i, c=centre: squared(features[i], c))]
        centre = sum(features[i] for i in kept) / len(kept)
        pull = sum((1 - h_of(loss.similarity, features[i], centre, sign)).relu() for i in kept)
        push = sum((1 + h_of(loss.similarity, features[j], centre, sign)).relu() for j in others)
        if average == "tuple":
            losses.append((pull + push) / (len(others) + len(kept)))
        else:
            losses.append(pull / len(kept) + push / len(others))
    return sum(losses) / len(losses)


@pytest.mark.parametrize(("h_sign", "average"), VARIANTS)
@settings(max_examples=20)
@given(seed=seeds)
def test_it_is_the_loop(seed, h_sign, average, draw_batch, same_with_gradients):
    batch = draw_batch(seed, least=0)
    batch.features.requires_grad_()
    loss = randomised(h_sign, average)
    sign = -1 if h_sign == "corrected" else 1
    loop = by_loop(loss, batch.features, batch.usable, sign, average)
    ours = loss(batch.features, batch.ragged)
    same_with_gradients(ours, loop, batch.features, *loss.parameters())


@pytest.mark.parametrize("average", ["tuple", "set"])
def test_full_sets_are_the_loop_too(average, same_with_gradients):
    g = torch.Generator().manual_seed(3)
    features = torch.randn(4 * 7, 4, generator=g, dtype=torch.float64).requires_grad_()
    tuplets = Tuplets.blocks(queries=4, positives=3, negatives=4)
    sets = list(zip(tuplets.positives.tolist(), tuplets.negatives.tolist(), strict=True))
    loss = randomised(average=average)
    loop = by_loop(loss, features, sets, -1, average)
    same_with_gradients(loss(features, tuplets), loop, features, *loss.parameters())


def test_a_mask_of_all_changes_nothing():
    tuplets = Tuplets.blocks(queries=3, positives=2, negatives=4)
    masked = Tuplets.ragged(tuplets.positives.tolist(), tuplets.negatives.tolist())
    features = torch.randn(18, 4, dtype=torch.float64)
    loss = randomised()
    torch.testing.assert_close(loss(features, tuplets), loss(features, masked))


def test_the_gradient_is_that_of_the_value(draw_batch):
    """By finite differences, so that neither loop nor loss can share a mistake of autograd."""
    batch = draw_batch(5)
    loss = randomised()
    torch.autograd.gradcheck(
        lambda features: loss(features, batch.ragged), batch.features.requires_grad_(), atol=1e-5
    )


def test_a_case_by_hand():
    """One dimension, H = 2 - (f1 - f2)^2 / 2, positives 0 and 1, negatives 2.5 and 4.

    c+ = 1/2: positives have H = 15/8; negatives H = 0 and -33/8. So (0 + 0 + 1 + 0) / 4.
    """
    loss = TupletClustersLoss(1).double()
    with torch.no_grad():
        loss.similarity.l_a.fill_(1.0)
        loss.similarity.l_b.fill_(1.0)
    features = torch.tensor([[0.0], [1.0], [2.5], [4.0]], dtype=torch.float64)
    tuplets = Tuplets.blocks(1, 2, 2)
    assert loss(features, tuplets).item() == pytest.approx(0.25)
    loss.average = "set"
    assert loss(features, tuplets).item() == pytest.approx(0.5)


@pytest.mark.parametrize(("size", "expected"), [(6, 288), (5, 240)])
def test_a_paper_batch_counts_what_the_paper_prints(size, expected, measured):
    """12 queries of 6 + 6 (CK+, SFEW) or 5 + 5 (MMI): 2 (N + M) X, though mining drops some."""
    tuplets = Tuplets.blocks(12, size, size)
    features = torch.randn(12 * 2 * size, 8)
    assert measured(lambda: TupletClustersLoss(8)(features, tuplets)) == expected


def test_padding_and_queries_left_out_are_not_counted(measured):
    tuplets = Tuplets.ragged([[0, 1, 2], [3], [4, 5]], [[6], [7, 8, 9], []])
    assert measured(lambda: TupletClustersLoss(4)(torch.randn(10, 4), tuplets)) == 2 * (4 + 4)


def test_a_query_alone_in_its_class_is_its_own_centre():
    """A class with one image: M = 1, so c+ = f, and the negatives are still pushed."""
    features = torch.randn(4, 4, dtype=torch.float64).requires_grad_()
    loss = randomised()
    ours = loss(features, Tuplets.ragged([[0]], [[1, 2, 3]]))
    torch.testing.assert_close(ours, by_loop(loss, features, [([0], [1, 2, 3])], -1, "tuple"))
    assert ours > 0


@pytest.mark.parametrize(
    "tuplets",
    [
        Tuplets.ragged([[0, 1], [2]], [[], []]),
        Tuplets.ragged([[0, 1], [2], []], [[], [], [3]]),
        Tuplets.blocks(2, 2, 0),
        Tuplets.blocks(0, 2, 2),
    ],
    ids=["one expression only", "no pair of sets", "no negatives", "no queries"],
)
def test_a_batch_without_a_usable_tuple_is_zero_with_a_graph(tuplets):
    features = torch.randn(4, 4, requires_grad=True)
    loss = TupletClustersLoss(4)(features, tuplets)
    loss.backward()
    assert loss == 0
    assert not features.grad.any()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_both_precisions_give_the_same(dtype, draw_batch):
    batch = draw_batch(7)
    loss = randomised().to(dtype)
    ours = loss(batch.features.to(dtype), batch.ragged)
    assert ours.dtype == dtype
    torch.testing.assert_close(
        ours.double(), randomised()(batch.features, batch.ragged), atol=1e-5, rtol=1e-5
    )
