"""Near-duplicate images that cross the training, validation and test parts of folds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from ferbench.contracts.protocol import Fold
from ferbench.protocols.duplicates import near_duplicates

EVALUATED = ("validation", "test")

SIDE = pl.when(pl.col("part").is_in(EVALUATED)).then("part").otherwise(pl.lit("train"))
"""What an image must keep to within a fold: neutral references belong to training."""


@dataclass(frozen=True, slots=True)
class Prints:
    """The thumbnails of a corpus's images (see `thumbnails.thumbnails`), a row a sample."""

    samples: Sequence[str]
    images: np.ndarray


@dataclass(frozen=True, slots=True)
class Crossing:
    """Two near-duplicate images on two sides of a fold.

    provable: whether both have a subject; then they are of different people, or so the ids say.
    """

    fold: int
    samples: tuple[str, str]
    sides: tuple[str, str]
    provable: bool


def crossings(folds: Sequence[Fold], prints: Prints) -> list[Crossing]:
    """The near-duplicates that cross in any fold, each once, by name; KeyError where a sample of
    the folds has no fingerprint."""
    sides: dict[str, dict[int, str]] = {}
    known: dict[str, bool] = {}
    for fold in folds:
        rows = fold.samples.select("sample", "subject", SIDE.alias("side"))
        for sample, subject, side in rows.iter_rows():
            sides.setdefault(sample, {})[fold.number] = side
            known[sample] = subject is not None
    row_of = {sample: row for row, sample in enumerate(prints.samples)}
    samples = sorted(sides)
    images = prints.images[[row_of[sample] for sample in samples]]
    ways = [tuple(sorted(sides[sample].items())) for sample in samples]
    number = {way: code for code, way in enumerate(sorted(set(ways)))}
    codes = np.array([number[way] for way in ways], dtype=np.int64)
    found = []
    for i, j in near_duplicates(images, codes):
        one, other = samples[i], samples[j]
        fold_number = _first_apart(sides[one], sides[other])
        if fold_number is not None:
            apart = sides[one][fold_number], sides[other][fold_number]
            found.append(Crossing(fold_number, (one, other), apart, known[one] and known[other]))
    return found


def _first_apart(one: Mapping[int, str], other: Mapping[int, str]) -> int | None:
    """The first fold in which two images are on different sides."""
    shared = sorted(one.keys() & other.keys())
    return next((number for number in shared if one[number] != other[number]), None)
