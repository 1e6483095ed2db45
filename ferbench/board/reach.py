"""How much training it takes until the validation accuracy first reaches a method's plateau."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median

import numpy as np

from ferbench.board.build import Ranking
from ferbench.board.comparison import Entry
from ferbench.board.curves import ValidationCurve, validation_curve
from ferbench.board.grouping import require_known
from ferbench.board.survival import Ratio, Time, median_at_least, median_time, ratio
from ferbench.errors import UsageError

WINDOW = 3
"""Epochs that validation accuracy is averaged over before it is compared with the plateau."""

Cell = tuple[int, int]
"""Fold and seed."""


@dataclass(frozen=True, slots=True)
class ReachRow:
    """One method: over its cells, the process-CPU seconds of training until the level is reached.

    median:   Kaplan and Meier's, None where fewer than half of the cells reached it;
    at_least: is then what the median surely exceeds.
    training: median seconds of a whole cell's training. stages: of the stages that it reads.
    ratio:    by the cells of another method, paired by fold and seed.
    """

    label: str
    cells: int
    reached: int
    median: float | None
    at_least: float
    training: float
    stages: float
    ratio: Ratio | None


@dataclass(frozen=True, slots=True)
class Reach:
    """The times of one ranking. plateaus: the level by fold; untimed: cells without seconds."""

    ranking: Ranking
    reference: str
    relative_to: str
    plateaus: Mapping[int, float]
    rows: tuple[ReachRow, ...]
    untimed: int


def reach(rankings: Iterable[Ranking], reference: str, relative_to: str) -> tuple[Reach, ...]:
    """Times to the plateau of `reference`, beside those of `relative_to`, in each ranking."""
    rankings, found = tuple(rankings), []
    for name in (reference, relative_to):
        require_known(name, [entry.group for ranking in rankings for entry in ranking.entries])
    for ranking in rankings:
        level_of, base = ranking.entry(reference), ranking.entry(relative_to)
        if level_of is None or base is None:
            continue
        plateaus = plateaus_of(_curves(level_of))
        if plateaus:
            found.append(_reach(ranking, level_of, base, plateaus))
    if not found:
        raise UsageError(
            f"{reference} and {relative_to} have no validation curves in one ranking: see "
            "`ferbench board`, and take a protocol with a validation fold"
        )
    return tuple(found)


def plateaus_of(curves: Mapping[Cell, ValidationCurve]) -> dict[int, float]:
    """The plateau of each fold: validation accuracy in the last quarter of the epochs, mean over
    the seeds of the fold."""
    folds = sorted({fold for fold, _ in curves})
    return {f: fmean(c.final for (fold, _), c in curves.items() if fold == f) for f in folds}


def first_time(curve: ValidationCurve, level: float) -> Time:
    """When the mean of the last `WINDOW` epochs' validation accuracies is `level` or more."""
    assert curve.seconds is not None
    window = min(WINDOW, len(curve.accuracy))
    smooth = np.convolve(curve.accuracy, np.full(window, 1 / window), mode="valid")
    hits = np.flatnonzero(smooth >= level - 1e-9)
    if len(hits):
        return Time(float(curve.seconds[hits[0] + window - 1]), reached=True)
    return Time(float(curve.seconds[-1]), reached=False)


def _reach(
    ranking: Ranking, reference: Entry, relative_to: Entry, plateaus: Mapping[int, float]
) -> Reach:
    times, untimed = {}, 0
    for entry in ranking.entries:
        curves = {c: curve for c, curve in _curves(entry).items() if c[0] in plateaus}
        timed = {cell: curve for cell, curve in curves.items() if curve.seconds is not None}
        untimed += len(curves) - len(timed)
        times[entry.row.label] = {
            c: first_time(curve, plateaus[c[0]]) for c, curve in timed.items()
        }
    base = times[relative_to.row.label]
    rows = [
        _row(entry, times[entry.row.label], base)
        for entry in ranking.entries
        if times[entry.row.label]
    ]
    return Reach(
        ranking, reference.row.label, relative_to.row.label, plateaus, tuple(rows), untimed
    )


def _row(entry: Entry, times: Mapping[Cell, Time], base: Mapping[Cell, Time]) -> ReachRow:
    found: Sequence[Time] = list(times.values())
    own = times is base
    done = entry.group.done
    return ReachRow(
        label=entry.row.label,
        cells=len(found),
        reached=sum(time.reached for time in found),
        median=median_time(found),
        at_least=median_at_least(found),
        training=median(c.fit_cpu_seconds or 0.0 for c in done),
        stages=median(c.stage_cpu_seconds for c in done),
        ratio=None if own else ratio([(times[c], base[c]) for c in sorted(times) if c in base]),
    )


def _curves(entry: Entry) -> dict[Cell, ValidationCurve]:
    """The validation curves of a row's finished cells, by fold and seed."""
    curves = {(cell.fold, cell.seed): validation_curve(cell) for cell in entry.group.done}
    return {cell: curve for cell, curve in curves.items() if curve is not None}
