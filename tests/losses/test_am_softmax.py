"""Additive-margin softmax against a loop over its formula."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.nn import functional as F

from ferbench.losses.am_softmax import AdditiveMarginSoftmax

COSINES = st.lists(st.lists(st.floats(-1, 1), min_size=4, max_size=4), min_size=1, max_size=6)


def literal(cosines, label, s, m):
    """ED2L eqs. 2 and 3 of one image, term by term."""
    own = math.exp(s * (cosines[label] - m))
    others = sum(math.exp(s * c) for j, c in enumerate(cosines) if j != label)
    return -math.log(own / (own + others))


@given(COSINES, st.floats(1, 30), st.floats(0, 0.5), st.integers(0, 3))
def test_each_image_has_the_loss_of_the_formula(rows, scale, margin, label):
    labels = torch.tensor([(label + number) % 4 for number in range(len(rows))])
    cosines = torch.tensor(rows, dtype=torch.float64)
    found = AdditiveMarginSoftmax(scale, margin)(cosines, labels)
    expected = [literal(row, int(y), scale, margin) for row, y in zip(rows, labels, strict=True)]
    assert found.shape == (len(rows),)
    assert found.tolist() == pytest.approx(expected, rel=1e-9, abs=1e-9)


def test_without_margin_it_is_the_cross_entropy_of_scaled_cosines():
    torch.manual_seed(0)
    cosines, labels = torch.rand(9, 5) * 2 - 1, torch.arange(9) % 5
    found = AdditiveMarginSoftmax(30.0, 0.0)(cosines, labels)
    assert torch.equal(found, F.cross_entropy(30.0 * cosines, labels, reduction="none"))


def test_a_hand_case():
    """Two classes, cosines 0.5 and 0: log(1 + e^{-s (0.5 - m)}) for the first."""
    found = AdditiveMarginSoftmax(10.0, 0.3)(torch.tensor([[0.5, 0.0]]), torch.tensor([0]))
    assert found.item() == pytest.approx(math.log1p(math.exp(-2.0)))


def test_only_a_lead_of_the_margin_lowers_the_loss_below_an_even_chance():
    loss = AdditiveMarginSoftmax(30.0, 0.35)
    cosines = torch.tensor([[0.34, 0.0], [0.35, 0.0], [0.36, 0.0]])
    below, even, above = loss(cosines, torch.zeros(3, dtype=torch.int64)).tolist()
    assert even == pytest.approx(math.log(2))
    assert above < even < below


def test_the_papers_settings_are_the_defaults():
    loss = AdditiveMarginSoftmax()
    assert (loss.scale, loss.margin, loss.label_smoothing) == (30.0, 0.35, 0.0)


def test_label_smoothing_is_that_of_cross_entropy_on_the_same_logits():
    torch.manual_seed(0)
    cosines, labels = torch.rand(6, 3), torch.arange(6) % 3
    logits = 15.0 * cosines
    for number, label in enumerate(labels):
        logits[number, label] -= 15.0 * 0.35
    expected = F.cross_entropy(logits, labels, reduction="none", label_smoothing=0.1)
    found = AdditiveMarginSoftmax(15.0, 0.35, label_smoothing=0.1)(cosines, labels)
    assert torch.allclose(found, expected, atol=1e-6)
