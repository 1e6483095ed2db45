"""Predictions of a cell as a frame, checked before they are stored."""

import numpy as np
import polars as pl

from ferbench.contracts.faces import Predictions
from ferbench.errors import InvalidPredictions
from ferbench.metrics.units import PREFIX

SUM_TOLERANCE = 1e-3


def check(predictions: Predictions, images: int, classes: tuple[str, ...]) -> None:
    """Raise InvalidPredictions unless they are `images` finite distributions over `classes`."""
    p = np.asarray(predictions.probabilities)
    if p.shape != (images, len(classes)):
        raise InvalidPredictions(
            f"predict returned probabilities of shape {p.shape}, not {(images, len(classes))}: one "
            f"row for each of {images} faces, one column for each of {', '.join(classes)}"
        )
    if not np.isfinite(p).all():
        bad = int((~np.isfinite(p)).any(axis=1).sum())
        raise InvalidPredictions(f"predict returned NaN or infinity for {bad} of {images} faces")
    if (p < 0).any() or not np.allclose(p.sum(axis=1), 1, atol=SUM_TOLERANCE):
        raise InvalidPredictions(
            "predict returned rows that are not distributions (sum 1, none < 0)"
        )
    e = predictions.embeddings
    if e is not None and not _is_feature(e, images):
        raise InvalidPredictions(
            f"predict returned embeddings of shape {np.shape(e)}, or not finite ones; "
            f"wanted ({images}, D) or None"
        )
    for name, values in predictions.features.items():
        if not name.strip():
            raise InvalidPredictions(
                f"predict returned a feature of the name {name!r}: name it for the boards to show"
            )
        if not _is_feature(values, images):
            raise InvalidPredictions(
                f"predict returned feature {name!r} of shape {np.shape(values)}, or not a finite "
                f"one; wanted ({images}, D), or leave it out"
            )


def _is_feature(values: np.ndarray, images: int) -> bool:
    """Whether these are (images, D), and finite."""
    return np.ndim(values) == 2 and len(values) == images and bool(np.isfinite(values).all())


def frame(
    predictions: Predictions, rows: pl.DataFrame, classes: tuple[str, ...], state: str
) -> pl.DataFrame:
    """The predictions on `rows` with the columns of PREDICTION_COLUMNS, as float32."""
    p = np.asarray(predictions.probabilities, dtype=np.float32)
    columns = {PREFIX + name: p[:, number] for number, name in enumerate(classes)}
    return rows.select("sample", "subject", "unit", "expression").with_columns(
        state=pl.lit(state), **{name: pl.Series(values) for name, values in columns.items()}
    )
