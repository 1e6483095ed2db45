"""How a simulated person moves: the part of expression that belongs to identity."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ferbench.datasets.simulated.acting.action_units import (
    ACTION_UNITS,
    CONFUSABLE,
    LARGEST,
    MOUTH_OPENERS,
    POSED,
    PROTOTYPES,
    ROW,
    Prototype,
)
from ferbench.datasets.simulated.levels import Level
from ferbench.datasets.simulated.streams import stream

GAIN_SPREAD = 0.28
ASYMMETRY_SPREAD = 0.13

MANNER_SPREAD = 0.2
"""How far a person's own way of an expression is from the prototype (log sd of each unit)."""

MANNERISM = 0.35
"""Largest strength of the unit of a confusable expression in a person's own way, at `style` 1."""

RESTING_LOOKS = ("anger", "contempt", "disgust", "sadness")
"""What a neutral face is taken for in life; all four are shown with the mouth shut."""


@dataclass(frozen=True, slots=True, eq=False)
class Habits:
    """One person's way of expression.

    gain:    (19, 2) factor on each action unit, asymmetry included; log-normal around 1.
    resting: (19, 2) activations shown at rest, and below every expression.
    looks:   the expression that the resting face resembles; None: none in particular.
    own:     expression -> this person's own way of showing it.
    side:    the column of activations that shows unilateral expressions.
    """

    gain: np.ndarray
    resting: np.ndarray
    looks: str | None
    own: Mapping[str, Prototype]
    side: int


def draw_habits(seed: int, subject: int, level: Level) -> Habits:
    """The habits of person `subject`."""
    draw = stream(seed, "habits", subject)
    gain = np.exp(draw.normal(size=(len(ACTION_UNITS), 1)) * GAIN_SPREAD * level.style)
    lean = draw.normal(size=(len(ACTION_UNITS), 1)) * ASYMMETRY_SPREAD * level.style
    side = int(draw.integers(2))
    looks, resting = _resting(stream(seed, "resting", subject), side, level)
    return Habits(
        gain=gain * np.hstack([1 + lean, 1 - lean]),
        resting=resting,
        looks=looks,
        own={
            expression: _own_way(stream(seed, "manner", subject, expression), expression, level)
            for expression in POSED
        },
        side=side,
    )


def _resting(draw: np.random.Generator, side: int, level: Level) -> tuple[str | None, np.ndarray]:
    """Stray units of everybody's, and for some people an expression's pattern, weakly."""
    stray = np.abs(draw.normal(size=(len(ACTION_UNITS), 1))) * level.resting_units
    look = RESTING_LOOKS[draw.integers(len(RESTING_LOOKS))]
    way = PROTOTYPES[look][draw.integers(len(PROTOTYPES[look]))]
    strength = level.resemblance * draw.uniform(0.6, 1.0)
    resembles = draw.uniform() < level.resembling
    resting = np.repeat(stray, 2, axis=1)
    if resembles:
        resting += strength * way.shown_by(side)
    resting[[ROW[unit] for unit in MOUTH_OPENERS]] = 0.0
    return (look if resembles else None), np.clip(resting, 0, LARGEST)


def _own_way(draw: np.random.Generator, expression: str, level: Level) -> Prototype:
    """One of the prototypes, distorted, with a trace of an expression that it is confused with."""
    ways = PROTOTYPES[expression]
    way = ways[draw.integers(len(ways))]
    distortion = np.exp(draw.normal(size=len(ACTION_UNITS)) * MANNER_SPREAD * level.style)
    units = {unit: strength * distortion[ROW[unit]] for unit, strength in way.units.items()}
    others = [other for other in CONFUSABLE[expression] if other in PROTOTYPES]
    borrowed = PROTOTYPES[others[draw.integers(len(others))]]
    candidates = [
        unit
        for unit in sorted(borrowed[draw.integers(len(borrowed))].units)
        if unit not in units and unit not in MOUTH_OPENERS
    ]
    if candidates:
        unit = candidates[draw.integers(len(candidates))]
        units[unit] = MANNERISM * level.style * draw.uniform()
    return Prototype(units, way.unilateral)
