"""Accuracy: the share of images, or of scored units, whose most probable class is the true one."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class AccuracyByImage:
    """Share of images classified right."""

    name: str = "accuracy_image"
    unit: str = "share"
    higher_is_better: bool = True

    def compute(self, predictions: "pl.DataFrame") -> float | None:
        from ferbench.metrics.units import accuracy, by_image

        return None if predictions.is_empty() else accuracy(by_image(predictions))


@dataclass(frozen=True, slots=True)
class AccuracyByUnit:
    """Share of scored units (sequences) classified right, their frames joined by `join`."""

    join: Literal["mean", "max"]
    unit: str = "share"
    higher_is_better: bool = True

    @property
    def name(self) -> str:
        return f"accuracy_unit_{self.join}"

    def compute(self, predictions: "pl.DataFrame") -> float | None:
        from ferbench.metrics.units import accuracy, by_unit

        return None if predictions.is_empty() else accuracy(by_unit(predictions, self.join))
