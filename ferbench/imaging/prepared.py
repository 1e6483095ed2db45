"""The prepared-image cache: every image decoded and resized once, then memory-mapped by workers."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path

import numpy as np
from PIL import Image

from ferbench.contracts.method import Preparation
from ferbench.imaging.decode import DECODER, pixels
from ferbench.imaging.draft import IMAGES, NOT_FOUND, PRINTS, SAMPLES

IMAGING_VERSION = 3
"""Raised whenever `prepare_image` gives other pixels than before; part of every cell's identity."""

GAP = 2.0
"""Pictures more than twice as large as wanted are first averaged down to about twice the size."""


class Decoded:
    """A decoded picture, of mode RGB or L, and what preparations start from, each made once.

    A grey picture stays L, also for preparations in colour: its three channels would be the same
    numbers, and so would what is computed from each.
    """

    def __init__(self, picture: Image.Image) -> None:
        self.picture = picture

    @classmethod
    def of(cls, image: np.ndarray) -> "Decoded":
        """From the pixels, (H, W, 3) uint8."""
        return cls(Image.fromarray(np.ascontiguousarray(image)))

    @cached_property
    def image(self) -> np.ndarray:
        """The pixels, (H, W, 3) uint8."""
        return pixels(self.picture)

    @cached_property
    def grey(self) -> Image.Image:
        """Its luma."""
        return self.picture if self.picture.mode == "L" else self.picture.convert("L")


def prepare_image(
    decoded: Decoded, preparation: Preparation, landmarks: np.ndarray | None = None
) -> np.ndarray:
    """One image as `preparation` asks: (H, W, C) uint8.

    With landmarks (5, 2): the face on the template. Without: the largest centred window of the
    wanted aspect ratio, resized by antialiased bilinear interpolation.
    """
    height, width, channels = preparation.shape
    if landmarks is not None:
        from ferbench.imaging.align import align

        faces = align([decoded.image], landmarks[None], height, width, preparation.margin)
        decoded = Decoded.of(faces[0])
    have_width, have_height = decoded.picture.size
    scale = min(have_height / height, have_width / width)
    window_height, window_width = max(1, round(height * scale)), max(1, round(width * scale))
    top, left = (have_height - window_height) // 2, (have_width - window_width) // 2
    picture = decoded.grey if preparation.colour == "grey" else decoded.picture
    window = (left, top, left + window_width, top + window_height)
    picture = picture.resize(
        (width, height), Image.Resampling.BILINEAR, box=window, reducing_gap=GAP
    )
    return (np.asarray(picture) if channels == 1 else pixels(picture)).reshape(preparation.shape)


def image_folder(
    cache: Path,
    fingerprint: str,
    samples: Sequence[str],
    preparation: Preparation,
    alignment: str = "whole",
) -> Path:
    """Where these images are kept; depends on all that they are made from and with."""
    facts = [fingerprint, list(samples), asdict(preparation), alignment, IMAGING_VERSION, DECODER]
    return cache / "images" / hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:20]


def not_found(folder: Path) -> list[str]:
    """The samples in which no face was found, so that the whole picture was used."""
    path = folder / NOT_FOUND
    return list(json.loads(path.read_text())) if path.exists() else []


def open_prints(folder: Path) -> tuple[list[str], np.ndarray]:
    """The samples and the thumbnails of their whole pictures, as `protocols.duplicates` reads."""
    return json.loads((folder / SAMPLES).read_text()), np.load(folder / PRINTS, mmap_mode="r")


def open_prepared(folder: Path) -> tuple[np.ndarray, dict[str, int]]:
    """The images, (M, H, W, C) uint8 read-only memory map, and the row of each sample."""
    samples = json.loads((folder / SAMPLES).read_text())
    images = np.load(folder / IMAGES, mmap_mode="r")
    return images, {sample: row for row, sample in enumerate(samples)}
