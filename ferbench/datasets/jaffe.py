"""`jaffe`: the Japanese Female Facial Expression images."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ferbench.datasets.folder import FolderDataset
from ferbench.datasets.row import Published, Row
from ferbench.datasets.survey import Survey
from ferbench.datasets.table import named

EXPRESSION_OF = {
    "AN": "anger",
    "DI": "disgust",
    "FE": "fear",
    "HA": "happiness",
    "NE": "neutral",
    "SA": "sadness",
    "SU": "surprise",
}

NAME = re.compile(r"([A-Z]{2})\.([A-Z]{2})(\d)\.(\d+)", re.IGNORECASE)
SUFFIXES = (".tiff", ".tif")


@dataclass
class JAFFEConfig:
    """root: the folder with the `.tiff` files, or the one above it."""

    root: str = ""


class JAFFE(FolderDataset):
    """JAFFE; each image is a sequence of one."""

    name = "jaffe"
    layout = "jaffe/KA.AN1.39.tiff"
    obtain = "ask for JAFFE at https://zenodo.org/records/3451524 (research licence)"
    published = Published(
        subjects=10,
        images=213,
        classes={
            "anger": 30,
            "disgust": 29,
            "fear": 32,
            "happiness": 31,
            "neutral": 30,
            "sadness": 31,
            "surprise": 30,
        },
    )

    def fits(self, folder: Path) -> bool:
        """Files with the corpus's names lie in it."""
        try:
            names = os.listdir(folder)
        except OSError:
            return False
        return any(_parts(name) for name in names)

    def scan(self, survey: Survey) -> Iterator[Row]:
        """File by file."""
        for file in survey.files():
            parts = _parts(file)
            if parts is None:
                survey.skip("images whose names are not JAFFE's")
                continue
            expression = named(EXPRESSION_OF, parts[2].upper(), str(survey.root / file))
            yield Row(file, expression, parts[1].upper())


def _parts(name: str) -> re.Match[str] | None:
    """The parts of a file name: subject, code, take, number."""
    stem, suffix = os.path.splitext(name)
    return NAME.fullmatch(stem) if suffix.lower() in SUFFIXES else None
