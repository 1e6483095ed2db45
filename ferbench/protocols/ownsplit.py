"""A corpus's own split as parts: which of its sets is tested, and what validates."""

import hashlib
import math
from dataclasses import dataclass

import polars as pl

from ferbench.errors import UsageError


@dataclass(frozen=True, slots=True)
class OwnSplit:
    """How a corpus's own sets are used.

    tested:      the set that is tested; a set that is neither this one, `train` nor `validation`
                 is left out.
    held:        share of the training images' groups that validates where the corpus has no
                 validation set to spare; 0: none.
    drop_copies: whether training and validation images whose file is also tested are left out
                 (and training images whose file validates), rather than refused.
    """

    tested: str = "test"
    held: float = 0.0
    drop_copies: bool = False

    def facts(self) -> str:
        """The split and its validation in words."""
        split = "the dataset's own split"
        if self.tested != "test":
            split += f", its {self.tested} set tested"
        validation = "the split's own validation images, if any"
        if self.held:
            inner = f"{self.held:.0%} of the training subjects (images without one) validate"
            kept = "" if self.tested == "validation" else ", unless the split has validation images"
            validation = f"{inner}{kept}"
        copies = "; training copies of evaluated files left out" if self.drop_copies else ""
        return f"{split}; {validation}{copies}"

    def parts(self, scored: pl.DataFrame, protocol: str) -> dict[str, str]:
        """group -> part; a group in two sets is an error."""
        given = _sets(scored, protocol)
        found = {
            group: "test" if name == self.tested else name
            for group, name in given.items()
            if name in ("train", "validation", self.tested)
        }
        for part, name in (("train", "train"), ("test", self.tested)):
            if part not in found.values():
                raise UsageError(f"protocol {protocol}: no image has the split {name!r}")
        if self.held and "validation" not in found.values():
            found |= dict.fromkeys(self._held(scored, found), "validation")
        return found

    def _held(self, scored: pl.DataFrame, parts: dict[str, str]) -> list[str]:
        """The training groups held out: of each expression, those whose names hash lowest.

        A group counts for the expression that it shows most, the first by name among equals.
        """
        train = [group for group, part in parts.items() if part == "train"]
        shown = (
            scored.filter(pl.col("group").is_in(train))
            .group_by("group", "expression")
            .len()
            .sort("len", "expression", descending=[True, False])
            .group_by("group", maintain_order=True)
            .first()
        )
        by_expression: dict[str, list[str]] = {}
        for group, expression in shown.select("group", "expression").iter_rows():
            by_expression.setdefault(expression, []).append(group)
        return [
            group
            for groups in by_expression.values()
            for group in sorted(groups, key=_rank)[: self._count(len(groups))]
        ]

    def _count(self, groups: int) -> int:
        """How many of an expression's groups to hold out; one at least stays to be learnt from."""
        return min(math.ceil(self.held * groups), groups - 1)


def without_copies(rows: pl.DataFrame, hashes: pl.DataFrame) -> pl.DataFrame:
    """The rows of a fold but those whose file is also in a part that comes later in evaluation."""
    known = rows.join(hashes.unique("sample"), on="sample", how="left", maintain_order="left")
    files = {
        part: known.filter(pl.col("part") == part)["file_hash"].drop_nulls().unique().implode()
        for part in ("validation", "test")
    }
    tested = pl.col("file_hash").is_in(files["test"])
    validates = pl.col("file_hash").is_in(files["validation"])
    taught = pl.col("part").is_in(["train", "neutral"])
    copy = (tested & (pl.col("part") != "test")) | (validates & taught)
    return known.filter(~copy.fill_null(False)).drop("file_hash")


def _rank(group: str) -> str:
    return hashlib.sha256(group.encode()).hexdigest()


def _sets(scored: pl.DataFrame, protocol: str) -> dict[str, str]:
    """group -> the corpus's name of its set."""
    if scored["split"].is_null().any():
        sample = scored.filter(pl.col("split").is_null())["sample"][0]
        raise UsageError(
            f"protocol {protocol} needs a `split` (train, validation or test) for every image; "
            f"{sample} has none: fill the column or use --protocol kfold:5-val"
        )
    sets = scored.group_by("group", maintain_order=True).agg(pl.col("split").unique().sort())
    for group, found in sets.iter_rows():
        if len(found) > 1:
            raise UsageError(
                f"subject {group!r} is in two splits ({' and '.join(found)}): a person may be in "
                "one only; mend the split column"
            )
    return {group: found[0] for group, found in sets.iter_rows()}
