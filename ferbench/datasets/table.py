"""Reading csv files and small label files; every complaint names the file and the line."""

import csv
import difflib
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from ferbench.datasets.pseudo import PSEUDO
from ferbench.errors import UsageError

_Code = TypeVar("_Code", str, int)

SUBJECTS = ("subject", "subject_id")
"""The columns, of whatever list, that say whom an image shows."""

LARGEST_LABEL = 1 << 20
"""Bytes; a label file beyond this is none."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a table: its number in the file, and its cells by column; empty ones are None."""

    number: int
    cells: Mapping[str, str | None]

    def __getitem__(self, column: str) -> str | None:
        return self.cells[column]


def read_table(path: Path, needed: Sequence[str], optional: Sequence[str] = ()) -> Iterator[Line]:
    """The lines of a csv file with a first line of column names; blank lines are left out.

    Cells are stripped. A byte-order mark is no part of the first name. Columns beside `needed` and
    `optional` are ignored, but not those that look like a misspelt one. A guess is no subject.
    """
    columns = (*needed, *optional)
    reader = None
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            names = [name.strip() for name in next(reader, [])]
            _refuse_columns(path, names, needed, columns)
            for row in reader:
                cells = [cell.strip() for cell in row]
                if any(cells[len(names) :]):
                    raise UsageError(
                        f"{path}, line {reader.line_num} has {len(cells)} cells for {len(names)} "
                        "columns: put a name with a comma in quotes"
                    )
                if any(cells):
                    found = dict(zip(names, cells, strict=False))
                    values = {column: found.get(column) or None for column in columns}
                    _refuse_guess(f"{path}, line {reader.line_num}", values)
                    yield Line(reader.line_num, values)
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8 text: save it as CSV in UTF-8") from None
    except csv.Error as error:
        number = reader.line_num if reader else 0
        raise UsageError(f"{path}, line {number} is not readable CSV: {error}") from None
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None


def _refuse_guess(where: str, cells: Mapping[str, str | None]) -> None:
    """Raise if a list names a pseudo-identity as a subject: the proof of a split would be none."""
    for column in SUBJECTS:
        subject = cells.get(column) or ""
        if subject.startswith(PSEUDO):
            raise UsageError(
                f"{where} gives the guess {subject!r} as {column}: splits rest on subjects, and "
                "guesses prove nothing; leave it out and set pseudo_ids=cluster"
            )


def _refuse_columns(
    path: Path, names: Sequence[str], needed: Sequence[str], columns: Sequence[str]
) -> None:
    """Raise if a needed column is absent, or one that was meant is misspelt: it would be ignored,
    and without subjects no split could be trusted."""
    for name in needed:
        if name not in names:
            raise UsageError(
                f"{path} has no column {name!r} in its first line; found {', '.join(names)!r} "
                "(a comma separates columns)"
            )
    for name in columns:
        if names.count(name) > 1:
            raise UsageError(f"{path} has the column {name!r} more than once")
    absent = [name for name in columns if name not in names]
    for name in names:
        meant = difflib.get_close_matches(name.lower(), absent, n=1, cutoff=0.8)
        if meant:
            raise UsageError(
                f"{path} has a column {name!r} and no {meant[0]!r}: rename it if that is meant, "
                "or else to something less alike"
            )


def read_text(path: Path) -> str:
    """A small text file; UsageError where it is none."""
    try:
        if path.stat().st_size > LARGEST_LABEL:
            raise UsageError(f"{path} is too large for a label file")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not text") from None
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from None


def numbers(text: str, path: Path) -> list[float]:
    """The finite numbers of a text, separated by blanks or line ends."""
    found = []
    for word in text.split():
        try:
            value = float(word)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise UsageError(f"{path} holds {word!r} where a number should be")
        found.append(value)
    return found


def whole(word: str) -> int | None:
    """A whole number as written in label files (`3`, `3.0000000e+00`), or None where it is none."""
    try:
        value = float(word)
    except ValueError:
        return None
    return int(value) if math.isfinite(value) and value == int(value) else None


def named(table: Mapping[_Code, str], code: _Code, where: str) -> str:
    """The expression of a corpus's code; an unknown code is an error that says where it stands."""
    if code not in table:
        known = ", ".join(f"{key} {name}" for key, name in table.items())
        raise UsageError(f"{where} has the unknown expression code {code!r}; known: {known}")
    return table[code]


def missing_files(path: Path, absent: Collection[str]) -> None:
    """Raise if a list names files that do not exist: the first, and how many more."""
    if absent:
        more = f" (and {len(absent) - 1} more)" if len(absent) > 1 else ""
        raise UsageError(f"{path} names {next(iter(absent))}, which does not exist{more}")
