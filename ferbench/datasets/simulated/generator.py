"""From frames to pictures: everything is drawn from the streams and rendered in batches."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from ferbench.datasets.simulated.acting.sequence import draw_sequence
from ferbench.datasets.simulated.capture.degrade import Flaws, degrade, draw_flaws, draw_noise
from ferbench.datasets.simulated.capture.view import View, draw_views
from ferbench.datasets.simulated.config import SimFacesConfig
from ferbench.datasets.simulated.frames import Frame
from ferbench.datasets.simulated.levels import LEVELS
from ferbench.datasets.simulated.person.habits import Habits, draw_habits
from ferbench.datasets.simulated.person.identity import Identity, draw_identity
from ferbench.datasets.simulated.rendering.batch import Scene
from ferbench.datasets.simulated.rendering.renderer import render

FACES_TIMES_SIDE = 1024
"""Size of a batch: larger ones fall out of the processor's caches. It changes no picture."""


@dataclass(frozen=True, slots=True)
class Recording:
    """What is drawn for one sequence; activations (frames, 19, 2) and a view for each frame."""

    identity: Identity
    activations: np.ndarray
    views: tuple[View, ...]
    flaws: Flaws


class Generator:
    """The pictures of one configuration."""

    def __init__(self, config: SimFacesConfig) -> None:
        self.config = config
        self.level = LEVELS[config.level]
        self._person = lru_cache(maxsize=64)(self._draw_person)
        self._recording = lru_cache(maxsize=64)(self._draw_recording)

    def pictures(self, frames: Sequence[Frame]) -> Iterator[np.ndarray]:
        """(size, size, 3) uint8 RGB for each frame, in their order."""
        step = FACES_TIMES_SIDE // self.config.size
        for start in range(0, len(frames), step):
            yield from self._batch(frames[start : start + step])

    def _batch(self, frames: Sequence[Frame]) -> np.ndarray:
        config, level = self.config, self.level
        recordings = [self._recording(f.subject, f.expression, f.take) for f in frames]
        scenes = [
            Scene(r.identity, r.activations[f.frame], r.views[f.frame])
            for f, r in zip(frames, recordings, strict=True)
        ]
        noise = [
            draw_noise(config.seed, f.subject, f.expression, f.take, f.frame, config.size, level)
            for f in frames
        ]
        pictures = render(scenes, config.size)
        finished = degrade(pictures, [r.flaws for r in recordings], np.stack(noise), level)
        return finished.permute(0, 2, 3, 1).contiguous().numpy()

    def _draw_person(self, subject: int) -> tuple[Identity, Habits]:
        seed, level = self.config.seed, self.level
        return (
            draw_identity(seed, subject, level.identity_spread),
            draw_habits(seed, subject, level.style, level.resting_units),
        )

    def _draw_recording(self, subject: int, expression: str, take: int) -> Recording:
        seed, level, frames = self.config.seed, self.level, self.config.frames
        identity, habits = self._person(subject)
        return Recording(
            identity=identity,
            activations=draw_sequence(seed, subject, expression, take, habits, level, frames),
            views=draw_views(seed, subject, expression, take, level, frames),
            flaws=draw_flaws(seed, subject, expression, take, level),
        )
