"""`kdef`: the Karolinska Directed Emotional Faces, five poses in two sessions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from ferbench.datasets.folder import FolderDataset
from ferbench.datasets.row import Published, Row
from ferbench.datasets.survey import Survey, subfolders
from ferbench.datasets.table import named
from ferbench.errors import UsageError

EXPRESSION_OF = {
    "AF": "fear",
    "AN": "anger",
    "DI": "disgust",
    "HA": "happiness",
    "NE": "neutral",
    "SA": "sadness",
    "SU": "surprise",
}

VIEW_OF = {"FL": -90, "HL": -45, "S": 0, "HR": 45, "FR": 90}
"""Yaw in degrees of each pose: full and half left, straight, half and full right."""

FOLDER = re.compile(r"[AB]([FM]\d{2})", re.IGNORECASE)
NAME = re.compile(r"[AB]([FM]\d{2})([A-Z]{2})(S|HL|HR|FL|FR)", re.IGNORECASE)


@dataclass
class KDEFConfig:
    """root:  the folder that holds `AF01` to `BM35`.
    poses: which of FL HL S HR FR to index; all unless given.
    """

    root: str = ""
    poses: list[str] = field(default_factory=lambda: list(VIEW_OF))


class KDEF(FolderDataset):
    """KDEF; session A and B of `F01` show one person, so the subject is `F01`."""

    name = "kdef"
    layout = "AF01/AF01ANS.JPG"
    obtain = "ask for KDEF at https://www.kdef.se (research licence)"
    extra: ClassVar = {"view": "int"}
    published = Published(
        subjects=70, images=4900, classes=dict.fromkeys(sorted(EXPRESSION_OF.values()), 700)
    )

    def __init__(self, config: KDEFConfig) -> None:
        super().__init__(config)
        for pose in config.poses:
            if pose not in VIEW_OF:
                raise UsageError(f"dataset.kdef.poses names {pose!r}; known: {', '.join(VIEW_OF)}")

    def fits(self, folder: Path) -> bool:
        """Folders of persons and sessions lie in it."""
        return any(FOLDER.fullmatch(name) for name in subfolders(folder))

    def scan(self, survey: Survey) -> Iterator[Row]:
        """Folder by folder."""
        for folder in survey.folders():
            person = FOLDER.fullmatch(folder)
            if person is None:
                survey.skip("folders that are no subjects")
                continue
            for file in survey.files(folder):
                row = _row(survey, folder, file)
                if row is None:
                    survey.skip("images whose names are not KDEF's")
                elif row.extra["view"] not in {VIEW_OF[pose] for pose in self.config.poses}:
                    survey.skip("images of poses that are not asked for")
                else:
                    yield row


def _row(survey: Survey, folder: str, file: str) -> Row | None:
    """One image from its name, or None where that is not of the corpus."""
    parts = NAME.fullmatch(Path(file).stem)
    if parts is None:
        return None
    path = survey.root / folder / file
    if file[:4].upper() != folder.upper():
        raise UsageError(f"{path} lies in the folder of another person or session")
    expression = named(EXPRESSION_OF, parts[2].upper(), str(path))
    extra = {"view": VIEW_OF[parts[3].upper()]}
    return Row(f"{folder}/{file}", expression, parts[1].upper(), extra=extra)
