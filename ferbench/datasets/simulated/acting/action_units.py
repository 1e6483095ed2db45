"""The facial action units that the simulator knows, and the expressions made of them."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from ferbench.contracts.faces import EXPRESSIONS

ACTION_UNITS = (1, 2, 4, 5, 6, 7, 9, 10, 12, 14, 15, 16, 17, 20, 23, 25, 26, 27, 43)
"""FACS numbers, in the order of the rows of an activation array.

Activations are arrays (19, 2), 0 (off) to about 1 (full); the columns are the side of the face on
the left of the picture (the person's right) and on its right.
"""

ROW = {unit: row for row, unit in enumerate(ACTION_UNITS)}
LARGEST = 1.3
"""No activation exceeds this: beyond, curves of the face cross."""

MOUTH_OPENERS = (25, 26, 27)
"""Units that are off at rest: nobody's mouth stands open by accident."""

OTHER_SIDE = 0.12
"""What the other side of the face does of a unilateral expression."""

POSED = tuple(expression for expression in EXPRESSIONS if expression != "neutral")
"""The expressions that are acted; `neutral` is where each recording starts."""


@dataclass(frozen=True, slots=True)
class Prototype:
    """One way of showing an expression; a unilateral one is shown by one side of the face."""

    units: Mapping[int, float]
    unilateral: bool = False

    def activations(self) -> np.ndarray:
        """(19, 2), both sides alike."""
        both = np.zeros((len(ACTION_UNITS), 2))
        for unit, strength in self.units.items():
            both[ROW[unit]] = strength
        return both

    def shown_by(self, side: int) -> np.ndarray:
        """(19, 2): a unilateral one mostly by the column `side`, any other by both."""
        shown = self.activations()
        if self.unilateral:
            shown[:, 1 - side] *= OTHER_SIDE
        return shown


PROTOTYPES: Mapping[str, tuple[Prototype, ...]] = {
    "anger": (
        Prototype({4: 1.0, 5: 0.6, 7: 0.7, 23: 0.8}),
        Prototype({4: 1.0, 7: 0.8, 15: 0.3, 17: 0.7, 23: 0.9}),
        Prototype({4: 0.9, 5: 0.7, 7: 0.6, 10: 0.6, 16: 0.4, 23: 0.4, 25: 0.7}),
    ),
    "contempt": (
        Prototype({12: 0.5, 14: 1.0}, unilateral=True),
        Prototype({10: 0.25, 12: 0.3, 14: 1.0}, unilateral=True),
    ),
    "disgust": (
        Prototype({4: 0.6, 7: 0.5, 9: 1.0, 10: 0.5, 15: 0.4, 16: 0.3}),
        Prototype({4: 0.5, 7: 0.5, 9: 1.0, 15: 0.6, 17: 0.7}),
        Prototype({4: 0.5, 6: 0.3, 9: 0.9, 10: 0.9, 16: 0.4, 25: 0.6}),
    ),
    "fear": (
        Prototype({1: 0.9, 2: 0.5, 4: 0.7, 5: 0.9, 20: 0.9, 25: 0.6, 26: 0.4}),
        Prototype({1: 0.8, 2: 0.4, 4: 0.8, 5: 0.8, 7: 0.3, 20: 0.8, 25: 0.5}),
        Prototype({1: 1.0, 2: 0.6, 4: 0.6, 5: 1.0, 20: 0.8, 25: 1.0, 26: 0.7}),
    ),
    "happiness": (
        Prototype({6: 0.8, 12: 1.0}),
        Prototype({6: 0.9, 12: 1.0, 25: 0.8}),
        Prototype({6: 0.7, 12: 0.9, 25: 1.0, 26: 0.4}),
    ),
    "sadness": (
        Prototype({1: 0.9, 4: 0.8, 15: 0.9}),
        Prototype({1: 0.8, 4: 0.8, 7: 0.4, 15: 0.8, 17: 0.7}),
        Prototype({1: 0.8, 4: 0.5, 15: 1.0, 17: 0.7, 43: 0.35}),
    ),
    "surprise": (
        Prototype({1: 1.0, 2: 1.0, 5: 0.8, 25: 1.0, 26: 1.0}),
        Prototype({1: 0.9, 2: 1.0, 5: 0.9, 25: 1.0, 27: 0.9}),
        Prototype({1: 1.0, 2: 1.0, 5: 0.6, 25: 0.8, 26: 0.7}),
    ),
}
"""After the FACS investigator's guide (EMFACS); every person prefers one of each."""

CONFUSABLE: Mapping[str, tuple[str, ...]] = {
    "anger": ("disgust", "sadness", "contempt"),
    "contempt": ("happiness", "disgust", "neutral"),
    "disgust": ("anger", "sadness", "contempt"),
    "fear": ("surprise", "sadness"),
    "happiness": ("contempt", "surprise"),
    "sadness": ("anger", "disgust", "fear"),
    "surprise": ("fear", "happiness"),
}
"""What each expression is mixed with when it is acted unclearly."""
