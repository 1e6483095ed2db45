"""Sheets of many faces."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from ferbench.contracts.faces import EXPRESSIONS
from ferbench.datasets.simulated.acting.action_units import POSED
from ferbench.datasets.simulated.config import SimFacesConfig
from ferbench.datasets.simulated.frames import Frame
from ferbench.datasets.simulated.generator import Generator

GAP = 2
"""White pixels between pictures."""


def contact_sheet(images: Sequence[np.ndarray], columns: int) -> np.ndarray:
    """Pictures of one size, (H, W, 3) uint8, in rows of `columns` on white."""
    height, width, _ = images[0].shape
    rows = -(-len(images) // columns)
    shape = (rows * (height + GAP) - GAP, columns * (width + GAP) - GAP, 3)
    sheet = np.full(shape, 255, dtype=np.uint8)
    for place, image in enumerate(images):
        top, left = place // columns * (height + GAP), place % columns * (width + GAP)
        sheet[top : top + height, left : left + width] = image
    return sheet


def draw_gallery(file: Path, config: SimFacesConfig) -> None:
    """A row for each subject: neutral, then the first take of every expression."""
    apex = config.frames - 1
    frames = []
    for subject in range(config.subjects):
        frames.append(Frame(subject, POSED[0], take=0, frame=0))
        frames.extend(Frame(subject, expression, take=0, frame=apex) for expression in POSED)
    save_sheet(file, list(Generator(config).pictures(frames)), len(EXPRESSIONS))


def save_sheet(file: Path, images: Sequence[np.ndarray], columns: int) -> None:
    """Write the contact sheet as a PNG of 256 colours."""
    sheet = contact_sheet(images, columns)
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(sheet).quantize(256, kmeans=2).save(file, format="PNG", optimize=True)
