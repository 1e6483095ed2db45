"""What this version of the generator draws, recorded to be compared with.

    python -m ferbench.datasets.simulated.reference tests/data/simfaces

writes, after a change that raises the version:

    parameters.json  level -> SHA-256 of all that is drawn for a small corpus
    pictures.png     pictures of every level in rows; see `reference_frames`
    pictures.json    SHA-256 of their pixels
"""

import argparse
import hashlib
import json
from pathlib import Path

import numpy as np
from PIL import Image

from ferbench.datasets.simulated.config import SimFacesConfig
from ferbench.datasets.simulated.contact_sheet import contact_sheet
from ferbench.datasets.simulated.frames import GENERATOR_VERSION, Frame
from ferbench.datasets.simulated.generator import Generator
from ferbench.datasets.simulated.levels import LEVELS
from ferbench.datasets.simulated.truth import truth

DECIMALS = 9
"""Numbers are compared to this: the last bits of exp and log differ between processors."""

PARAMETERS, PICTURES, PIXELS = "parameters.json", "pictures.png", "pictures.json"


def small_corpus(level: str) -> SimFacesConfig:
    """A few people at a level."""
    return SimFacesConfig(seed=7, level=level, subjects=4, takes=2, frames=3, size=48)


def parameters_hash(level: str) -> str:
    """SHA-256 of every drawn parameter of the small corpus: the whole truth but landmarks."""
    rows = truth(small_corpus(level)).to_dicts()
    plain = [{name: _plain(value) for name, value in sorted(row.items())} for row in rows]
    return hashlib.sha256(json.dumps(plain).encode()).hexdigest()


def reference_frames() -> list[Frame]:
    """Of each person of the small corpus one picture, at rest or acting."""
    return [
        Frame(0, "anger", 0, 0),
        Frame(1, "fear", 0, 2),
        Frame(2, "happiness", 1, 2),
        Frame(3, "contempt", 1, 1),
    ]


def reference_pictures() -> np.ndarray:
    """A row of pictures for each level."""
    images = [
        picture
        for level in LEVELS
        for picture in Generator(small_corpus(level)).pictures(reference_frames())
    ]
    return contact_sheet(images, len(reference_frames()))


def pixels_hash(pictures: np.ndarray) -> str:
    """SHA-256 of shape and grey levels."""
    return hashlib.sha256(f"{pictures.shape}".encode() + pictures.tobytes()).hexdigest()


def record(folder: Path) -> None:
    """Write the three files."""
    folder.mkdir(parents=True, exist_ok=True)
    pictures = reference_pictures()
    parameters = {level: parameters_hash(level) for level in LEVELS}
    _write(folder / PARAMETERS, {"generator": GENERATOR_VERSION, **parameters})
    _write(folder / PIXELS, {"generator": GENERATOR_VERSION, "pixels": pixels_hash(pictures)})
    Image.fromarray(pictures).save(folder / PICTURES, optimize=True)


def _plain(value: object) -> object:
    """Rounded; -0.0 is 0.0."""
    return round(value, DECIMALS) + 0.0 if isinstance(value, float) else value


def _write(file: Path, facts: dict[str, int | str]) -> None:
    file.write_text(json.dumps(facts, indent=1) + "\n")


def main() -> None:
    """The command line of this module."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", help="tests/data/simfaces", type=Path)
    record(parser.parse_args().folder)


if __name__ == "__main__":
    main()
