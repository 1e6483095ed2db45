"""A board as text: one format a file."""

from ferbench.board.model import Board
from ferbench.board.render.flat import rows
from ferbench.board.render.markdown import to_markdown
from ferbench.board.render.terminal import to_table
from ferbench.board.render.writers import csv_text, json_text

FORMATS = {
    "table": to_table,
    "markdown": to_markdown,
    "csv": lambda board: csv_text(rows(board)),
    "json": lambda board: json_text(rows(board)),
}


def render(board: Board, format_: str) -> str:
    """The board in one of `FORMATS`, ending in a line feed."""
    return FORMATS[format_](board)
