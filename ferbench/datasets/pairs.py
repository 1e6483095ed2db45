"""`pairs`: faces and the neutral face of the same person that a generator should make of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import ClassVar

from ferbench.datasets.folder import FolderDataset
from ferbench.datasets.row import Row
from ferbench.datasets.survey import Survey
from ferbench.datasets.table import Line, missing_files, read_table
from ferbench.errors import UsageError

PAIRS = "pairs.csv"
COLUMNS = ("input", "neutral_target", "subject_id")


@dataclass
class PairsConfig:
    """root: the folder that holds `pairs.csv`; its files are relative to it."""

    root: str = ""


class Pairs(FolderDataset):
    """Pairs of an input and its neutral target.

    Targets are `neutral`; what an input shows is not stated, its expression is null, and its
    column `neutral_target` is the sample of its target. A face may be an input and a target.
    """

    name = "pairs"
    layout = "pairs.csv with the columns input,neutral_target,subject_id"
    obtain = "choose frontal neutral faces of people with many photographs, and write a pairs.csv"
    extra: ClassVar = {"neutral_target": "text"}

    def fits(self, folder: Path) -> bool:
        """The list lies in it."""
        return (folder / PAIRS).is_file()

    def scan(self, survey: Survey) -> Iterator[Row]:
        """Each image once."""
        path = survey.path(PAIRS)
        target_of: dict[str, str] = {}
        subject_of: dict[str, str] = {}
        for line in read_table(path, COLUMNS):
            face, target, subject = _cells(survey, path, line)
            if face in target_of:
                raise UsageError(f"{path}, line {line.number} names the input {face} a second time")
            target_of[face] = target
            for name in (face, target):
                if subject_of.setdefault(name, subject) != subject:
                    raise UsageError(
                        f"{path}, line {line.number} gives {name} a second subject: "
                        f"{subject_of[name]} and {subject}"
                    )
        if not target_of:
            raise UsageError(f"{path} lists no pairs: add a line for each")
        missing_files(path, [name for name in subject_of if not survey.path(name).is_file()])
        targets = set(target_of.values())
        for name, subject in subject_of.items():
            expression = "neutral" if name in targets else None
            yield Row(name, expression, subject, extra={"neutral_target": target_of.get(name)})


def _cells(survey: Survey, path: Path, line: Line) -> tuple[str, str, str]:
    """Input, target and subject of a line, all there and below the folder."""
    face, target, subject = (line[column] for column in COLUMNS)
    if face is None or target is None or subject is None:
        empty = next(column for column in COLUMNS if line[column] is None)
        raise UsageError(f"{path}, line {line.number} has no {empty}")
    for name in (face, target):
        if survey.escapes(name):
            raise UsageError(f"{path}, line {line.number} names {name}, which leads out of it")
    return str(PurePosixPath(face)), str(PurePosixPath(target)), subject
