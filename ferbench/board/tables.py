"""Tables beside the board, one a ranking, in the formats that the board has."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ferbench.board.render.flat import rounded
from ferbench.board.render.markdown import WORDS, pipe_table
from ferbench.board.render.writers import Value, csv_text, json_text, new_table, terminal_text

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
    return json_text(values) if format_ == "json" else csv_text(values)


def _markdown(table: Table) -> str:
    notes = "".join(f"- {note}\n" for note in table.notes)
    return "\n".join([f"## {table.title}\n", pipe_table(table.head, table.lines), notes])


def _terminal(table: Table) -> str:
    drawn = new_table()
    for name in table.head:
        drawn.add_column(name, justify="left" if name in WORDS else "right")
    for line in table.lines:
        drawn.add_row(*line)
    return terminal_text(table.title, drawn, table.notes, WIDTH)
