"""How a simulated person moves: the part of expression that belongs to identity."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ferbench.datasets.simulated.acting.action_units import (
    ACTION_UNITS,
    MOUTH_OPENERS,
    POSED,
    PROTOTYPES,
    ROW,
)
from ferbench.datasets.simulated.streams import stream

GAIN_SPREAD = 0.28
ASYMMETRY_SPREAD = 0.13


@dataclass(frozen=True, slots=True, eq=False)
class Habits:
    """One person's way of expression.

    gain:      (19, 2) factor on each action unit, asymmetry included; log-normal around 1.
    resting:   (19, 2) activations shown at rest.
    preferred: expression -> position in its prototypes.
    side:      the column of activations that shows unilateral expressions.
    """

    gain: np.ndarray
    resting: np.ndarray
    preferred: Mapping[str, int]
    side: int


def draw_habits(seed: int, subject: int, style: float, resting_units: float) -> Habits:
    """The habits of person `subject`; for `style` and `resting_units` see `Level`."""
    draw = stream(seed, "habits", subject)
    gain = np.exp(draw.normal(size=(len(ACTION_UNITS), 1)) * GAIN_SPREAD * style)
    lean = draw.normal(size=(len(ACTION_UNITS), 1)) * ASYMMETRY_SPREAD * style
    resting = np.abs(draw.normal(size=(len(ACTION_UNITS), 1))) * resting_units
    resting[[ROW[unit] for unit in MOUTH_OPENERS]] = 0.0
    return Habits(
        gain=gain * np.hstack([1 + lean, 1 - lean]),
        resting=np.repeat(resting, 2, axis=1),
        preferred={
            expression: int(draw.integers(len(PROTOTYPES[expression]))) for expression in POSED
        },
        side=int(draw.integers(2)),
    )
