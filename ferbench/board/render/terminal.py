"""The board as tables for a terminal of 100 columns, without colour."""

from collections.abc import Iterator

from ferbench.board import text
from ferbench.board.model import Board, Section
from ferbench.board.render.writers import new_table, terminal_text

WIDTH = 100

COLUMNS = (
    "#", "method", "acc. %", "interval", "to leader", "folds", "seeds", "train", "comp./ep.",
    "leak %",
)  # fmt: skip
WRAPPED = ("method", "to leader")


def to_table(board: Board) -> str:
    """One table a section, with its notes below."""
    return "\n".join(_section(section) for section in board.sections)


def _section(section: Section) -> str:
    table = new_table()
    for name in COLUMNS:
        words = name in WRAPPED
        table.add_column(
            name, justify="left" if words else "right", overflow="fold", no_wrap=not words
        )
    for row in section.rows:
        table.add_row(
            text.rank(row),
            row.label,
            text.percent(row.accuracy),
            text.interval(row.interval),
            text.remark(row),
            text.progress(row.folds_done, row.folds_required),
            text.progress(row.seeds_done, row.seeds),
            text.train_time(row.cost),
            text.count(row.cost.comparisons_per_epoch),
            text.percent(row.identity.accuracy),
        )
    return terminal_text(text.title(section.key), table, _notes(section), WIDTH)


def _notes(section: Section) -> Iterator[str]:
    """Whose placebo a row is, what failed, and what a reader must know."""
    for row in section.rows:
        if row.placebo_of:
            yield f"{row.label} is a placebo of {row.placebo_of}."
        for failure in row.failures:
            yield f"{row.label}: {failure.cells} {failure.status}: {failure.reason}"
    yield from section.notes
