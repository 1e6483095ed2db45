"""The confusion matrix."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import polars as pl


def confusion_matrix(decided: "pl.DataFrame", classes: Sequence[str]) -> "np.ndarray":
    """Counts of a frame of `metrics.units`: rows are the true class, columns the predicted one."""
    import numpy as np

    position = {name: i for i, name in enumerate(classes)}
    counts = np.zeros((len(classes), len(classes)), dtype=np.int64)
    pairs = decided.group_by("expression", "predicted").len()
    for true, predicted, number in pairs.iter_rows():
        counts[position[true], position[predicted]] = number
    return counts
