"""What a corpus holds by class, subject and split, beside what the literature says of it."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from statistics import median
from typing import TYPE_CHECKING, Any

from ferbench.contracts.dataset import Dataset
from ferbench.contracts.faces import EXPRESSIONS
from ferbench.datasets.row import Published

if TYPE_CHECKING:
    import polars as pl

UNLABELLED = "unlabelled"
NO_SPLIT = "none"


@dataclass(frozen=True, slots=True)
class Counts:
    """What was counted.

    subjects:            people; None where the corpus has no ids.
    classes:             sequences or images by class, as the literature counts this corpus
                         (`published.counted`); a sequence has the class of its last frame.
    images_by_class:     images, onset frames as `neutral`.
    images_by_subject:   smallest, median and largest number of images of one person, or None.
    sequences_by_subject: the same for sequences.
    splits:              images by the corpus's own split.
    skipped:             what the index leaves out, by reason.
    """

    subjects: int | None
    sequences: int
    images: int
    classes: Mapping[str, int]
    images_by_class: Mapping[str, int]
    images_by_subject: tuple[int, float, int] | None
    sequences_by_subject: tuple[int, float, int] | None
    splits: Mapping[str, int]
    skipped: Mapping[str, int]
    warnings: tuple[str, ...]
    published: Published

    def facts(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)


def count(dataset: Dataset, index: "pl.DataFrame") -> Counts:
    """Count an index; datasets may tell what they left out with `skipped()` and `warnings()`."""
    import polars as pl

    published = getattr(dataset, "published", Published())
    last = index.sort("frame").group_by("sequence").last()
    own = index.filter(pl.col("subject").is_not_null())
    return Counts(
        subjects=own["subject"].n_unique() or None,
        sequences=index["sequence"].n_unique(),
        images=len(index),
        classes=_by_class(last if published.counted == "sequences" else index),
        images_by_class=_by_class(index),
        images_by_subject=_spread(own.group_by("subject").len()["len"]),
        sequences_by_subject=_spread(
            own.group_by("subject").agg(pl.n_unique("sequence"))["sequence"]
        ),
        splits={
            name or NO_SPLIT: number
            for name, number in sorted(_tally(index, "split").items(), key=lambda pair: str(pair))
        },
        skipped=dataset.skipped() if hasattr(dataset, "skipped") else {},
        warnings=tuple(dataset.warnings()) if hasattr(dataset, "warnings") else (),
        published=published,
    )


def _by_class(rows: "pl.DataFrame") -> dict[str, int]:
    """In the order of the common vocabulary; absent classes are left out."""
    tally = _tally(rows, "expression")
    found = {name: tally[name] for name in EXPRESSIONS if name in tally}
    return found | ({UNLABELLED: tally[None]} if None in tally else {})


def _tally(rows: "pl.DataFrame", column: str) -> dict[str | None, int]:
    return dict(rows.group_by(column).len().iter_rows())


def _spread(numbers: "pl.Series") -> tuple[int, float, int] | None:
    if numbers.is_empty():
        return None
    values = numbers.to_list()
    return min(values), float(median(values)), max(values)
