"""A split: the folds of a protocol on one index, with a certificate that nothing leaks."""

import hashlib
from dataclasses import dataclass

import polars as pl

from ferbench.contracts.protocol import EvaluationProtocol, Fold
from ferbench.errors import UsageError

EVALUATED = ("validation", "test")


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was proven of a split.

    fold_hash: SHA-256 of the fold lists.
    subjects_provable: whether every image has a subject; if not, that no person crosses a split
    could not be proven.
    """

    fold_hash: str
    folds: int
    subjects: int
    sequences: int
    images: int
    subjects_provable: bool

    def lines(self) -> list[str]:
        """The certificate in words."""
        disjoint = (
            f"no subject of {self.subjects} crosses train, validation and test"
            if self.subjects_provable
            else "subject disjointness not provable: the corpus has images without a subject"
        )
        return [
            f"fold lists: {self.folds} folds, {self.images} images, sha256 {self.fold_hash}",
            disjoint,
            f"no sequence of {self.sequences} and no file (by SHA-256) crosses them",
        ]


@dataclass(frozen=True, slots=True)
class Split:
    """The folds of one protocol on one dataset, checked."""

    protocol: EvaluationProtocol
    classes: tuple[str, ...]
    folds: tuple[Fold, ...]
    certificate: Certificate

    @property
    def fingerprint(self) -> str:
        """Changes with the protocol's name, its fold lists or its scoring."""
        scoring = self.protocol.scoring
        facts = (
            f"{self.protocol.name}|{self.certificate.fold_hash}|{','.join(self.classes)}"
            f"|{scoring.unit}|{scoring.join}|{scoring.pooling}"
        )
        return hashlib.sha256(facts.encode()).hexdigest()[:16]

    def samples(self) -> list[str]:
        """Every sample that any fold uses, sorted."""
        together = pl.concat([fold.samples.select("sample") for fold in self.folds])
        return together["sample"].unique().sort().to_list()


def cut(protocol: EvaluationProtocol, index: pl.DataFrame) -> Split:
    """The checked split of `protocol` on `index`; raises UsageError where anything leaks."""
    folds = tuple(protocol.folds(index))
    hashes = index.select("sample", "file_hash")
    for fold in folds:
        _refuse_leaks(protocol.name, fold, hashes)
    return Split(protocol, protocol.classes(index), folds, _certify(folds))


def _refuse_leaks(protocol: str, fold: Fold, hashes: pl.DataFrame) -> None:
    """Raise if a subject, a sequence or a file is in two of train, validation and test."""
    rows = fold.samples.join(hashes, on="sample", how="left")
    sides = rows.with_columns(
        side=pl.when(pl.col("part").is_in(EVALUATED)).then("part").otherwise(pl.lit("train"))
    )
    for column in ("subject", "sequence", "file_hash"):
        crossing = (
            sides.filter(pl.col(column).is_not_null())
            .group_by(column)
            .agg(pl.col("side").unique().sort(), pl.col("sample").unique().sort())
            .filter(pl.col("side").list.len() > 1)
            .sort(column)
        )
        if len(crossing):
            value, found, samples = crossing.row(0)
            what = "the same picture as" if column == "file_hash" else f"{column} {value!r} of"
            raise UsageError(
                f"protocol {protocol}, fold {fold.number}: {what} {samples[0]} is in "
                f"{' and '.join(found)}"
                + (f" (as {samples[-1]})" if column == "file_hash" else "")
                + "; such a split would leak, so nothing was run"
            )


def _certify(folds: tuple[Fold, ...]) -> Certificate:
    digest = hashlib.sha256()
    for fold in folds:
        for row in fold.samples.sort("part", "sample").iter_rows():
            digest.update(f"{fold.number}|{row}\n".encode())
    rows = pl.concat([fold.samples for fold in folds])
    return Certificate(
        fold_hash=digest.hexdigest(),
        folds=len(folds),
        subjects=rows["subject"].drop_nulls().n_unique(),
        sequences=rows["sequence"].n_unique(),
        images=rows["sample"].n_unique(),
        subjects_provable=not rows["subject"].is_null().any(),
    )
