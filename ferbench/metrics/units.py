"""Scored units: frames of one sequence joined into one prediction, or images as they are."""

from typing import Literal

import numpy as np
import polars as pl

PREFIX = "p_"
"""Probability columns are this and the class name."""


def class_names(predictions: pl.DataFrame) -> tuple[str, ...]:
    """The scored classes, in column order."""
    return tuple(c.removeprefix(PREFIX) for c in predictions.columns if c.startswith(PREFIX))


def by_image(predictions: pl.DataFrame) -> pl.DataFrame:
    """One row an image: `unit`, `subject`, `expression`, `predicted`, `correct`, probabilities."""
    return _decide(predictions.with_columns(unit=pl.col("sample")))


def by_unit(predictions: pl.DataFrame, join: Literal["mean", "max"]) -> pl.DataFrame:
    """One row a unit, its frames' probabilities joined.

    `mean` averages them (MMI in the papers); `max` takes each class's highest, so that the label
    is the class of highest probability in any frame (CK+ in 2B(N+M), section 5).
    """
    joined = [getattr(pl.col(PREFIX + name), join)() for name in class_names(predictions)]
    units = predictions.group_by("unit", maintain_order=True).agg(
        pl.col("subject").first(), pl.col("expression").first(), *joined
    )
    return _decide(units)


def accuracy(units: pl.DataFrame) -> float:
    """The share of units, of which there is at least one, that are predicted rightly."""
    return float(units["correct"].to_numpy().mean())


def _decide(units: pl.DataFrame) -> pl.DataFrame:
    """Add the class of highest probability (the first of equals) and whether it is the true one."""
    names = class_names(units)
    best = units.select(PREFIX + name for name in names).to_numpy().argmax(axis=1)
    predicted = np.array(names)[best] if len(best) else np.array([], dtype=str)
    units = units.with_columns(predicted=pl.Series(predicted, dtype=pl.String))
    return units.with_columns(correct=pl.col("predicted") == pl.col("expression")).select(
        "unit", "subject", "expression", "predicted", "correct", *(PREFIX + name for name in names)
    )
