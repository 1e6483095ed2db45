"""Rows as JSON and CSV, and a table as a terminal shows it: for all that prints some."""

import csv
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table

Value = str | int | float | bool | None


def json_text(rows: Sequence[Mapping[str, Value]]) -> str:
    """An array of rows."""
    return json.dumps(rows, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def csv_text(rows: Sequence[Mapping[str, Value]]) -> str:
    """A header and one line a row, all with the keys of the first; what is missing is empty."""
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]) if rows else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def new_table() -> "Table":
    """A table without frame, to be filled."""
    from rich import box
    from rich.table import Table

    return Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))


def terminal_text(title: str, table: "Table", notes: Iterable[str], width: int) -> str:
    """The table under its title, the notes below, without colour or trailing blanks."""
    from rich.console import Console

    out = io.StringIO()
    console = Console(file=out, width=width, color_system=None, markup=False, highlight=False)
    for part in (title, table, *notes):
        console.print(part)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"
