"""`bu3dfe`: BU-3DFE, the texture images; four intensities of six expressions, and neutral."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from ferbench.datasets.folder import FolderDataset
from ferbench.datasets.row import Published, Row
from ferbench.datasets.survey import Survey, subfolders
from ferbench.datasets.table import named
from ferbench.errors import UsageError

EXPRESSION_OF = {
    "AN": "anger",
    "DI": "disgust",
    "FE": "fear",
    "HA": "happiness",
    "NE": "neutral",
    "SA": "sadness",
    "SU": "surprise",
}

SUBJECT = re.compile(r"[FM]\d{4}", re.IGNORECASE)
TEXTURE = re.compile(r"([FM]\d{4})_([A-Z]{2})(\d{2})([A-Z]{2})_F2D", re.IGNORECASE)


@dataclass
class BU3DFEConfig:
    """root: the folder that holds `F0001` to `M0044`."""

    root: str = ""


class BU3DFE(FolderDataset):
    """BU-3DFE; each image is a sequence of one, with its `intensity` (1 to 4, neutral 0)."""

    name = "bu3dfe"
    layout = "F0001/F0001_AN01WH_F2D.bmp"
    obtain = "ask for BU-3DFE at Binghamton University, Prof. Lijun Yin (research licence)"
    extra: ClassVar = {"intensity": "int"}
    published = Published(
        subjects=100,
        images=2500,
        classes={
            name: 100 if name == "neutral" else 400 for name in sorted(EXPRESSION_OF.values())
        },
        note="all intensities; 3 and 4 give 1200 images of six classes",
    )

    def fits(self, folder: Path) -> bool:
        """Folders of subjects lie in it."""
        return any(SUBJECT.fullmatch(name) for name in subfolders(folder))

    def scan(self, survey: Survey) -> Iterator[Row]:
        """Subject by subject; 3D models and other pictures are counted."""
        for subject in survey.folders():
            if not SUBJECT.fullmatch(subject):
                survey.skip("folders that are no subjects")
                continue
            for file in survey.files(subject):
                row = _row(survey, subject, file)
                if row is None:
                    survey.skip("images that are no textures (_F2D)")
                else:
                    yield row


def _row(survey: Survey, subject: str, file: str) -> Row | None:
    """One texture image from its name, or None where it is none."""
    parts = TEXTURE.fullmatch(Path(file).stem)
    if parts is None:
        return None
    path = survey.root / subject / file
    if parts[1].upper() != subject.upper():
        raise UsageError(f"{path} lies in the folder of another subject")
    expression = named(EXPRESSION_OF, parts[2].upper(), str(path))
    intensity = int(parts[3])
    if intensity not in ((0,) if expression == "neutral" else (1, 2, 3, 4)):
        raise UsageError(f"{path} has the unknown intensity {parts[3]}; known: 01 to 04, NE00")
    extra = {"intensity": intensity}
    return Row(f"{subject}/{file}", expression, subject.upper(), extra=extra)
