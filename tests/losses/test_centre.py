"""The centre loss and its centres against the formulas."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ferbench.losses.centre import CentreLoss


def drawn(seed, reduction="mean", dtype=torch.float64):
    """A loss of 5 classes with centres somewhere, and a batch that lacks class 4."""
    g = torch.Generator().manual_seed(seed)
    loss = CentreLoss(5, 3, reduction=reduction).to(dtype)
    loss.centres.copy_(torch.randn(5, 3, generator=g))
    features = torch.randn(9, 3, generator=g, dtype=dtype, requires_grad=True)
    return loss, features, torch.randint(0, 4, (9,), generator=g)


@pytest.mark.parametrize("reduction", ["mean", "sum"])
def test_it_is_the_loop(reduction, same_with_gradients):
    loss, features, labels = drawn(0, reduction)
    loop = sum(0.5 * ((features[i] - loss.centres[labels[i]]) ** 2).sum() for i in range(9))
    if reduction == "mean":
        loop = loop / 9
    same_with_gradients(loss(features, labels), loop, features)


@settings(max_examples=30)
@given(seed=st.integers(0, 2**31 - 1))
def test_centres_move_as_printed(seed):
    loss, features, labels = drawn(seed)
    expected = loss.centres.clone()
    for j in range(5):
        own = [i for i in range(9) if labels[i] == j]
        total = sum((loss.centres[j] - features[i].detach() for i in own), torch.zeros(3))
        expected[j] = loss.centres[j] - 0.5 * total / (1 + len(own))
    loss.update(features, labels)
    torch.testing.assert_close(loss.centres, expected)


def test_a_case_by_hand():
    """Two images of class 0 at 1 and 3, centre 0: 1/2 (1 + 9); then 0 - 1/2 (-1 - 3) / 3 = 2/3."""
    loss = CentreLoss(2, 1, reduction="sum")
    features, labels = torch.tensor([[1.0], [3.0]]), torch.tensor([0, 0])
    assert loss(features, labels) == 5
    loss.update(features, labels)
    assert loss.centres.flatten().tolist() == pytest.approx([2 / 3, 0])


def test_the_update_may_follow_the_backward_pass():
    loss, features, labels = drawn(1)
    loss(features, labels).backward()
    before = features.grad.clone()
    loss.update(features, labels)
    assert not loss.centres.requires_grad
    assert torch.equal(features.grad, before)


def test_centres_come_to_rest_at_the_class_means():
    loss, features, labels = drawn(2)
    for _ in range(200):
        loss.update(features, labels)
    for j in set(labels.tolist()):
        torch.testing.assert_close(loss.centres[j], features.detach()[labels == j].mean(0))


def test_centres_are_state_and_not_parameters():
    loss, features, labels = drawn(3)
    loss.update(features, labels)
    other = CentreLoss(5, 3).double()
    other.load_state_dict(loss.state_dict())
    assert torch.equal(other.centres, loss.centres)
    assert list(loss.parameters()) == []


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_precision_is_kept_and_images_are_counted(dtype, measured):
    loss, features, labels = drawn(4, dtype=dtype)
    assert loss(features, labels).dtype == loss.centres.dtype == dtype
    assert measured(lambda: loss(features, labels)) == 9
    assert measured(lambda: loss.update(features, labels)) is None
