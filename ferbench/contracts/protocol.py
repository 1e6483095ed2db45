"""The contract of a protocol: which images train, validate and test in each fold."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    import polars as pl

PARTS = ("train", "validation", "test", "neutral")
"""`neutral` holds the neutral reference faces of the training subjects; it may repeat `train`."""

Unit = Literal["image", "sequence"]
Pooling = Literal["pooled", "folds"]


@dataclass(frozen=True, slots=True)
class Fold:
    """One fold: a frame with one row per (sample, part).

    Columns: `sample`, `part` (one of `PARTS`), `subject`, `sequence`, `expression`, and `unit`, the
    name under which the images that are scored as one are known (a sequence's scored frames; a
    neutral frame is a unit of its own).
    """

    number: int
    samples: "pl.DataFrame"


@dataclass(frozen=True, slots=True)
class Scoring:
    """How a protocol ranks: by image or by sequence, frames joined how, and folds pooled how."""

    unit: Unit = "image"
    join: Literal["mean", "max"] = "mean"
    pooling: Pooling = "pooled"


class EvaluationProtocol(Protocol):
    """A protocol by name. Folds depend on the index alone, never on the seed of a run."""

    @property
    def name(self) -> str: ...

    @property
    def dataset(self) -> str | None:
        """The dataset it belongs to, or None if it serves any."""
        ...

    @property
    def scoring(self) -> Scoring: ...

    @property
    def facts(self) -> str:
        """Classes, frames, folds, validation, unit and pooling, in words."""
        ...

    def classes(self, index: "pl.DataFrame") -> tuple[str, ...]:
        """The scored classes, in the order of EXPRESSIONS."""
        ...

    def folds(self, index: "pl.DataFrame") -> Sequence[Fold]:
        """The folds, or UsageError where the index does not allow them."""
        ...
