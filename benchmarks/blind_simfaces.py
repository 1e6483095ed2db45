"""Blind reading of `simfaces`: can someone who sees the faces alone name the expressions?

    python benchmarks/blind_simfaces.py FOLDER tiles           sheets of numbered faces, and a key
    python benchmarks/blind_simfaces.py FOLDER score READING   READING has lines like `17 anger`

Every tile shows another person at the apex of an expression, or at rest; which, is drawn for each
tile anew, so that counting tells nothing. Open key.json after the reading is written down.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw
from simfaces_results import confusion

from ferbench.contracts.faces import EXPRESSIONS
from ferbench.datasets.simulated.acting.action_units import POSED
from ferbench.datasets.simulated.config import SimFacesConfig
from ferbench.datasets.simulated.contact_sheet import contact_sheet
from ferbench.datasets.simulated.frames import Frame
from ferbench.datasets.simulated.generator import Generator
from ferbench.datasets.simulated.levels import LEVELS
from ferbench.datasets.simulated.streams import stream

PEOPLE = 1000
"""Tiles show the people after the first thousand, and those of another seed the next thousand."""

SIZE, ENLARGED = 128, 2
COLUMNS, SHEET = 4, 12
"""Tiles in a row, and on a sheet."""


def draw_tiles(folder: Path, level: str, tiles: int, seed: int) -> None:
    """Write the sheets and the key."""
    generator = Generator(SimFacesConfig(level=level, frames=2, size=SIZE))
    first = PEOPLE * (1 + seed)
    frames = []
    for tile in range(tiles):
        shown = EXPRESSIONS[stream(seed, "blind", tile).integers(len(EXPRESSIONS))]
        posed = shown in POSED
        frames.append(Frame(first + tile, shown if posed else POSED[0], 0, int(posed)))
    images = [
        _numbered(picture, number)
        for number, picture in enumerate(generator.pictures(frames), start=1)
    ]
    folder.mkdir(parents=True, exist_ok=True)
    for start in range(0, tiles, SHEET):
        sheet = contact_sheet(images[start : start + SHEET], COLUMNS)
        Image.fromarray(sheet).save(folder / f"sheet-{start // SHEET + 1}.png")
    key = {number: frame.shown for number, frame in enumerate(frames, start=1)}
    (folder / "key.json").write_text(json.dumps(key))


def _numbered(picture: np.ndarray, number: int) -> np.ndarray:
    """The picture, enlarged, with its number in the corner."""
    image = Image.fromarray(picture).resize((ENLARGED * SIZE,) * 2, Image.Resampling.BICUBIC)
    style: dict[str, Any] = {"fill": "white", "stroke_width": 2, "stroke_fill": "black"}
    ImageDraw.Draw(image).text((3, 1), str(number), font_size=20, **style)
    return np.asarray(image)


def score(folder: Path, reading: Path) -> None:
    """Print how much of the reading is right, and what was taken for what."""
    key = {int(n): shown for n, shown in json.loads((folder / "key.json").read_text()).items()}
    named = {int(line.split()[0]): line.split()[1] for line in reading.read_text().splitlines()}
    counts = np.zeros((len(EXPRESSIONS), len(EXPRESSIONS)), dtype=int)
    for number, shown in key.items():
        counts[EXPRESSIONS.index(shown), EXPRESSIONS.index(named[number])] += 1
    print(f"{np.trace(counts)} of {counts.sum()} right\n")
    print("\n".join(confusion(EXPRESSIONS, EXPRESSIONS, counts)))


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("task", choices=("tiles", "score"))
    parser.add_argument("reading", type=Path, nargs="?")
    parser.add_argument("--level", default="medium", choices=LEVELS)
    parser.add_argument("--tiles", type=int, default=56)
    parser.add_argument("--seed", type=int, default=0)
    asked = parser.parse_args()
    if asked.task == "tiles":
        draw_tiles(asked.folder, asked.level, asked.tiles, asked.seed)
    else:
        score(asked.folder, asked.reading)


if __name__ == "__main__":
    main()
