"""From frames to pictures: everything is drawn from the streams and rendered in batches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from torch import Tensor

from ferbench.datasets.simulated.acting.sequence import draw_sequence
from ferbench.datasets.simulated.capture.degrade import Flaws, degrade, draw_flaws, draw_noise
from ferbench.datasets.simulated.capture.view import View, draw_views
from ferbench.datasets.simulated.config import SimFacesConfig, together
from ferbench.datasets.simulated.frames import Frame
from ferbench.datasets.simulated.levels import LEVELS
from ferbench.datasets.simulated.person.habits import Habits, draw_habits
from ferbench.datasets.simulated.person.identity import Identity, draw_identity
from ferbench.datasets.simulated.rendering.batch import Scene
from ferbench.datasets.simulated.rendering.renderer import render, render_measured


@dataclass(frozen=True, slots=True)
class Recording:
    """What is drawn for one sequence; activations (frames, 19, 2) and a view for each frame."""

    identity: Identity
    activations: np.ndarray
    views: tuple[View, ...]
    flaws: Flaws


class Generator:
    """The pictures of one configuration.

    person(subject) and recording(subject, expression, take) tell what was drawn for them.
    """

    def __init__(self, config: SimFacesConfig) -> None:
        self.config = config
        self.level = LEVELS[config.level]
        self.person = lru_cache(maxsize=64)(self._draw_person)
        self.recording = lru_cache(maxsize=64)(self._draw_recording)

    def pictures(self, frames: Sequence[Frame]) -> Iterator[np.ndarray]:
        """(size, size, 3) uint8 RGB for each frame, in their order."""
        for batch in self._batches(frames):
            yield from self._finish(batch, render(self._scenes(batch), self.config.size))

    def measured_pictures(self, frames: Sequence[Frame]) -> Iterator[tuple[np.ndarray, np.ndarray]]:
        """What `pictures` gives, each with its landmarks: (68, 2) pixels, x and y."""
        for batch in self._batches(frames):
            pictures, landmarks = render_measured(self._scenes(batch), self.config.size)
            yield from zip(self._finish(batch, pictures), landmarks.numpy(), strict=True)

    def _batches(self, frames: Sequence[Frame]) -> Iterator[Sequence[Frame]]:
        step = together(self.config.size)
        for start in range(0, len(frames), step):
            yield frames[start : start + step]

    def _scenes(self, frames: Sequence[Frame]) -> list[Scene]:
        recordings = [self._recording_of(frame) for frame in frames]
        return [
            Scene(r.identity, r.activations[f.frame], r.views[f.frame])
            for f, r in zip(frames, recordings, strict=True)
        ]

    def _finish(self, frames: Sequence[Frame], pictures: Tensor) -> np.ndarray:
        """(N, 3, size, size) rendered -> (N, size, size, 3) as the camera gives them."""
        config, level = self.config, self.level
        noise = [
            draw_noise(config.seed, f.subject, f.expression, f.take, f.frame, config.size, level)
            for f in frames
        ]
        flaws = [self._recording_of(frame).flaws for frame in frames]
        finished = degrade(pictures, flaws, np.stack(noise), level)
        return finished.permute(0, 2, 3, 1).contiguous().numpy()

    def _recording_of(self, frame: Frame) -> Recording:
        return self.recording(frame.subject, frame.expression, frame.take)

    def _draw_person(self, subject: int) -> tuple[Identity, Habits]:
        seed, level = self.config.seed, self.level
        return (
            draw_identity(seed, subject, level.identity_spread),
            draw_habits(seed, subject, level),
        )

    def _draw_recording(self, subject: int, expression: str, take: int) -> Recording:
        seed, level, frames = self.config.seed, self.level, self.config.frames
        identity, habits = self.person(subject)
        return Recording(
            identity=identity,
            activations=draw_sequence(seed, subject, expression, take, habits, level, frames),
            views=draw_views(seed, subject, expression, take, level, frames),
            flaws=draw_flaws(seed, subject, expression, take, level),
        )
