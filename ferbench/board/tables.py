"""Tables beside the board, one a ranking, in the formats that the board has."""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ferbench.board.render.flat import Value, rounded
from ferbench.board.render.markdown import WORDS, pipe_table

WIDTH = 110


@dataclass(frozen=True, slots=True)
class Table:
    """One table.

    lines:  what is printed, one a row, under `head`. values: the same for programs.
    notes:  what a reader must know, in sentences.
    """

    title: str
    head: tuple[str, ...]
    lines: tuple[tuple[str, ...], ...]
    notes: tuple[str, ...]
    values: tuple[Mapping[str, Value], ...]


def render_tables(tables: Sequence[Table], format_: str, heading: str) -> str:
    """The tables as `table`, `markdown`, `csv` or `json`, ending in a line feed.

    heading: the first heading of the Markdown.
    """
    if format_ == "markdown":
        top = f"<!-- Made by ferbench from the records; do not edit. -->\n\n# {heading}\n"
        return "\n".join([top, *map(_markdown, tables)])
    if format_ == "table":
        return "\n".join(map(_terminal, tables))
    values = [
        {name: rounded(value) for name, value in row.items()}
        for table in tables
        for row in table.values
    ]
    if format_ == "json":
        return json.dumps(values, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
    out = io.StringIO()
    writer = csv.DictWriter(out, list(values[0]) if values else [], lineterminator="\n")
    writer.writeheader()
    writer.writerows(values)
    return out.getvalue()


def _markdown(table: Table) -> str:
    notes = "".join(f"- {note}\n" for note in table.notes)
    return "\n".join([f"## {table.title}\n", pipe_table(table.head, table.lines), notes])


def _terminal(table: Table) -> str:
    from rich import box
    from rich.console import Console
    from rich.table import Table as RichTable

    drawn = RichTable(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for name in table.head:
        drawn.add_column(name, justify="left" if name in WORDS else "right")
    for line in table.lines:
        drawn.add_row(*line)
    out = io.StringIO()
    console = Console(file=out, width=WIDTH, color_system=None, markup=False, highlight=False)
    console.print(table.title)
    console.print(drawn)
    for note in table.notes:
        console.print(note)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"
