"""Renders the shots of a corpus."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from ferbench.datasets.simulated.acting import expression as acting
from ferbench.datasets.simulated.acting.action_units import ACTION_UNITS, LARGEST, ROW
from ferbench.datasets.simulated.acting.sequence import draw_sequence
from ferbench.datasets.simulated.capture.degrade import degrade, draw_flaws, draw_noise
from ferbench.datasets.simulated.capture.view import LARGEST_TURN, View, draw_views
from ferbench.datasets.simulated.config import LARGEST as LARGEST_SIDE
from ferbench.datasets.simulated.config import together
from ferbench.datasets.simulated.corpora.order import Order
from ferbench.datasets.simulated.corpora.shot import Shot
from ferbench.datasets.simulated.generator import Recording
from ferbench.datasets.simulated.levels import LEVELS
from ferbench.datasets.simulated.person.habits import Habits, draw_habits
from ferbench.datasets.simulated.person.identity import Identity, draw_identity
from ferbench.datasets.simulated.rendering.batch import Scene
from ferbench.datasets.simulated.rendering.renderer import render, render_measured
from ferbench.datasets.simulated.streams import stream

LAMP_HEIGHT, LAMP_BRIGHTNESS = 0.35, 0.95
"""Of the lamp of a shot that names one; a lamp is nearly all of the light."""

PORTRAIT_LIGHT = (0.0, 0.45, 0.85)
"""Direction of the light of a portrait: no side is brighter, so that a mirrored one is one too."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """A square picture (S, S, 3) uint8 and who it shows.

    face:      side of the square in its middle that the face fills.
    landmarks: (68, 2) pixels, x and y, if asked for.
    """

    image: np.ndarray
    face: int
    identity: Identity
    landmarks: np.ndarray | None


class Studio:
    """The pictures of one order, in batches of `together(side)`.

    Pictures are `field` times as large as the face in their middle.
    """

    def __init__(self, order: Order, field: float = 1.0, measured: bool = False) -> None:
        self.population = order.population
        self.level = LEVELS[order.level]
        self.side = min(order.size, LARGEST_SIDE)
        self.field = field
        self.measured = measured
        self._person = lru_cache(maxsize=64)(self._draw_person)
        self._recording = lru_cache(maxsize=64)(self._draw_recording)

    def pictures(self, shots: Sequence[Shot]) -> Iterator[Rendered]:
        """Each shot, in their order."""
        step = together(self.side)
        for start in range(0, len(shots), step):
            yield from self._batch(shots[start : start + step])

    def _batch(self, shots: Sequence[Shot]) -> Iterator[Rendered]:
        recordings = [self._recording(s.subject, s.expression, s.take, s.frames) for s in shots]
        scenes = [
            Scene(r.identity, _activations(r, s), _view(r, s))
            for r, s in zip(recordings, shots, strict=True)
        ]
        noise = [
            draw_noise(
                *(self.population, s.subject, s.expression, s.take, s.number),
                *(round(self.side * self.field), self.level),
            )
            for s in shots
        ]
        places: Sequence[np.ndarray | None] = [None] * len(shots)
        if self.measured:
            pictures, landmarks = render_measured(scenes, self.side, self.field)
            places = list(landmarks.numpy())
        else:
            pictures = render(scenes, self.side, self.field)
        finished = degrade(pictures, [r.flaws for r in recordings], np.stack(noise), self.level)
        images = finished.permute(0, 2, 3, 1).contiguous().numpy()
        for image, recording, place in zip(images, recordings, places, strict=True):
            yield Rendered(image, self.side, recording.identity, place)

    def _draw_person(self, subject: int) -> tuple[Identity, Habits]:
        level = self.level
        return (
            draw_identity(self.population, subject, level.identity_spread),
            draw_habits(self.population, subject, level),
        )

    def _draw_recording(self, subject: int, expression: str, take: int, frames: int) -> Recording:
        key = (self.population, subject, expression, take)
        level = self.level
        identity, habits = self._person(subject)
        if expression == "neutral":
            rest = acting.onset(stream(key[0], "onset", *key[1:]), habits, level)
            activations = np.repeat(rest[None], frames, axis=0)
        else:
            activations = draw_sequence(*key, habits, level, frames)
        return Recording(
            identity=identity,
            activations=activations,
            views=draw_views(*key, level, frames),
            flaws=draw_flaws(*key, level),
        )


def _activations(recording: Recording, shot: Shot) -> np.ndarray:
    start, there = recording.activations[0], recording.activations[shot.at]
    extra = np.zeros((len(ACTION_UNITS), 2))
    for unit, strength in shot.units:
        extra[ROW[unit]] = strength
    return np.clip(start + shot.strength * (there - start + extra), 0, LARGEST)


def _view(recording: Recording, shot: Shot) -> View:
    if shot.portrait:
        return View(light=PORTRAIT_LIGHT)
    view = recording.views[shot.at]
    yaw, pitch, roll = view.pose
    limit = np.radians(LARGEST_TURN)
    view = replace(
        view, pose=(float(np.clip(yaw + np.radians(shot.yaw), -limit, limit)), pitch, roll)
    )
    if shot.light is None:
        return view
    angle = float(np.radians(shot.light))
    lamp = (float(np.sin(angle)), LAMP_HEIGHT, max(float(np.cos(angle)), 0.2))
    return replace(view, light=lamp, brightness=LAMP_BRIGHTNESS)
