"""Pictures and landmarks in, aligned faces out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch

from ferbench.imaging.align.batches import same_size
from ferbench.imaging.align.detector import Detector, Face
from ferbench.imaging.align.geometry import POINTS, similarity, template
from ferbench.imaging.align.warp import warp

PIXELS_AT_ONCE = 2**19
"""More pictures together do not fit a processor's cache, and are slower."""

Find = Callable[[Sequence[np.ndarray]], list[Face | None]]
"""What finds the face of each of several (H, W, 3) uint8 images; None where there is none."""


@dataclass(frozen=True, slots=True)
class Aligned:
    """N aligned faces; row n belongs to picture n.

    images:    (N, height, width, C) uint8; zero where no face was found.
    landmarks: (N, 5, 2) in the pixels of the pictures that came in; NaN where no face was found.
    found:     (N,) bool.
    """

    images: np.ndarray
    landmarks: np.ndarray
    found: np.ndarray


def aligned(
    image: np.ndarray,
    landmarks: np.ndarray | None,
    size: tuple[int, int],
    margin: float,
    find: Find | None = None,
) -> np.ndarray | None:
    """One picture (H, W, 3) uint8 as an aligned face (height, width, 3); None: no face found.

    landmarks: its five points (5, 2), or None to have `find`, the detector if left out, see them.
    size:      (height, width) of the result, in pixels.
    margin:    how much is seen around the face, in units of the face; see `template`.
    """
    faces = align_all([image], [landmarks], size, margin, find)
    return faces.images[0] if faces.found[0] else None


def align_all(
    images: Sequence[np.ndarray],
    landmarks: Sequence[np.ndarray | None],
    size: tuple[int, int],
    margin: float,
    find: Find | None = None,
) -> Aligned:
    """As `aligned`, for many pictures at once, which may differ in size."""
    points = np.full((len(images), len(POINTS), 2), np.nan)
    unknown = []
    for row, given in zip(range(len(images)), landmarks, strict=True):
        if given is None:
            unknown.append(row)
        else:
            points[row] = _checked(given, row)
    if unknown:
        searched = (find or detector())([images[row] for row in unknown])
        for row, face in zip(unknown, searched, strict=True):
            if face is not None:
                points[row] = face.landmarks
    found = np.isfinite(points).all((1, 2))
    seen = np.flatnonzero(found).tolist()
    faces = align([images[row] for row in seen], points[seen], *size, margin)
    out = np.zeros((len(images), *faces.shape[1:]), dtype=np.uint8)
    out[seen] = faces
    return Aligned(out, points, found)


def align(
    images: Sequence[np.ndarray], landmarks: np.ndarray, height: int, width: int, margin: float
) -> np.ndarray:
    """Each picture (H, W, C) uint8 with its landmarks (N, 5, 2) on the template: (N, h, w, C)."""
    channels = images[0].shape[2] if len(images) else 3
    out = np.empty((len(images), height, width, channels), dtype=np.uint8)
    transforms = similarity(landmarks, template(height, width, margin))
    for rows in same_size(images, PIXELS_AT_ONCE):
        pictures = torch.from_numpy(np.stack([images[row] for row in rows])).permute(0, 3, 1, 2)
        moved = warp(pictures.float(), transforms[rows], height, width)
        out[rows] = moved.round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).numpy()
    return out


@lru_cache(maxsize=1)
def detector() -> Detector:
    """The detector of this process, its networks read once."""
    return Detector()


def _checked(landmarks: np.ndarray, row: int) -> np.ndarray:
    points = np.asarray(landmarks, dtype=np.float64)
    if points.shape != (len(POINTS), 2) or not np.isfinite(points).all():
        raise ValueError(
            f"picture {row} has landmarks of shape {points.shape}; five finite points (x, y) are "
            f"needed: {', '.join(POINTS)}"
        )
    return points
