"""A board as text: one format a file."""

from ferbench.board.model import Board
from ferbench.board.render.flat import to_csv, to_json
from ferbench.board.render.markdown import to_markdown
from ferbench.board.render.terminal import to_table

FORMATS = {"table": to_table, "markdown": to_markdown, "csv": to_csv, "json": to_json}


def render(board: Board, format_: str) -> str:
    """The board in one of `FORMATS`, ending in a line feed."""
    return FORMATS[format_](board)
