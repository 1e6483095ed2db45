"""Where the faces of a corpus are: landmarks that it ships first, else the detector."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Literal, get_args

import numpy as np
import polars as pl

from ferbench.errors import UsageError

Alignment = Literal["whole", "given", "detected"]
"""whole: pictures as they are. given: by the landmarks that the corpus ships. detected: by those
where there are any, else by the detector."""

LANDMARKS = "landmarks"
"""The index column of ten numbers, x y of the five points, or null."""
POINTS = 5
CHOICES = ("auto", *get_args(Alignment))


@dataclass(frozen=True, slots=True)
class Faces:
    """Finds the five landmarks of a sample's face.

    given:  the landmarks that the corpus ships, (10,) numbers by sample.
    detect: whether the detector looks where there are none.
    """

    given: Mapping[str, tuple[float, ...]]
    detect: bool

    def find(self, sample: str, image: np.ndarray) -> np.ndarray | None:
        """The points (5, 2) in pixels of `image`, (H, W, 3) uint8; None where no face is found."""
        if sample in self.given:
            return np.array(self.given[sample], dtype=np.float64).reshape(POINTS, 2)
        if not self.detect:
            return None
        from ferbench.imaging.align.faces import detector

        face = detector()([image])[0]
        return None if face is None else face.landmarks


def resolve(choice: str, framed: bool, index: pl.DataFrame, name: str) -> Alignment:
    """What `dataset.NAME.align` means for a corpus; `auto` by what it ships and what is installed.

    What it meant is a choice of the same meaning, for a record to be run again.

    framed: whether its pictures are framed on the face already; not where they have landmarks.
    """
    if choice not in CHOICES:
        raise UsageError(
            f"setting align of dataset.{name} is {choice!r}; known: {', '.join(CHOICES)}"
        )
    shipped = LANDMARKS in index.columns and index[LANDMARKS].null_count() < len(index)
    if shipped:
        _refuse_bad_landmarks(index, name)
    if choice == "given":
        if not shipped:
            raise UsageError(
                f"setting align of dataset.{name} is 'given', but its pictures come without "
                "landmarks: write auto, whole or detected"
            )
        return "given"
    if choice == "whole" or (choice == "auto" and framed and not shipped):
        return "whole"
    if choice == "detected" or can_detect():
        return "detected"
    return "given" if shipped else "whole"


def _refuse_bad_landmarks(index: pl.DataFrame, name: str) -> None:
    """Raise unless the landmarks of every sample that has some are ten finite numbers."""
    for sample, points in index.select("sample", LANDMARKS).drop_nulls(LANDMARKS).iter_rows():
        right = isinstance(points, list) and len(points) == 2 * POINTS
        if not right or not all(isinstance(p, int | float) and math.isfinite(p) for p in points):
            raise UsageError(
                f"dataset {name}: the landmarks of {sample} are {points!r}; expected ten finite "
                "numbers, x and y of five points, or none"
            )


def can_detect() -> bool:
    """Whether the extra `align` is installed."""
    return all(find_spec(name) is not None for name in ("mtcnn", "joblib", "lz4"))


def faces_of(alignment: Alignment, index: pl.DataFrame) -> Faces | None:
    """How the faces of an index are found; None where pictures are used whole."""
    if alignment == "whole":
        return None
    given: dict[str, tuple[float, ...]] = {}
    if LANDMARKS in index.columns:
        known = index.filter(pl.col(LANDMARKS).is_not_null()).select("sample", LANDMARKS)
        given = {sample: tuple(points) for sample, points in known.iter_rows()}
    return Faces(given, detect=alignment == "detected")
