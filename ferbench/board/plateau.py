"""Whether methods were trained long enough: does validation accuracy still rise at the end?"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import fmean, stdev
from typing import Literal

from scipy import stats

from ferbench.board.build import Ranking
from ferbench.board.curves import ValidationCurve, validation_curve
from ferbench.board.statistics import LEVEL
from ferbench.errors import UsageError

FLAT = 0.01
"""A rise from one quarter to the next that is surely below this share counts as none."""

Verdict = Literal["on its plateau", "still rising", "not clear", "too few cells"]


@dataclass(frozen=True, slots=True)
class PlateauRow:
    """One method, over its cells. Shares.

    final: validation accuracy in the last quarter of the epochs.
    rise:  that minus the quarter before; low, high: Student's 95 % interval over cells.
    """

    label: str
    cells: int
    epochs: int
    final: float
    rise: float
    low: float | None
    high: float | None

    @property
    def verdict(self) -> Verdict:
        """`still rising` where the rise is surely above 0 and may be `FLAT` or more."""
        if self.low is None or self.high is None:
            return "too few cells"
        if self.high < FLAT:
            return "on its plateau"
        return "still rising" if self.low > 0 else "not clear"


@dataclass(frozen=True, slots=True)
class Plateaus:
    """The methods of one ranking that have validation curves of at least two quarters."""

    ranking: Ranking
    rows: tuple[PlateauRow, ...]


def plateaus(rankings: Iterable[Ranking]) -> tuple[Plateaus, ...]:
    """Every ranking's methods, in the order of the board."""
    found = []
    for ranking in rankings:
        rows = []
        for entry in ranking.entries:
            curves = [validation_curve(cell) for cell in entry.group.done]
            long_enough = [c for c in curves if c is not None and len(c.accuracy) >= 2]
            if long_enough:
                rows.append(plateau_row(entry.row.label, long_enough))
        if rows:
            found.append(Plateaus(ranking, tuple(rows)))
    if not found:
        raise UsageError(
            "no cell has a validation curve of two epochs or more: take a protocol with a "
            "validation fold, and methods that offer their epochs"
        )
    return tuple(found)


def plateau_row(label: str, curves: Sequence[ValidationCurve]) -> PlateauRow:
    """Last quarter minus the quarter before, cell by cell; mean and interval over cells."""
    rises = [_rise(curve) for curve in curves]
    mean = fmean(rises)
    half = None
    if len(rises) > 1:
        quantile = float(stats.t.ppf(1 - LEVEL / 2, len(rises) - 1))
        half = quantile * stdev(rises) / math.sqrt(len(rises))
    return PlateauRow(
        label=label,
        cells=len(rises),
        epochs=max(len(curve.accuracy) for curve in curves),
        final=fmean(curve.final for curve in curves),
        rise=mean,
        low=None if half is None else mean - half,
        high=None if half is None else mean + half,
    )


def _rise(curve: ValidationCurve) -> float:
    quarter = curve.quarter
    before = curve.accuracy[-2 * quarter : -quarter]
    return curve.final - float(before.mean())
