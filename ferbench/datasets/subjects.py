"""`subjects.csv`: subject ids by the user, for corpora that come without."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from ferbench.datasets.row import Row
from ferbench.datasets.survey import Survey
from ferbench.datasets.table import read_table
from ferbench.errors import UsageError

SUBJECTS = "subjects.csv"


def supply_subjects(rows: Sequence[Row], path: Path, survey: Survey) -> None:
    """Give the rows without a subject the one that `path` (`file,subject_id`) states.

    A file is named as the index names it, or by its bare name where only one image has it. A line
    for a file that the corpus does not have is an error; images without a line are warned of.
    """
    given = _read(path)
    bare = Counter(PurePosixPath(row.sample).name for row in rows)
    for row in rows:
        if row.subject is not None:
            continue
        name = PurePosixPath(row.sample).name
        entry = given.get(row.sample) or (given.get(name) if bare[name] == 1 else None)
        if entry is None:
            survey.warn(f"images without a line in {path}", row.sample)
        else:
            row.subject = entry
    known = {row.sample for row in rows}
    for name in given:
        if name not in known and bare[name] == 0:
            raise UsageError(f"{path} names {name}, which is no image of the corpus")
        if name not in known and bare[name] > 1:
            raise UsageError(
                f"{path} names {name}, and {bare[name]} images have that name: write its folder too"
            )


def _read(path: Path) -> dict[str, str]:
    """The subject of each file."""
    given: dict[str, str] = {}
    for line in read_table(path, ("file", "subject_id")):
        name, subject = line["file"], line["subject_id"]
        if name is None or subject is None:
            raise UsageError(f"{path}, line {line.number} lacks a file or a subject_id")
        name = str(PurePosixPath(name))
        if given.setdefault(name, subject) != subject:
            raise UsageError(f"{path}, line {line.number} gives {name} a second subject_id")
    return given
