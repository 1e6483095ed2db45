"""Macro F1: the mean over classes of the harmonic mean of precision and recall."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


def macro_f1(decided: "pl.DataFrame") -> float | None:
    """Macro F1 of a frame of `metrics.units`, over the classes that are true or predicted in it.

    A class that occurs in neither has no F1, and is left out rather than counted as 0.
    """
    from sklearn.metrics import f1_score

    if decided.is_empty():
        return None
    true, predicted = decided["expression"].to_list(), decided["predicted"].to_list()
    return float(f1_score(true, predicted, average="macro", zero_division=0))


@dataclass(frozen=True, slots=True)
class MacroF1:
    """Macro F1 by image."""

    name: str = "macro_f1"
    unit: str = "share"
    higher_is_better: bool = True

    def compute(self, predictions: "pl.DataFrame") -> float | None:
        from ferbench.metrics.units import by_image

        return macro_f1(by_image(predictions))
