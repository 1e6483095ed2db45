"""The radial metric loss against a plain loop over eqs. 8 and 16."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ferbench.losses.radial import AdaptiveThreshold, FixedThreshold, RadialLoss
from ferbench.losses.similarity import HSign

CLASSES, FEATURES = 5, 4
T, TAU = 1.5, 0.7
seeds = st.integers(0, 2**31 - 1)


def adaptive(h_sign: HSign = "corrected", momentum=0.0):
    torch.manual_seed(0)
    h = AdaptiveThreshold(FEATURES, h_sign)
    with torch.no_grad():
        h.l_a.copy_(0.4 * torch.randn(FEATURES, FEATURES))
        h.l_b.copy_(0.4 * torch.randn(FEATURES, FEATURES))
        h.c.copy_(0.3 * torch.randn(FEATURES))
        h.b.fill_(0.3)
    return RadialLoss(h, CLASSES, FEATURES, momentum=momentum).double()


def fixed():
    return RadialLoss(FixedThreshold(T), CLASSES, FEATURES, margin=TAU / 2).double()


def h_of(s, f1, f2, sign):
    own = 0.5 * sign * ((s.l_a @ f1).square().sum() + (s.l_a @ f2).square().sum())
    return s.b + s.c @ (f1 + f2) + own + (s.l_b @ f1) @ (s.l_b @ f2)


def means(queries, labels):
    shown = {int(y) for y in labels}
    of = {y: [f for f, label in zip(queries, labels, strict=True) if label == y] for y in shown}
    return {y: sum(own) / len(own) for y, own in of.items()}


def eq16(loss, queries, references, labels, repelled, sign=-1, centres=None):
    """Query by query."""
    centres = centres or means(queries, labels)
    total = 0.0
    for f, other, y, away in zip(queries, references, labels.tolist(), repelled, strict=True):
        total = total + (1 - h_of(loss.similarity, f, centres[y], sign)).relu()
        if away:
            total = total + (1 + h_of(loss.similarity, other, centres[y], sign)).relu()
    return total / len(queries)


def eq8(queries, references, labels):
    centres = means(queries, labels)
    total = 0.0
    for f, other, y in zip(queries, references, labels.tolist(), strict=True):
        total = total + ((f - centres[y]).square().sum() - T + TAU / 2).relu()
        total = total + (T + TAU / 2 - (other - centres[y]).square().sum()).relu()
    return total / len(queries)


def draw(seed, count=9):
    """Queries of random classes, so that some have one and some have none."""
    g = torch.Generator().manual_seed(seed)
    queries, references = (
        torch.randn(count, FEATURES, generator=g, dtype=torch.float64).requires_grad_()
        for _ in range(2)
    )
    labels = torch.randint(CLASSES, (count,), generator=g)
    repelled = torch.rand(count, generator=g) < 0.7
    return queries, references, labels, repelled


@pytest.mark.parametrize(("h_sign", "sign"), [("corrected", -1), ("eq8_literal", 1)])
@settings(max_examples=20)
@given(seed=seeds)
def test_eq16_is_the_loop(seed, h_sign, sign, same_with_gradients):
    queries, references, labels, repelled = draw(seed)
    loss = adaptive(h_sign)
    loop = eq16(loss, queries, references, labels, repelled, sign)
    ours = loss(queries, references, labels, repelled)
    parameters = list(loss.parameters())
    assert len(parameters) == 4
    same_with_gradients(ours, loop, queries, references, *parameters)


@settings(max_examples=20)
@given(seed=seeds)
def test_eq8_is_the_loop(seed, same_with_gradients):
    queries, references, labels, _ = draw(seed)
    loop = eq8(queries, references, labels)
    same_with_gradients(fixed()(queries, references, labels), loop, queries, references)


def test_the_gradient_is_that_of_the_value():
    queries, references, labels, repelled = draw(5)
    loss = adaptive()
    torch.autograd.gradcheck(
        lambda f, other: loss(f, other, labels, repelled), (queries, references), atol=1e-5
    )


def test_a_case_by_hand():
    """One dimension, H = 2 - (f1 - f2)^2 / 2; class 0 has queries 0 and 4, so its centre is 2.

    Queries: H = 0, so 1 + 1. References 2 and 10: H = 2 and -30, so 3 + 0. Class 1 has one query,
    its own centre: H = 2, so 0; its reference, 3 away: H = -5/2, so 0. (1 + 1 + 3) / 3.
    """
    loss = RadialLoss(AdaptiveThreshold(1), 2, 1).double()
    with torch.no_grad():
        loss.similarity.l_a.fill_(1.0)
        loss.similarity.l_b.fill_(1.0)
    queries = torch.tensor([[0.0], [4.0], [7.0]], dtype=torch.float64)
    references = torch.tensor([[2.0], [10.0], [10.0]], dtype=torch.float64)
    labels = torch.tensor([0, 0, 1])
    assert loss(queries, references, labels).item() == pytest.approx(5 / 3)
    repelled = torch.tensor([False, True, True])
    assert loss(queries, references, labels, repelled).item() == pytest.approx(2 / 3)


def test_without_a_mask_every_reference_is_repelled():
    queries, references, labels, _ = draw(2)
    loss, every = adaptive(), torch.ones(len(labels), dtype=torch.bool)
    assert torch.equal(loss(queries, references, labels), loss(queries, references, labels, every))


def test_without_any_reference_the_queries_are_drawn_together():
    queries, references, labels, _ = draw(3)
    loss, none = adaptive(), torch.zeros(9, dtype=torch.bool)
    ours = loss(queries, references, labels, none)
    torch.testing.assert_close(ours, eq16(loss, queries, references, labels, none))
    by_query, by_reference = torch.autograd.grad(ours, (queries, references))
    assert by_query.any()
    assert not by_reference.any()


def test_a_masked_class_does_not_move_its_references():
    """The neutral class of an eight-class protocol."""
    queries, references, labels, _ = draw(4)
    (moved,) = torch.autograd.grad(
        adaptive()(queries, references, labels, labels != labels[0]), references
    )
    assert not moved[labels == labels[0]].any()
    assert moved[labels != labels[0]].any()


def test_references_have_no_part_in_the_centres():
    """Where none is near enough to be pushed, the loss is that of the queries alone."""
    queries, _, labels, _ = draw(6)
    loss = fixed()
    far = torch.full_like(queries, 1e3).requires_grad_()
    ours = loss(queries, far, labels)
    assert not torch.autograd.grad(ours, far, retain_graph=True)[0].any()
    none = torch.zeros(len(labels), dtype=torch.bool)
    assert torch.equal(ours, loss(queries, far, labels, none))


@pytest.mark.parametrize(("classes", "expected"), [(6, 24), (7, 28), (8, 32)])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("learned", [False, True])
def test_two_queries_a_class_make_2k_comparisons(classes, expected, masked, learned, measured):
    """K = 2C queries: 24 of six classes, 28 of seven, 32 of eight, with neutral masked or not."""
    labels = torch.arange(2 * classes) % classes
    similarity = AdaptiveThreshold(8) if learned else FixedThreshold(1.0)
    loss = RadialLoss(similarity, classes, 8)
    pair = torch.randn(2, 2 * classes, 8)
    repelled = labels != 0 if masked else None
    assert measured(lambda: loss(*pair, labels, repelled)) == expected


def test_no_queries_are_zero_with_a_graph():
    queries = torch.zeros(0, FEATURES, dtype=torch.float64, requires_grad=True)
    loss = adaptive()(queries, queries, torch.zeros(0, dtype=torch.int64))
    loss.backward()
    assert loss == 0


class TestRunningCentres:
    def test_the_first_mean_is_the_centre(self):
        queries, references, labels, repelled = draw(7)
        batch = adaptive()(queries, references, labels, repelled)
        assert torch.equal(adaptive(momentum=0.9)(queries, references, labels, repelled), batch)

    @settings(max_examples=10)
    @given(seed=seeds)
    def test_the_second_batch_is_the_loop(self, seed, same_with_gradients):
        first, second = draw(seed), draw(seed + 1)
        loss = adaptive(momentum=0.9)
        loss.update(first[0].detach(), first[2])
        old, new = means(first[0].detach(), first[2]), means(second[0], second[2])
        centres = {y: 0.9 * old[y] + 0.1 * c if y in old else c for y, c in new.items()}
        loop = eq16(loss, *second, centres=centres)
        leaves = second[0], second[1], *loss.parameters()
        same_with_gradients(loss(*second), loop, *leaves)
        loss.update(second[0].detach(), second[2])
        for y in old | new:
            torch.testing.assert_close(loss.centres[y], centres.get(y, old.get(y)).detach())
        assert loss.placed.sum() == len(old | new)

    def test_a_call_alone_moves_nothing(self):
        loss = adaptive(momentum=0.9)
        loss(*draw(8))
        assert not loss.placed.any()
        assert not loss.centres.any()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_both_precisions_give_the_same(dtype):
    queries, references, labels, repelled = draw(9)
    ours = adaptive().to(dtype)(queries.to(dtype), references.to(dtype), labels, repelled)
    assert ours.dtype == dtype
    exact = adaptive()(queries, references, labels, repelled)
    torch.testing.assert_close(ours.double(), exact, atol=1e-5, rtol=1e-5)
