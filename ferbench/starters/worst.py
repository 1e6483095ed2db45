"""The accuracy of the class that is told worst."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ferbench.contracts.hookspecs import hookimpl
from ferbench.contracts.metric import Metric

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True)
class Worst:
    name: str = "worst"
    unit: str = "share"
    higher_is_better: bool = True

    def compute(self, predictions: "pl.DataFrame") -> float | None:
        from ferbench.metrics.units import by_image

        if predictions.is_empty():
            return None
        told = by_image(predictions).select("expression", "correct")
        return min(told.group_by("expression").mean()["correct"].to_list())


@hookimpl
def register_metrics(register: Callable[[Metric], None]) -> None:
    register(Worst())
