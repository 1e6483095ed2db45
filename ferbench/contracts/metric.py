"""The contract of a metric: a number computed from the stored predictions of one cell."""

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import polars as pl

PREDICTION_COLUMNS = {
    "sample": "the test image",
    "subject": "its person, or null",
    "unit": "the images scored as one (a sequence), for accuracy by sequence",
    "expression": "the true class",
    "state": "`last` (last epoch) or `selected` (best epoch on the validation fold)",
}
"""The columns of a predictions frame; one `p_CLASS` column for each scored class follows."""


class Metric(Protocol):
    """A metric by name. `compute` gets the rows of one state of one cell."""

    @property
    def name(self) -> str: ...

    @property
    def unit(self) -> str:
        """`share` (0 to 1), `nats`, ..."""
        ...

    @property
    def higher_is_better(self) -> bool: ...

    def compute(self, predictions: "pl.DataFrame") -> float | None:
        """The value, or None where it is not defined on these predictions."""
        ...
