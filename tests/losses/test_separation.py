"""What the signs do: eq. 9 as printed collapses, eq. 10 separates.

Two classes differ by 2 in one input of eight; the other seven, the identity, vary four times as
much. An embedding and H are trained jointly. P is how often a positive's H exceeds a negative's.
"""

from dataclasses import dataclass

import pytest
import torch
from torch import nn

from ferbench.losses.mining import mine_positives
from ferbench.losses.similarity import LearnedSimilarity
from ferbench.losses.tuplet_clusters import TupletClustersLoss
from ferbench.losses.tuplets import Tuplets, take

INPUTS, EACH = 8, 6


class LiteralEq9(TupletClustersLoss):
    """1/M* sum max(0, H(f_i+, c+) + 1) + 1/N sum max(0, H(f_j-, c+) + 1), as the paper prints."""

    def forward(self, features, tuplets):
        members, m = take(features, tuplets.members), tuplets.positives.shape[1]
        mined = mine_positives(members, m)
        h = self.similarity(members, mined.centre)
        positives = ((h[:, :m] + 1).relu() * mined.kept).sum(1) / mined.kept.sum(1)
        return (positives + (h[:, m:] + 1).relu().mean(1)).mean()


class PrintedAssumption(LearnedSimilarity):
    """A positive and B negative semi-definite, as the sentence before eq. 8 has it."""

    def __init__(self):
        super().__init__(INPUTS, "eq8_literal")

    def relate(self, f2):
        return -super().relate(f2)


def draw(queries, generator):
    """(queries * 2 EACH, INPUTS): each query's positives, then its negatives."""
    positive = torch.randint(0, 2, (queries, 1), generator=generator)
    classes = torch.cat([positive.expand(-1, EACH), 1 - positive.expand(-1, EACH)], dim=1)
    x = 4 * torch.randn(queries, 2 * EACH, INPUTS, generator=generator)
    x[..., 0] = 2 * classes - 1 + 0.1 * torch.randn(queries, 2 * EACH, generator=generator)
    return x.flatten(0, 1)


@dataclass
class Outcome:
    losses: list[float]
    before: float
    after: float

    @property
    def loss(self) -> float:
        """Of the last 20 steps."""
        return sum(self.losses[-20:]) / 20


@torch.no_grad()
def separation(loss, embedding):
    features = embedding(draw(200, torch.Generator().manual_seed(99))).view(200, 2 * EACH, -1)
    h = loss.similarity(features, features[:, :EACH].mean(1))
    return (h[:, :EACH, None] > h[:, None, EACH:]).float().mean().item()


def train(loss, steps):
    """The losses, and P on new tuples before and after."""
    torch.manual_seed(0)
    embedding = nn.Linear(INPUTS, INPUTS)
    optimiser = torch.optim.Adam([*embedding.parameters(), *loss.parameters()], lr=1e-2)
    before, losses = separation(loss, embedding), []
    generator = torch.Generator().manual_seed(0)
    for _ in range(steps):
        value = loss(embedding(draw(12, generator)), Tuplets.blocks(12, EACH, EACH))
        optimiser.zero_grad()
        value.backward()
        optimiser.step()
        losses.append(value.item())
    return Outcome(losses, before, separation(loss, embedding))


@pytest.mark.parametrize("h_sign", ["corrected", "eq8_literal"])
def test_eq_10_separates_under_both_signs(h_sign):
    outcome = train(TupletClustersLoss(INPUTS, h_sign), steps=250)
    assert outcome.before < 0.7
    assert outcome.after > 0.99
    assert outcome.loss < 0.01


def test_eq_9_as_printed_is_satisfied_without_separating():
    outcome = train(LiteralEq9(INPUTS), steps=60)
    assert outcome.losses[0] > 5
    assert min(outcome.losses) == 0
    assert outcome.loss < 0.05
    assert 0.45 < outcome.after < 0.67


def test_the_printed_assumption_learns_nothing():
    loss = TupletClustersLoss(INPUTS)
    loss.similarity = PrintedAssumption()
    outcome = train(loss, steps=100)
    assert outcome.loss > 0.3
    assert 0.4 < outcome.after < 0.6
