"""The island loss and its centres against IF-GAN eq. 5."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ferbench.losses.island import IslandLoss


def drawn(seed, reduction="mean", dtype=torch.float64):
    """A loss of 5 classes with centres somewhere, and a batch that lacks class 4."""
    g = torch.Generator().manual_seed(seed)
    loss = IslandLoss(5, 3, alpha=0.3, reduction=reduction).to(dtype)
    loss.centres.copy_(torch.randn(5, 3, generator=g))
    features = torch.randn(9, 3, generator=g, dtype=dtype, requires_grad=True)
    return loss, features, torch.randint(0, 4, (9,), generator=g)


def pair_term(centres):
    total = 0.0
    for j in range(len(centres)):
        for k in range(len(centres)):
            if k != j:
                cosine = centres[j] @ centres[k] / (centres[j].norm() * centres[k].norm())
                total = total + cosine + 1
    return total


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_it_is_the_loop(reduction, same_with_gradients):
    loss, features, labels = drawn(0, reduction)
    loop = sum(((features[i] - loss.centres[labels[i]]) ** 2).sum() for i in range(9))
    loop = loop / 9 if reduction == "mean" else loop
    same_with_gradients(loss(features, labels), loop + 0.3 * pair_term(loss.centres), features)


@settings(max_examples=30)
@given(seed=st.integers(0, 2**31 - 1))
def test_centres_follow_the_images_and_the_exact_gradient_of_the_pairs(seed):
    loss, features, labels = drawn(seed)
    centres = loss.centres.clone().requires_grad_()
    (slope,) = torch.autograd.grad(pair_term(centres), centres)
    expected = centres.detach().clone()
    for j in range(5):
        own = features.detach()[labels == j]
        delta = (loss.centres[j] - own).sum(0) / (1 + len(own))
        expected[j] -= 0.5 * (delta + 0.3 * slope[j])
    loss.update(features, labels)
    torch.testing.assert_close(loss.centres, expected)


def test_opposite_centres_are_islands_and_equal_ones_are_not():
    loss = IslandLoss(2, 2)
    loss.centres.copy_(torch.tensor([[1.0, 0.0], [-3.0, 0.0]]))
    assert loss.nearness() == pytest.approx(0, abs=1e-6)
    loss.centres.copy_(torch.tensor([[1.0, 0.0], [3.0, 0.0]]))
    assert loss.nearness() == pytest.approx(4)


def test_updates_part_the_centres():
    loss, features, labels = drawn(5)
    loss.alpha = 2.0
    apart = loss.nearness()
    plain = IslandLoss(5, 3, alpha=0.0).double()
    plain.load_state_dict(loss.state_dict())
    for _ in range(20):
        loss.update(features, labels)
        plain.update(features, labels)
    assert loss.nearness() < min(apart, plain.nearness())


def test_initialise_puts_centres_at_the_means():
    loss, features, labels = drawn(6)
    loss.initialise(features, labels)
    for j in set(labels.tolist()):
        torch.testing.assert_close(loss.centres[j], features.detach()[labels == j].mean(0))
    assert not loss.centres[4].any()


def test_a_centre_at_zero_takes_no_part_in_pairs(measured):
    loss, features, labels = drawn(7)
    loss.centres[4] = 0
    torch.testing.assert_close(loss.nearness(), pair_term(loss.centres[:4]))
    assert measured(loss.nearness) == 12
    loss.update(features, labels)
    assert torch.isfinite(loss.centres).all()
    assert not loss.centres[4].any()


def test_untouched_it_is_finite():
    loss, features, labels = IslandLoss(3, 2), torch.randn(4, 2), torch.tensor([0, 0, 1, 2])
    assert loss(features, labels) == pytest.approx(features.square().sum(1).mean())
    loss.update(features, labels)
    assert torch.isfinite(loss.centres).all()
    assert loss.centres.any()


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_images_and_ordered_pairs_of_centres_are_counted(dtype, measured):
    loss, features, labels = drawn(8, dtype=dtype)
    assert loss(features, labels).dtype == dtype
    assert measured(lambda: loss(features, labels)) == 9 + 5 * 4
    assert measured(lambda: loss.update(features, labels)) is None
