"""Expected calibration error: how far a method's confidence is from its accuracy."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class CalibrationError:
    """|accuracy - confidence| averaged over bins of confidence, by images (Guo et al. 2017)."""

    bins: int = 15
    name: str = "calibration_error"
    unit: str = "share"
    higher_is_better: bool = False

    def compute(self, predictions: "pl.DataFrame") -> float | None:
        import torch
        from torchmetrics.functional.classification import multiclass_calibration_error

        from ferbench.metrics.units import PREFIX, class_names

        names = class_names(predictions)
        known = predictions.filter(predictions["expression"].is_in(names))
        if known.is_empty():
            return None
        probabilities = known.select(PREFIX + name for name in names).to_numpy()
        target = [names.index(expression) for expression in known["expression"]]
        error = multiclass_calibration_error(
            torch.from_numpy(probabilities.astype("float64").clip(0, 1)),  # else taken for logits
            torch.tensor(target),
            num_classes=len(names),
            n_bins=self.bins,
            norm="l1",
        )
        return float(error)
