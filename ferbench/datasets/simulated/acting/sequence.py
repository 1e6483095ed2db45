"""From the neutral onset to the apex: each action unit with a lag and a speed of its own."""

import numpy as np

from ferbench.datasets.simulated.acting import expression as acting
from ferbench.datasets.simulated.acting.action_units import ACTION_UNITS, LARGEST
from ferbench.datasets.simulated.levels import Level
from ferbench.datasets.simulated.person.habits import Habits
from ferbench.datasets.simulated.streams import stream

TREMOR = 0.008
"""Standard deviation of the random walk of an activation, per frame."""


def draw_sequence(
    seed: int, subject: int, expression: str, take: int, habits: Habits, level: Level, frames: int
) -> np.ndarray:
    """(frames, 19, 2) activations of one recording: frame 0 is the onset, the last the apex."""
    key = (subject, expression, take)
    start = acting.onset(stream(seed, "onset", *key), habits, level)
    end = draw_apex(seed, subject, expression, take, habits, level).activations
    draw = stream(seed, "timing", *key)
    progress = _progress(draw, frames)
    return np.clip(start + progress * (end - start) + _tremor(draw, frames), 0, LARGEST)


def draw_apex(
    seed: int, subject: int, expression: str, take: int, habits: Habits, level: Level
) -> acting.Apex:
    """The last frame of that recording, and how it came about."""
    draw = stream(seed, "apex", subject, expression, take)
    return acting.apex(draw, habits, level, expression)


def progress_of(activations: np.ndarray, frame: int) -> float:
    """Share of the way from onset to apex that a frame of (frames, 19, 2) has gone, 0 to 1.

    <a_t - a_0, a_T - a_0> / |a_T - a_0|^2: the projection on the straight way.
    """
    way, gone = activations[-1] - activations[0], activations[frame] - activations[0]
    return float(np.clip((gone * way).sum() / (way * way).sum(), 0, 1))


def _progress(draw: np.random.Generator, frames: int) -> np.ndarray:
    """(frames, 19, 1) from exactly 0 in the first frame to exactly 1 in the last."""
    time = np.linspace(0, 1, frames)[:, None, None]
    lag = draw.normal(size=(len(ACTION_UNITS), 1)) * 0.04
    speed = np.exp(draw.normal(size=(len(ACTION_UNITS), 1)) * 0.2)
    begins = np.clip(draw.uniform(0.06, 0.2) + lag, 0, None)
    ends = np.minimum(begins + 0.75 * speed, 1)
    share = np.clip((time - begins) / (ends - begins), 0, 1)
    return share * share * (3 - 2 * share)


def _tremor(draw: np.random.Generator, frames: int) -> np.ndarray:
    """(frames, 19, 1): a random walk tied to 0 at both ends, so that onset and apex are exact."""
    steps = draw.normal(size=(frames - 1, len(ACTION_UNITS), 1)) * TREMOR
    walk = np.concatenate([np.zeros((1, len(ACTION_UNITS), 1)), np.cumsum(steps, axis=0)])
    return walk - np.linspace(0, 1, frames)[:, None, None] * walk[-1]
