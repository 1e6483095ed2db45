"""Tables of the trainings: whether methods are on their plateau, and how soon they reach one."""

import math
from collections.abc import Sequence

from ferbench.board import text
from ferbench.board.plateau import FLAT, PlateauRow, Plateaus
from ferbench.board.reach import WINDOW, Reach, ReachRow
from ferbench.board.render.writers import Value
from ferbench.board.survival import Ratio
from ferbench.board.tables import Table

UNBOUNDED = "\N{INFINITY}"


def plateau_tables(found: Sequence[Plateaus]) -> list[Table]:
    """One table a ranking."""
    head = ("method", "cells", "epochs", "validation %", "rise, points", "interval", "verdict")
    notes = (
        "Validation accuracy in the last quarter of the epochs, and its rise over the quarter "
        "before: mean and Student's 95 % interval over cells (folds and seeds).",
        f"On its plateau: a rise of {text.points(FLAT)} points or more is outside the interval. "
        "Still rising: no rise is outside, and that much is not.",
    )
    return [
        Table(
            title=text.title(one.ranking.key),
            head=head,
            lines=tuple(_plateau_line(row) for row in one.rows),
            notes=notes,
            values=tuple({**one.ranking.key.values(), **_plateau_values(row)} for row in one.rows),
        )
        for one in found
    ]


def reach_tables(found: Sequence[Reach]) -> list[Table]:
    """One table a ranking."""
    return [_reach_table(one) for one in found]


def _plateau_line(row: PlateauRow) -> tuple[str, ...]:
    interval = text.MISSING
    if row.low is not None and row.high is not None:
        interval = f"[{text.points(row.low)}, {text.points(row.high)}]"
    return (
        row.label,
        str(row.cells),
        str(row.epochs),
        text.percent(row.final),
        text.points(row.rise),
        interval,
        row.verdict,
    )


def _plateau_values(row: PlateauRow) -> dict[str, Value]:
    return {
        "method": row.label,
        "cells": row.cells,
        "epochs": row.epochs,
        "validation_accuracy": row.final,
        "rise": row.rise,
        "rise_low": row.low,
        "rise_high": row.high,
        "verdict": row.verdict,
    }


def _reach_table(found: Reach) -> Table:
    levels = list(found.plateaus.values())
    notes = [
        f"Process-CPU seconds of training until validation accuracy, averaged over {WINDOW} "
        f"epochs, first reaches the plateau of {found.reference}: the mean of its validation "
        "accuracies in the last quarter of the epochs, over the seeds of the fold "
        f"({text.percent(min(levels))} to {text.percent(max(levels))} %).",
        "Cells that end below it are censored at their end. Median: Kaplan and Meier's; `>` where "
        "fewer than half reached it.",
        f"Ratio: median over folds and seeds of a cell's time by that of {found.relative_to}, with "
        "the sign test's 95 % interval; a censored time counts as a bound.",
    ]
    if any(row.stages for row in found.rows):
        notes.append("The seconds of stages are not in the times; they have a column of their own.")
    if found.untimed:
        notes.append(f"{found.untimed} cells left out: their curves hold no CPU seconds.")
    head = (
        "method", "reached", "median time", f"ratio to {found.relative_to}", "interval",
        "whole training", "stages",
    )  # fmt: skip
    return Table(
        title=text.title(found.ranking.key),
        head=head,
        lines=tuple(_reach_line(row) for row in found.rows),
        notes=tuple(notes),
        values=tuple(_reach_values(found, row) for row in found.rows),
    )


def _reach_line(row: ReachRow) -> tuple[str, ...]:
    late = f"> {text.seconds(row.at_least)}"
    interval = text.MISSING
    if row.ratio is not None:
        interval = f"[{_times(row.ratio.low)}, {_times(row.ratio.high)}]"
    return (
        row.label,
        text.progress(row.reached, row.cells),
        late if row.median is None else text.seconds(row.median),
        _ratio(row.ratio),
        interval,
        text.seconds(row.training),
        text.seconds(row.stages) if row.stages else text.MISSING,
    )


def _ratio(found: Ratio | None) -> str:
    """`2.1`, `> 1.8`, `< 0.5`, or a dash where censoring leaves everything open."""
    if found is None or (found.median_low == 0 and math.isinf(found.median_high)):
        return text.MISSING
    if math.isclose(found.median_low, found.median_high):
        return _times(found.median_low)
    if math.isinf(found.median_high):
        return f"> {_times(found.median_low)}"
    if found.median_low == 0:
        return f"< {_times(found.median_high)}"
    return f"{_times(found.median_low)} to {_times(found.median_high)}"


def _times(value: float) -> str:
    return UNBOUNDED if math.isinf(value) else f"{value:.2f}"


def _reach_values(found: Reach, row: ReachRow) -> dict[str, Value]:
    ratio = row.ratio
    return {
        **found.ranking.key.values(),
        "plateau_of": found.reference,
        "method": row.label,
        "cells": row.cells,
        "reached": row.reached,
        "median_cpu_seconds": row.median,
        "median_at_least": row.at_least if row.median is None else row.median,
        "train_seconds": row.training,
        "stage_seconds": row.stages,
        "ratio_to": found.relative_to if ratio else None,
        "ratio_low": _finite(ratio.low) if ratio else None,
        "ratio_median_low": _finite(ratio.median_low) if ratio else None,
        "ratio_median_high": _finite(ratio.median_high) if ratio else None,
        "ratio_high": _finite(ratio.high) if ratio else None,
        "ratio_pairs": ratio.pairs if ratio else None,
    }


def _finite(value: float) -> float | None:
    """JSON has no infinity: without a bound there is no number."""
    return None if math.isinf(value) else value
