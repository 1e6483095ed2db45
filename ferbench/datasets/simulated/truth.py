"""The truth behind the pictures: one row a frame, with all that was drawn and where it landed.

It belongs to whoever studies the corpus, and never reaches a method: methods see pictures and
labels. Columns, beside those that the index has too (sample, subject, sequence, frame,
expression):

    posed             the expression that the recording comes to; that of the onset too
    intensity         strength of the posed expression in this frame: that of the apex (1: the full
                      prototype) times the share of the way there; 0 at the onset
    mixed_with,       the confusable expression in the apex (`neutral`: it is only weaker)
    mixed_share       and its share
    resting_look      the expression that the person's neutral face resembles; null: none
    au4_left, ...     the 19 action units, on the left and right of the picture, 0 to 1.3
    pose_yaw, ...     degrees; light, gaze, blur and what covers the face: see `View` and `Flaws`
    shape_...         the shape parameters in standard deviations; other looks: see `Identity`
    landmarks         (68, 2) pixels, x and y, if asked for
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np

from ferbench.datasets.simulated.acting.action_units import ACTION_UNITS
from ferbench.datasets.simulated.acting.sequence import draw_apex, progress_of
from ferbench.datasets.simulated.config import SimFacesConfig
from ferbench.datasets.simulated.frames import Frame, all_frames
from ferbench.datasets.simulated.generator import Generator

if TYPE_CHECKING:
    import polars as pl

SIDES = ("left", "right")
AXES = {
    "pose": ("yaw", "pitch", "roll"),
    "light": ("x", "y", "z"),
    "gaze": ("right", "up"),
    "shift": ("right", "down"),
}
"""Names of the parts of a tuple; any other of three is a colour."""

COLOUR = ("red", "green", "blue")


def truth(config: SimFacesConfig, *, landmarks: bool = False) -> "pl.DataFrame":
    """The truth of every frame of a corpus, sorted by sample as its index is.

    Landmarks come with rendering, which takes a hundred times as long as all else.
    """
    generator, frames = Generator(config), list(all_frames(config))
    places = [place for _, place in generator.measured_pictures(frames)] if landmarks else None
    return truth_of(generator, frames, places)


def truth_of(
    generator: Generator, frames: Sequence[Frame], landmarks: Sequence[np.ndarray] | None = None
) -> "pl.DataFrame":
    """The truth of these frames, sorted by sample; `landmarks` as `measured_pictures` gives."""
    import polars as pl

    rows = [_row(generator, frame) for frame in frames]
    made = pl.DataFrame(rows, infer_schema_length=None)
    if landmarks is not None:
        places = np.stack(landmarks).astype(np.float32)
        made = made.with_columns(landmarks=pl.Series(places, dtype=pl.Array(pl.Float32, (68, 2))))
    return made.sort("sample")


def _row(generator: Generator, frame: Frame) -> dict[str, Any]:
    key = (frame.subject, frame.expression, frame.take)
    identity, habits = generator.person(frame.subject)
    recording = generator.recording(*key)
    activations = recording.activations
    act = draw_apex(generator.config.seed, *key, habits, generator.level)
    row: dict[str, Any] = {
        "sample": frame.sample,
        "subject": frame.person,
        "sequence": frame.sequence,
        "frame": frame.frame,
        "expression": frame.shown,
        "posed": frame.expression,
        "intensity": act.intensity * progress_of(activations, frame.frame),
        "mixed_with": act.mixed_with,
        "mixed_share": act.share,
        "resting_look": habits.looks,
    }
    for unit, sides in zip(ACTION_UNITS, activations[frame.frame].tolist(), strict=True):
        row |= {f"au{unit}_{side}": value for side, value in zip(SIDES, sides, strict=True)}
    row |= _facts(recording.views[frame.frame])
    row |= {f"pose_{axis}": float(np.degrees(row[f"pose_{axis}"])) for axis in AXES["pose"]}
    return row | _facts(recording.flaws) | _facts(identity)


def _facts(value: object) -> dict[str, Any]:
    """A dataclass as flat columns; numbers as floats, names of enumerations in lower case."""
    return dict(_parts("", value))


def _parts(prefix: str, value: object) -> Iterator[tuple[str, Any]]:
    if is_dataclass(value):
        if prefix not in ("", "shape"):  # what not everybody has: its kind, then its parts
            yield prefix, type(value).__name__.lower()
        for field in fields(value):
            below = f"{prefix}_{field.name}" if prefix else field.name
            yield from _parts(below, getattr(value, field.name))
    elif isinstance(value, tuple):
        for name, part in zip(AXES.get(prefix, COLOUR), value, strict=True):
            yield f"{prefix}_{name}", float(part)
    elif isinstance(value, Enum):
        yield prefix, value.name.lower()
    elif isinstance(value, float | int):
        yield prefix, float(value)
    else:
        yield prefix, value
