"""The activations of a face at rest and at the apex of an expression."""

from dataclasses import dataclass

import numpy as np

from ferbench.datasets.simulated.acting.action_units import (
    ACTION_UNITS,
    CONFUSABLE,
    LARGEST,
    MOUTH_OPENERS,
    PROTOTYPES,
    ROW,
)
from ferbench.datasets.simulated.levels import Level
from ferbench.datasets.simulated.person.habits import Habits

LOYALTY = 0.7
"""How often a person shows an expression in the way of their own; else by any prototype."""

SIDE_LOYALTY = 0.8
"""How often a unilateral expression is shown by the preferred side."""

LOST = 0.25
"""What remains of an action unit that does not come through in a take."""


@dataclass(frozen=True, slots=True, eq=False)
class Apex:
    """An expression at its strongest.

    activations: (19, 2), the resting face included.
    intensity:   strength of the posed expression; 1 is the full prototype.
    mixed_with:  the confusable expression in it; its share is `share` (of `neutral`: none shown).
    """

    activations: np.ndarray
    intensity: float
    mixed_with: str
    share: float


def onset(draw: np.random.Generator, habits: Habits, level: Level) -> np.ndarray:
    """(19, 2): the neutral face before an expression, with the person's resting units."""
    return np.clip(habits.resting + 0.6 * _stray(draw, level), 0, LARGEST)


def apex(draw: np.random.Generator, habits: Habits, level: Level, expression: str) -> Apex:
    """The expression at its strongest, in the way of this person and take."""
    acted = _prototype(draw, habits, expression) * habits.gain
    acted *= np.exp(draw.normal(size=(len(ACTION_UNITS), 1)) * 2 * level.unit_noise)
    lost = draw.uniform(size=(len(ACTION_UNITS), 1)) < 0.8 * level.unit_noise
    acted *= np.where(lost, LOST, 1.0)
    share = level.confusion * draw.uniform()
    other = CONFUSABLE[expression][draw.integers(len(CONFUSABLE[expression]))]
    acted = (1 - share) * acted + share * _any_way(draw, other)
    intensity = draw.uniform(*level.intensity)
    shown = habits.resting + intensity * acted + _stray(draw, level)
    return Apex(np.clip(shown, 0, LARGEST), intensity, other, share)


def _prototype(draw: np.random.Generator, habits: Habits, expression: str) -> np.ndarray:
    ways = PROTOTYPES[expression]
    loyal, any_way = draw.uniform() < LOYALTY, ways[draw.integers(len(ways))]
    side = habits.side if draw.uniform() < SIDE_LOYALTY else 1 - habits.side
    return (habits.own[expression] if loyal else any_way).shown_by(side)


def _any_way(draw: np.random.Generator, expression: str) -> np.ndarray:
    """One of the prototypes, on both sides; nothing for `neutral`."""
    if expression not in PROTOTYPES:
        return np.zeros((len(ACTION_UNITS), 2))
    ways = PROTOTYPES[expression]
    return ways[draw.integers(len(ways))].activations()


def _stray(draw: np.random.Generator, level: Level) -> np.ndarray:
    """(19, 1): small movements that mean nothing."""
    stray = np.abs(draw.normal(size=(len(ACTION_UNITS), 1))) * 0.7 * level.unit_noise
    stray[[ROW[unit] for unit in MOUTH_OPENERS]] = 0.0
    return stray
