"""From a rendered square to the bytes of a picture file."""

import io
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from PIL import Image

OPTIONS: dict[str, dict[str, Any]] = {
    ".png": {"format": "PNG", "compress_level": 4},
    ".jpg": {"format": "JPEG", "quality": 92},
    ".jpeg": {"format": "JPEG", "quality": 92},
    ".bmp": {"format": "BMP"},
    ".tiff": {"format": "TIFF"},
}


def sized(official: tuple[int, int], shorter: int) -> tuple[int, int]:
    """(width, height) in the proportions of the official size, `shorter` pixels the short way."""
    scale = shorter / min(official)
    width, height = (round(side * scale) for side in official)
    return width, height


@dataclass(frozen=True, slots=True)
class Cut:
    """Part of a picture; `place` takes points of the whole, (N, 2) x and y, to its pixels."""

    image: np.ndarray
    factor: float
    corner: tuple[int, int]

    def place(self, points: np.ndarray) -> np.ndarray:
        """Where these points are."""
        return points.astype(np.float64) * self.factor - self.corner


def cut(image: np.ndarray, face: int, size: tuple[int, int], wanted: int | None = None) -> Cut:
    """The middle of a square picture, (width, height) = `size`.

    The face, `face` pixels before, fills `wanted` pixels; by default the short side of `size`.
    """
    factor = (wanted or min(size)) / face
    side = round(image.shape[0] * factor)
    if side != image.shape[0]:
        larger = Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC)
        image = np.asarray(larger)
    left, top = (side - size[0]) // 2, (side - size[1]) // 2
    part = image[top : top + size[1], left : left + size[0]]
    return Cut(np.ascontiguousarray(part), factor, (left, top))


def developed(image: np.ndarray, path: str, grey: bool) -> bytes:
    """The file's bytes in the format that its name says."""
    picture = Image.fromarray(image)
    if grey:
        picture = picture.convert("L")
    file = io.BytesIO()
    options = OPTIONS[PurePosixPath(path).suffix.lower()]
    picture.save(file, **options)
    return file.getvalue()
