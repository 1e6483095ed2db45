"""The picture of the documentation: `python -m ferbench.datasets.simulated.contact_sheet FILE`.

A row for each of the first subjects of the default population: neutral, then every expression.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from ferbench.contracts.faces import EXPRESSIONS
from ferbench.datasets.simulated.acting.action_units import POSED
from ferbench.datasets.simulated.config import SimFacesConfig
from ferbench.datasets.simulated.frames import Frame
from ferbench.datasets.simulated.generator import Generator
from ferbench.datasets.simulated.levels import LEVELS

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
    """Render the first take of every subject and expression; a PNG of 256 colours."""
    apex = config.frames - 1
    frames = []
    for subject in range(config.subjects):
        frames.append(Frame(subject, POSED[0], take=0, frame=0))
        frames.extend(Frame(subject, expression, take=0, frame=apex) for expression in POSED)
    sheet = contact_sheet(list(Generator(config).pictures(frames)), len(EXPRESSIONS))
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(sheet).quantize(256, kmeans=2).save(file, format="PNG", optimize=True)


def main() -> None:
    """The command line of this module."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("file", help="the PNG to write", type=Path)
    parser.add_argument("--level", default="medium", choices=LEVELS)
    parser.add_argument("--subjects", type=int, default=8)
    parser.add_argument("--size", type=int, default=128, help="side of a face in pixels")
    asked = parser.parse_args()
    config = SimFacesConfig(level=asked.level, subjects=asked.subjects, size=asked.size)
    draw_gallery(asked.file, config)


if __name__ == "__main__":
    main()
