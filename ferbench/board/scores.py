"""A row's predictions into units scored right or wrong, and into its accuracies."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import polars as pl

from ferbench.board.model import Accuracy, Level, State
from ferbench.board.statistics import Observations
from ferbench.metrics.f1 import macro_f1
from ferbench.metrics.units import by_image, by_unit
from ferbench.results.record import Record

PredictionsOf = Callable[[str], pl.DataFrame]
"""From a cell id to its predictions, with the columns of `contracts.metric.PREDICTION_COLUMNS`."""

COLUMNS = ("seed", "fold", "unit", "subject", "expression", "predicted", "correct")
"""Of a scored frame: one row for each unit of each cell."""


@dataclass(frozen=True, slots=True)
class Scored:
    """One row's scored frames, by level and state.

    ranked: the frame that ranks: at the protocol's level, with the validation-selected state where
            the protocol has a validation fold, else with the last. Its state is `state`.
    """

    frames: dict[tuple[Level, State], pl.DataFrame]
    ranked: pl.DataFrame
    state: State
    pooling: str


def score(cells: tuple[Record, ...], predictions: PredictionsOf) -> Scored | None:
    """The scored frames of finished cells; None where there are none."""
    if not cells:
        return None
    parts: dict[tuple[Level, State], list[pl.DataFrame]] = {}
    for cell in cells:
        for way, decided in _decided(cell, predictions(cell.cell_id)).items():
            marked = decided.with_columns(seed=pl.lit(cell.seed), fold=pl.lit(cell.fold))
            parts.setdefault(way, []).append(marked.select(COLUMNS))
    # A state that some cells lack would show a part of the folds as if it were the whole.
    frames = {way: pl.concat(found) for way, found in parts.items() if len(found) == len(cells)}
    level: Level = "image" if cells[0].scoring_unit == "image" else "unit"
    state: State = "selected" if (level, "selected") in frames else "last"
    return Scored(frames, frames[level, state], state, cells[0].scoring_pooling)


def _decided(cell: Record, predictions: pl.DataFrame) -> dict[tuple[Level, State], pl.DataFrame]:
    """One cell's predictions by image and by unit, for each state that was predicted with.

    Without a validation fold nothing was selected, whatever the frame says: a state selected on
    the test fold never shows.
    """
    found: dict[tuple[Level, State], pl.DataFrame] = {}
    states: tuple[State, ...] = ("last", "selected") if cell.validation_images else ("last",)
    for state in states:
        rows = predictions.filter(pl.col("state") == state)
        if not rows.is_empty():
            found["image", state] = by_image(rows)
            found["unit", state] = by_unit(rows, cell.scoring_join)
    return found


def accuracies(scored: Scored) -> tuple[Accuracy, ...]:
    """By image and by unit, last and selected: pooled, and mean and spread over folds."""
    found = []
    for (level, state), frame in sorted(scored.frames.items(), key=lambda item: item[0]):
        by_fold = frame.group_by("fold").agg(pl.col("correct").mean()).sort("fold")
        folds = by_fold["correct"].to_numpy()
        sd = float(folds.std(ddof=1)) if len(folds) > 1 else None
        pooled = float(frame["correct"].to_numpy().mean())
        found.append(Accuracy(level, state, pooled, float(folds.mean()), sd))
    return tuple(found)


def seed_spread(scored: Scored, complete_seeds: tuple[int, ...]) -> float | None:
    """Standard deviation of the seeds' accuracies, over seeds that have every fold."""
    if len(complete_seeds) < 2:
        return None
    means = []
    for seed in complete_seeds:
        frame = scored.ranked.filter(pl.col("seed") == seed)
        means.append(float(weights(frame, scored.pooling) @ frame["correct"].to_numpy()))
    return float(np.std(means, ddof=1))


def macro_f1_over_seeds(frame: pl.DataFrame) -> float | None:
    """Macro F1 over the units of all folds, averaged over seeds."""
    parts = frame.partition_by("seed", maintain_order=True)
    found = [value for value in map(macro_f1, parts) if value is not None]
    return float(np.mean(found)) if found else None


def weights(frame: pl.DataFrame, pooling: str) -> np.ndarray:
    """What each unit counts: all the same (`pooled`), or all folds the same (`folds`)."""
    if pooling == "pooled":
        return np.full(frame.height, 1 / frame.height)
    folds = frame["fold"].n_unique()
    return frame.select(1 / (pl.len().over("fold") * folds)).to_series().to_numpy()


def observations(frame: pl.DataFrame, value: str, pooling: str) -> Observations:
    """A frame's column as what the statistics read; a unit without a person stands for itself."""
    alone = pl.concat_str(pl.lit("?"), pl.col("fold"), pl.lit("/"), pl.col("unit"))
    subject = frame.select(pl.coalesce(pl.lit("=") + pl.col("subject"), alone)).to_series()
    return Observations(
        value=frame[value].to_numpy().astype(float),
        weight=weights(frame, pooling),
        subject=_codes(subject),
        seed=_codes(frame["seed"]),
        fold=_codes(frame["fold"]),
    )


def _codes(column: pl.Series) -> np.ndarray:
    return np.unique(column.to_numpy(), return_inverse=True)[1]
