"""The face of a picture, and its five landmarks."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ferbench.imaging.align.batches import same_size
from ferbench.imaging.align.boxes import central
from ferbench.imaging.align.cascade import Cascade, Found
from ferbench.imaging.align.geometry import applied, inverted, turning
from ferbench.imaging.align.refine import refined
from ferbench.imaging.align.warp import warp

PIXELS_AT_ONCE = 16 * 640 * 480
"""Bounds how many pictures of one size go through the networks together on an accelerator. On the
processor one at a time is as fast, and what is found does not depend on the company."""

NEAR = 0.8
"""Faces with at least this share of the largest one's side compete by nearness to the middle."""

SURE, LIKELY = 0.9, 0.7
"""Probabilities, after its landmarks were seen again, of a face that ends the search, and of one
that is taken if no view has a surer one."""

LARGE = 8
"""First only faces of at least an eighth of the shorter side are sought; mostly there is one."""

TURNS = (30.0, -30.0, 60.0, -60.0, 90.0, -90.0, 180.0)
"""Degrees by which a picture is turned, one after the other, as long as no face was found."""


@dataclass(frozen=True, slots=True)
class Face:
    """One face: landmarks (5, 2) float64 as in `geometry`, and the probability that it is one."""

    landmarks: np.ndarray
    score: float


@dataclass(frozen=True, slots=True)
class View:
    """One way of looking: turned by `degrees`, for faces of at least `smallest` pixels."""

    degrees: float
    smallest: float


class Detector:
    """Finds one face a picture: the largest, or the most central of those nearly as large.

    A picture in which no face is found upright is turned by the steps of `TURNS`. On the processor
    the same picture gives the same landmarks, to the last bit, alone or among others; between
    devices they differ by hundredths of a pixel, since a rounding error may change which of two
    nearly equal proposals wins.
    """

    def __init__(self, smallest: int = 20, device: str = "cpu") -> None:
        """`smallest`: faces below this many pixels are not sought."""
        if smallest < 1:
            raise ValueError(f"the smallest face must have a size, not {smallest} pixels")
        self.smallest = smallest
        self.cascade = Cascade(device)

    def __call__(self, images: Sequence[np.ndarray]) -> list[Face | None]:
        """The face of each image (H, W, 3) uint8, of any size; None where none was found."""
        faces: list[Face | None] = [None] * len(images)
        _refuse_other_than_rgb(images)
        at_once = 1 if self.cascade.device.type == "cpu" else PIXELS_AT_ONCE
        for rows in same_size(images, at_once):
            pictures = scaled(np.stack([images[row] for row in rows]), self.cascade.device)
            left = list(range(len(rows)))
            for view in self._views(*pictures.shape[2:]):
                for number, face in zip(left, self._look(pictures[left], view), strict=True):
                    faces[rows[number]] = _better(faces[rows[number]], face)
                left = [number for number in left if not _sure(faces[rows[number]])]
                if not left:
                    break
        return faces

    def _views(self, height: int, width: int) -> Iterator[View]:
        smallest = float(self.smallest)
        large = max(smallest, min(height, width) / LARGE)
        yield View(0.0, large)
        if large > smallest:
            yield View(0.0, smallest)
        yield from (View(degrees, large) for degrees in TURNS)
        if large > smallest:
            yield from (View(degrees, smallest) for degrees in TURNS)

    def _look(self, pictures: Tensor, view: View) -> list[Face | None]:
        """The face of each of `pictures` (N, 3, H, W) as seen in that view, if it is likely one."""
        height, width = pictures.shape[2:]
        turn, size = turning(view.degrees, height, width)
        turned = pictures
        if view.degrees:
            turned = warp(pictures, np.repeat(turn, len(pictures), axis=0), *size)
        found = self.cascade.find(turned, view.smallest)
        rows = found.picture.unique()
        faces: list[Face | None] = [None] * len(pictures)
        if not len(rows):
            return faces
        points = torch.stack([found.points[_chosen(found, row, size)] for row in rows])
        back = np.repeat(inverted(turn), len(points), axis=0)
        upright = applied(back, points.double().cpu().numpy() - 0.5)
        seen, scores = refined(self.cascade.onet, pictures[rows], upright)
        for row, landmarks, score in zip(rows.tolist(), seen, scores, strict=True):
            if score >= LIKELY:
                faces[row] = Face(landmarks, float(score))
        return faces


def scaled(images: np.ndarray, device: torch.device) -> Tensor:
    """(N, H, W, 3) uint8 -> (N, 3, H, W) float, as the networks want it."""
    pictures = torch.from_numpy(images).to(device).permute(0, 3, 1, 2)
    return (pictures.float().contiguous() - 127.5) / 128


def _chosen(found: Found, row: Tensor, size: tuple[int, int]) -> int:
    """Which of the faces found is the one of the picture in that row."""
    here = torch.nonzero(found.picture == row)[:, 0]
    return int(here[central(found.boxes[here], size, NEAR)])


def _better(first: Face | None, second: Face | None) -> Face | None:
    """The earlier one, unless only the later one is sure."""
    return second if first is None or (_sure(second) and not _sure(first)) else first


def _sure(face: Face | None) -> bool:
    return face is not None and face.score >= SURE


def _refuse_other_than_rgb(images: Sequence[np.ndarray]) -> None:
    for number, image in enumerate(images):
        if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3 or not image.size:
            raise ValueError(
                f"image {number} is {image.dtype} {image.shape}; (H, W, 3) uint8 is needed"
            )
