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
        from ferbench.metrics.units import by_image

        return by_image(predictions)["correct"].mean()  # type: ignore[return-value]


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
        from ferbench.metrics.units import by_unit

        return by_unit(predictions, self.join)["correct"].mean()  # type: ignore[return-value]
