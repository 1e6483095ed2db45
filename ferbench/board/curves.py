"""Training curves of cells as arrays: what figures, plateaus and times to a level are made from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ferbench.contracts.run import CPU_SECONDS, EPOCH, VALIDATION_ACCURACY
from ferbench.results.record import Record


@dataclass(frozen=True, slots=True)
class ValidationCurve:
    """A cell's validation accuracy epoch by epoch, in parallel arrays (E,).

    accuracy: shares.
    seconds:  process-CPU seconds of training up to the end of the epoch; None where the cell was
              recorded before curves held them.
    """

    accuracy: np.ndarray
    seconds: np.ndarray | None

    @property
    def quarter(self) -> int:
        """How many epochs are a quarter of the training; at least one."""
        return max(1, len(self.accuracy) // 4)

    @property
    def final(self) -> float:
        """Mean validation accuracy over the last quarter of the epochs."""
        return float(self.accuracy[-self.quarter :].mean())


def validation_curve(cell: Record) -> ValidationCurve | None:
    """The curve of a cell, or None where no epoch was validated."""
    points = [point for point in cell.curve if VALIDATION_ACCURACY in point]
    if not points:
        return None
    timed = all(CPU_SECONDS in point for point in points)
    return ValidationCurve(
        np.array([point[VALIDATION_ACCURACY] for point in points]),
        np.array([point[CPU_SECONDS] for point in points]) if timed else None,
    )


def mean_curve(curves: Sequence[Sequence[dict[str, float]]], name: str) -> np.ndarray:
    """One scalar over epochs, (epochs, 4): epoch, mean, standard deviation, number of cells.

    An epoch counts the cells that reached it and reported the scalar.
    """
    values: dict[float, list[float]] = {}
    for curve in curves:
        for point in curve:
            if point.get(name) is not None:
                values.setdefault(point[EPOCH], []).append(point[name])
    rows = [(e, np.mean(found), np.std(found), len(found)) for e, found in sorted(values.items())]
    return np.array(rows, dtype=float).reshape(-1, 4)
