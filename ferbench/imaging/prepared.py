"""The prepared-image cache: every image decoded and resized once, then memory-mapped by workers."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from PIL import Image

from ferbench.contracts.method import Preparation
from ferbench.imaging.decode import DECODER
from ferbench.imaging.draft import IMAGES, NOT_FOUND, PRINTS, SAMPLES

IMAGING_VERSION = 2
"""Raised whenever `prepare_image` gives other pixels than before; part of every cell's identity."""


def prepare_image(
    image: np.ndarray, preparation: Preparation, landmarks: np.ndarray | None = None
) -> np.ndarray:
    """One image as `preparation` asks: (H, W, C) uint8.

    With landmarks (5, 2): the face on the template. Without: the largest centred window of the
    wanted aspect ratio, resized by antialiased bilinear interpolation.
    """
    height, width, channels = preparation.shape
    if landmarks is not None:
        from ferbench.imaging.align import align

        image = align([image], landmarks[None], height, width, preparation.margin)[0]
    have_height, have_width = image.shape[:2]
    scale = min(have_height / height, have_width / width)
    window_height, window_width = max(1, round(height * scale)), max(1, round(width * scale))
    top, left = (have_height - window_height) // 2, (have_width - window_width) // 2
    window = image[top : top + window_height, left : left + window_width]
    picture = Image.fromarray(np.ascontiguousarray(window))
    if preparation.colour == "grey":
        picture = picture.convert("L")
    picture = picture.resize((width, height), Image.Resampling.BILINEAR)
    return np.asarray(picture).reshape(height, width, channels)


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
    """The samples and the fingerprints of their whole pictures, as `protocols.duplicates` reads."""
    return json.loads((folder / SAMPLES).read_text()), np.load(folder / PRINTS, mmap_mode="r")


def open_prepared(folder: Path) -> tuple[np.ndarray, dict[str, int]]:
    """The images, (M, H, W, C) uint8 read-only memory map, and the row of each sample."""
    samples = json.loads((folder / SAMPLES).read_text())
    images = np.load(folder / IMAGES, mmap_mode="r")
    return images, {sample: row for row, sample in enumerate(samples)}
