"""The activations of a face at rest and at the apex of an expression."""

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

PREFERENCE = 0.6
"""How often a person uses the preferred prototype; else any of them."""

SIDE_LOYALTY = 0.8
"""How often a unilateral expression is shown by the preferred side."""

OTHER_SIDE = 0.12
"""What the other side of the face does of a unilateral expression."""

LOST = 0.25
"""What remains of an action unit that does not come through in a take."""


def onset(draw: np.random.Generator, habits: Habits, level: Level) -> np.ndarray:
    """(19, 2): the neutral face before an expression, with the person's resting units."""
    return np.clip(habits.resting + 0.6 * _stray(draw, level), 0, LARGEST)


def apex(draw: np.random.Generator, habits: Habits, level: Level, expression: str) -> np.ndarray:
    """(19, 2): the expression at its strongest, in the way of this person and take."""
    acted = _prototype(draw, habits, expression) * habits.gain
    acted *= np.exp(draw.normal(size=(len(ACTION_UNITS), 1)) * 2 * level.unit_noise)
    lost = draw.uniform(size=(len(ACTION_UNITS), 1)) < 0.8 * level.unit_noise
    acted *= np.where(lost, LOST, 1.0)
    share = level.confusion * draw.uniform()
    acted = (1 - share) * acted + share * _confusable(draw, expression)
    acted *= draw.uniform(*level.intensity)
    return np.clip(habits.resting + acted + _stray(draw, level), 0, LARGEST)


def _prototype(draw: np.random.Generator, habits: Habits, expression: str) -> np.ndarray:
    ways = PROTOTYPES[expression]
    prefers, any_way = draw.uniform() < PREFERENCE, int(draw.integers(len(ways)))
    way = ways[habits.preferred[expression] if prefers else any_way]
    activations = way.activations()
    if way.unilateral:
        side = habits.side if draw.uniform() < SIDE_LOYALTY else 1 - habits.side
        activations[:, 1 - side] *= OTHER_SIDE
    return activations


def _confusable(draw: np.random.Generator, expression: str) -> np.ndarray:
    """Another expression, on both sides; nothing where that is `neutral`."""
    others = CONFUSABLE[expression]
    ways = PROTOTYPES.get(others[draw.integers(len(others))], ())
    if not ways:
        return np.zeros((len(ACTION_UNITS), 2))
    return ways[draw.integers(len(ways))].activations()


def _stray(draw: np.random.Generator, level: Level) -> np.ndarray:
    """(19, 1): small movements that mean nothing."""
    stray = np.abs(draw.normal(size=(len(ACTION_UNITS), 1))) * 0.7 * level.unit_noise
    stray[[ROW[unit] for unit in MOUTH_OPENERS]] = 0.0
    return stray
