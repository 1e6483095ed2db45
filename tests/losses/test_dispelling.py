"""The adversarial pair: its values against a loop, and what each of the two reaches."""

import math

import pytest
import torch
from torch import nn

from ferbench.losses.dispelling import DispellingLoss


@pytest.fixture
def case():
    torch.manual_seed(0)
    dispeller = nn.Linear(5, 3)
    features = torch.randn(6, 5, requires_grad=True)
    return dispeller, features, torch.arange(6) % 3


def test_both_losses_are_those_of_the_formulas(case):
    dispeller, features, labels = case
    l_a, l_p = DispellingLoss()(dispeller, features, labels)
    for number, label in enumerate(labels.tolist()):
        scores = [
            (weight @ features[number] + bias).item()
            for weight, bias in zip(dispeller.weight, dispeller.bias, strict=True)
        ]
        total = sum(map(math.exp, scores))
        y = [math.exp(score) / total for score in scores]
        assert l_a[number].item() == pytest.approx(-math.log(y[label]), rel=1e-5)
        assert l_p[number].item() == pytest.approx(-sum(map(math.log, y)) / 3, rel=1e-5)


def test_l_a_reaches_the_dispeller_alone(case):
    dispeller, features, labels = case
    DispellingLoss()(dispeller, features, labels)[0].sum().backward()
    assert features.grad is None
    assert all(p.grad.abs().min() > 0 for p in dispeller.parameters())


@pytest.mark.parametrize("literal", [False, True])
def test_l_p_reaches_the_feature_and_as_the_introduction_says_the_dispeller(case, literal):
    dispeller, features, labels = case
    l_p = DispellingLoss(lp_updates_dispeller=literal)(dispeller, features, labels)[1]
    l_p.sum().backward()
    assert features.grad.abs().min() > 0
    for parameter in dispeller.parameters():
        assert (parameter.grad is not None) == literal


def test_l_p_has_the_same_value_and_gradient_in_the_feature_in_both_readings(case):
    dispeller, features, labels = case
    found = [DispellingLoss(literal)(dispeller, features, labels)[1] for literal in (False, True)]
    gradients = [torch.autograd.grad(l_p.sum(), features)[0] for l_p in found]
    assert torch.equal(*found)
    assert torch.equal(*gradients)


def test_l_p_is_least_where_the_dispeller_is_at_a_loss(case):
    """Log C at a uniform y, and more as soon as one class is likelier."""
    _, features, labels = case
    dispeller = nn.Linear(5, 3)
    nn.init.zeros_(dispeller.weight)
    nn.init.zeros_(dispeller.bias)
    l_p = DispellingLoss()(dispeller, features, labels)[1]
    assert l_p.tolist() == pytest.approx([math.log(3)] * 6)
    nn.init.constant_(dispeller.bias[:1], 0.5)
    assert (DispellingLoss()(dispeller, features, labels)[1] > math.log(3)).all()


def test_descending_l_p_makes_the_dispeller_unsure(case):
    dispeller, features, labels = case
    step = torch.optim.SGD([features], lr=0.5)
    loss = DispellingLoss()
    before = loss(dispeller, features, labels)[1].mean().item()
    for _ in range(300):
        step.zero_grad()
        loss(dispeller, features, labels)[1].mean().backward()
        step.step()
    after = loss(dispeller, features, labels)[1].mean().item()
    assert after < before
    assert after == pytest.approx(math.log(3), abs=1e-2)
