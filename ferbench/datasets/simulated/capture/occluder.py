"""What covers part of a face throughout a recording: a hand, a medical mask, sunglasses."""

from dataclasses import dataclass

import numpy as np

from ferbench.datasets.simulated.levels import Level
from ferbench.datasets.simulated.streams import stream

Colour = tuple[float, float, float]
"""Linear RGB in 0..1."""

MASK_COLOURS = ((0.55, 0.72, 0.80), (0.85, 0.86, 0.86), (0.06, 0.06, 0.07), (0.62, 0.80, 0.72))
HAND_PLACES = ((0.0, -0.55), (0.36, -0.38), (0.30, 0.05))
"""Canonical coordinates of mouth, cheek and eye, on the right of the picture."""


@dataclass(frozen=True, slots=True)
class Mask:
    """A medical mask; `top` is the height of its upper border on the nose, head units."""

    colour: Colour
    top: float


@dataclass(frozen=True, slots=True)
class Sunglasses:
    """Opaque glasses: radius (head units), exponent of the rim's superellipse, colours."""

    radius: float
    squareness: float
    lens: Colour
    frame: float


@dataclass(frozen=True, slots=True)
class Hand:
    """A hand on the face, the person's own.

    x, y:  canonical coordinates of the middle of its fingers.
    angle: where the fingers point, radians from upwards, positive to the right of the picture.
    size:  factor on the average hand.
    """

    x: float
    y: float
    angle: float
    size: float


Occluder = Mask | Sunglasses | Hand


def draw_occluder(
    seed: int, subject: int, expression: str, take: int, level: Level
) -> Occluder | None:
    """What covers the face in this recording, if anything: each kind is as likely."""
    draw = stream(seed, "occluder", subject, expression, take)
    if draw.uniform() >= level.occlusion:
        return None
    kind = draw.integers(3)
    if kind == 0:
        return _draw_hand(draw)
    if kind == 1:
        tint = MASK_COLOURS[draw.integers(len(MASK_COLOURS))]
        red, green, blue = np.clip(np.array(tint) * draw.uniform(0.85, 1.1), 0, 1).tolist()
        return Mask((red, green, blue), top=float(draw.uniform(-0.14, -0.04)))
    shine = draw.uniform(0.01, 0.06)
    red, green, blue = (shine * draw.uniform(0.7, 1.3, size=3)).tolist()
    return Sunglasses(
        radius=float(draw.uniform(0.185, 0.225)),
        squareness=float(draw.uniform(2.0, 4.0)),
        lens=(red, green, blue),
        frame=float(draw.uniform(0.02, 0.25)),
    )


def _draw_hand(draw: np.random.Generator) -> Hand:
    x, y = HAND_PLACES[draw.integers(len(HAND_PLACES))]
    side = 1.0 if draw.uniform() < 0.5 else -1.0
    x, y = np.array([side * x, y]) + draw.normal(size=2) * [0.05, 0.04]
    lean = draw.uniform(0.2, 0.9)  # fingers point inwards from an arm that comes from outside
    return Hand(float(x), float(y), float(-side * lean), size=float(draw.uniform(0.9, 1.1)))
