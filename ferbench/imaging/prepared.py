"""The prepared-image cache: every image decoded and resized once, then memory-mapped by workers."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import numpy as np
from PIL import Image

from ferbench.contracts.dataset import Dataset
from ferbench.contracts.method import Preparation
from ferbench.files import whole_folder
from ferbench.imaging.decode import DECODER

IMAGING_VERSION = 1
"""Raised whenever `prepare_image` gives other pixels than before; part of every cell's identity."""

IMAGES = "images.npy"
SAMPLES = "samples.json"


def prepare_image(image: np.ndarray, preparation: Preparation) -> np.ndarray:
    """One image as `preparation` asks: (H, W, C) uint8.

    The largest centred window of the wanted aspect ratio, then colour, then an antialiased
    bilinear resize.
    """
    height, width, channels = preparation.shape
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
    cache: Path, fingerprint: str, samples: Sequence[str], preparation: Preparation
) -> Path:
    """Where these images are kept; depends on all that they are made from and with."""
    facts = [fingerprint, list(samples), asdict(preparation), IMAGING_VERSION, DECODER]
    return cache / "images" / hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:20]


def prepare(
    dataset: Dataset,
    samples: Sequence[str],
    preparation: Preparation,
    folder: Path,
    advance: Callable[[int], None] = lambda count: None,
) -> None:
    """Decode and prepare `samples` into `folder`; `advance(1)` after each image.

    The folder appears under its name when it is complete, so that a killed run leaves nothing that
    looks finished.
    """
    with whole_folder(folder) as draft:
        shape = (len(samples), *preparation.shape)
        images = np.lib.format.open_memmap(draft / IMAGES, mode="w+", dtype=np.uint8, shape=shape)
        for row, image in zip(range(len(samples)), dataset.load(samples), strict=True):
            images[row] = prepare_image(image, preparation)
            advance(1)
        images.flush()
        del images
        (draft / SAMPLES).write_text(json.dumps(list(samples)))


def open_prepared(folder: Path) -> tuple[np.ndarray, dict[str, int]]:
    """The images, (M, H, W, C) uint8 read-only memory map, and the row of each sample."""
    samples = json.loads((folder / SAMPLES).read_text())
    images = np.load(folder / IMAGES, mmap_mode="r")
    return images, {sample: row for row, sample in enumerate(samples)}
