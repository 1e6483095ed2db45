"""How a face is lit, turned and framed in one picture."""

from dataclasses import dataclass, replace

import numpy as np

from ferbench.datasets.simulated.capture.occluder import Occluder, draw_occluder
from ferbench.datasets.simulated.levels import Level
from ferbench.datasets.simulated.streams import stream

KEY_LIGHT = np.array([0.2, 0.45, 0.85])
"""Where the light of a level without variation comes from: x right, y up, z to the camera."""

LARGEST_TURN = 50.0
"""Degrees; beyond, the painted eyes leave the visible half of the head."""

RESTLESSNESS = 0.12
"""How far the head drifts from frame to frame, as a share of the level's spread of poses."""


@dataclass(frozen=True, slots=True)
class View:
    """The conditions of one picture.

    pose:       yaw, pitch, roll in radians.
    light:      direction towards the light, any length.
    brightness: of that light against the ambient one, 0..1.
    background: its grey level, 0..1.
    gaze:       right and up, -1..1.
    shift:      right and down, as a share of the picture's side.
    exposure:   factor on the linear picture.
    occluder:   what covers part of the face, if anything.
    """

    pose: tuple[float, float, float] = (0.0, 0.0, 0.0)
    light: tuple[float, float, float] = (0.25, 0.45, 0.85)
    brightness: float = 0.75
    background: float = 0.45
    gaze: tuple[float, float] = (0.0, 0.0)
    shift: tuple[float, float] = (0.0, 0.0)
    exposure: float = 1.0
    occluder: Occluder | None = None


def draw_views(
    seed: int, subject: int, expression: str, take: int, level: Level, frames: int
) -> tuple[View, ...]:
    """One view a frame of one recording; all is fixed but the head, which drifts a little."""
    draw = stream(seed, "view", subject, expression, take)
    x, y, z = (KEY_LIGHT + draw.normal(size=3) * level.light * [1.0, 0.6, 0.2]).tolist()
    look_right, look_up = np.clip(0.4 * draw.normal(size=2), -1, 1).tolist()
    right, down = (draw.normal(size=2) * level.shift).tolist()
    still = View(
        light=(x, y, max(z, 0.2)),  # never from behind
        brightness=float(np.clip(0.75 + 0.15 * level.light * draw.normal(), 0.35, 1.0)),
        background=float(draw.uniform(0.2, 0.8)),
        gaze=(look_right, look_up),
        shift=(right, down),
        exposure=float(np.exp(0.15 * level.light * draw.normal())),
        occluder=draw_occluder(seed, subject, expression, take, level),
    )
    spread = np.array(level.pose)
    drift = np.cumsum(draw.normal(size=(frames, 3)) * RESTLESSNESS * spread, axis=0)
    degrees = np.clip(draw.normal(size=3) * spread + drift, -LARGEST_TURN, LARGEST_TURN)
    turns = np.radians(degrees).tolist()
    return tuple(replace(still, pose=(yaw, pitch, roll)) for yaw, pitch, roll in turns)
