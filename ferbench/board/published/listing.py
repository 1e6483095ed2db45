"""Published tables as `ferbench published` prints them: every table, or those of a dataset."""

from collections.abc import Sequence
from typing import Any

from ferbench.board.published.model import Figure, Paper, Printed, PrintedRow, PrintedTable
from ferbench.board.published.text import duration, percent
from ferbench.board.tables import Table
from ferbench.errors import unknown


def chosen(papers: Sequence[Paper], key: str | None, dataset: str | None) -> list[Printed]:
    """The figures of the paper of that key and of that dataset; None: of all."""
    keys = [paper.key for paper in papers]
    if key is not None and key not in keys:
        raise unknown("paper", key, keys)
    found = [printed for paper in papers for printed in paper.figures() if key in (None, paper.key)]
    datasets = {printed.figure.protocol.dataset for printed in found}
    if dataset is not None and dataset not in datasets:
        raise unknown("dataset with published figures", dataset, datasets)
    return [p for p in found if dataset in (None, p.figure.protocol.dataset)]


def heading(paper: Paper) -> str:
    """Who, what, where and when, and what holds for all of its tables."""
    link = f". https://doi.org/{paper.doi}" if paper.doi else ""
    about = f"{', '.join(paper.authors)}: {paper.title}. {paper.venue} ({paper.year}){link}"
    return "\n".join((about, *paper.remarks))


def as_tables(figures: Sequence[Printed]) -> list[Table]:
    """The printed tables that these figures stand in, with their columns."""
    grouped: dict[tuple[str, int], list[Printed]] = {}
    for printed in figures:
        grouped.setdefault((printed.paper.key, printed.table.number), []).append(printed)
    return [_table(found) for found in grouped.values()]


def as_values(printed: Printed) -> dict[str, Any]:
    """One figure for programs; accuracies are the digits of the print, in percent."""
    paper, table, row, figure = printed.paper, printed.table, printed.row, printed.figure
    protocol = figure.protocol
    return {
        "paper": paper.key,
        "table": table.number,
        "kind": table.kind,
        "method": row.method,
        "cites": row.cites,
        "measured": row.measured,
        "ours": row.ours,
        "settings": dict(row.settings),
        "dataset": protocol.dataset,
        "protocols": list(protocol.registered),
        "protocol_stated": protocol.stated,
        "protocol_facts": protocol.facts,
        "accuracy": None if figure.percent is None else str(figure.percent),
        "correct": figure.correct,
        "units": figure.units,
        "minutes": figure.minutes,
        "hardware": table.hardware,
        "remark": row.remark,
    }


def _table(figures: Sequence[Printed]) -> Table:
    paper, table = figures[0].paper, figures[0].table
    shown = {printed.figure.protocol.key for printed in figures}
    columns = [protocol for protocol in table.columns if protocol.key in shown]
    rows = [row for row in table.rows if any(f.protocol.key in shown for f in row.figures)]
    notes = [
        *(f"{protocol.key}: {_said(protocol.facts, protocol.registered)}" for protocol in columns),
        *(f"{protocol.key}: {remark}" for protocol in columns for remark in protocol.remarks),
        *(f"{row.method}: {row.remark}" for row in rows if row.remark),
        *table.remarks,
        *(f"left out: {what}" for what in table.left_out),
    ]
    return Table(
        title=f"{paper.name} ({paper.key}), table {table.number}: {table.caption}",
        head=("method", "ours", *(_head(protocol.key, table) for protocol in columns)),
        lines=tuple(
            (row.printed, _ours(row), *(_cell(row.figures, protocol.key) for protocol in columns))
            for row in rows
        ),
        notes=tuple(notes),
        values=(),
    )


def _head(key: str, table: PrintedTable) -> str:
    return f"{key}, {'%' if table.kind == 'accuracy' else table.hardware}"


def _ours(row: PrintedRow) -> str:
    settings = ", ".join(f"{name}={value}" for name, value in row.settings.items())
    return (row.ours or "") + (f" [{settings}]" if settings else "")


def _cell(figures: Sequence[Figure], key: str) -> str:
    for figure in figures:
        if figure.protocol.key == key:
            return percent(figure) if figure.minutes is None else duration(figure.minutes)
    return ""


def _said(facts: str, registered: Sequence[str]) -> str:
    return f"{facts}; in ferbench: {' or '.join(registered)}" if registered else facts
