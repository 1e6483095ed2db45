"""The board as tables for a terminal of 100 columns, without colour."""

import io

from ferbench.board import text
from ferbench.board.model import Board, Section

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
    from rich import box
    from rich.console import Console
    from rich.table import Table

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
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
    out = io.StringIO()
    console = Console(file=out, width=WIDTH, color_system=None, markup=False, highlight=False)
    console.print(text.title(section.key))
    console.print(table)
    for row in section.rows:
        if row.placebo_of:
            console.print(f"{row.label} is a placebo of {row.placebo_of}.")
        for failure in row.failures:
            console.print(f"{row.label}: {failure.cells} {failure.status}: {failure.reason}")
    for note in section.notes:
        console.print(note)
    return "\n".join(line.rstrip() for line in out.getvalue().splitlines()) + "\n"
