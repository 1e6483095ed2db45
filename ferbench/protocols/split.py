"""A split: the folds of a protocol on one index, with a certificate that nothing leaks."""

import hashlib
from dataclasses import dataclass

import polars as pl

from ferbench.contracts.protocol import EvaluationProtocol, Fold
from ferbench.errors import UsageError
from ferbench.protocols.crossing import EVALUATED, SIDE, Crossing, Prints, crossings

__all__ = ["EVALUATED", "Certificate", "Prints", "Split", "cut"]


@dataclass(frozen=True, slots=True)
class Certificate:
    """What was proven of a split.

    fold_hash: SHA-256 of the fold lists.
    subjects_provable: whether every image has a subject; if not, that no person crosses a split
    could not be proven.
    near_duplicates: pairs of near-duplicate images that cross; None: not looked for. Only pairs of
    which an image has no subject are counted here, or those that were tolerated, as `ferbench run`
    does: `cut` refuses others.
    example: the first such pair.
    """

    fold_hash: str
    folds: int
    subjects: int
    sequences: int
    images: int
    subjects_provable: bool
    near_duplicates: int | None = None
    example: tuple[str, str] | None = None

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
            self._near_duplicates_line(),
        ]

    def _near_duplicates_line(self) -> str:
        if self.near_duplicates is None:
            return "near-duplicate images were not looked for yet"
        if self.near_duplicates == 0:
            return f"no near-duplicate of {self.images} images crosses them (perceptual hash)"
        one, other = self.example or ("", "")
        return (
            f"WARNING: {self.near_duplicates} pairs of near-duplicate images cross them "
            f"(perceptual hash), such as {one} and {other}"
        )


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


def cut(
    protocol: EvaluationProtocol,
    index: pl.DataFrame,
    prints: Prints | None = None,
    tolerate: bool = False,
) -> Split:
    """The checked split of `protocol` on `index`; raises UsageError where anything leaks.

    prints:   thumbnails of (at least) the images that the folds use, by which near-duplicates
              are looked for. Where both subjects are known, a crossing pair is an error.
    tolerate: count such pairs in the certificate instead.
    """
    folds = tuple(protocol.folds(index))
    hashes = index.select("sample", "file_hash")
    for fold in folds:
        _refuse_leaks(protocol.name, fold, hashes)
    found = None if prints is None else crossings(folds, prints)
    if not tolerate:
        _refuse_near_duplicates(protocol.name, found or [])
    return Split(protocol, protocol.classes(index), folds, _certify(folds, found))


def _refuse_near_duplicates(protocol: str, found: list[Crossing]) -> None:
    """Raise if two images of known, different subjects look like one photograph."""
    provable = [crossing for crossing in found if crossing.provable]
    if provable:
        first = provable[0]
        more = f" (and {len(provable) - 1} more pairs)" if len(provable) > 1 else ""
        raise UsageError(
            f"protocol {protocol}, fold {first.fold}: {first.samples[0]} in {first.sides[0]} and "
            f"{first.samples[1]} in {first.sides[1]} are near-duplicates{more}; such a split would "
            "leak, so nothing was run: remove one of them, or give both the same subject"
        )


def _refuse_leaks(protocol: str, fold: Fold, hashes: pl.DataFrame) -> None:
    """Raise if a subject, a sequence or a file is in two of train, validation and test."""
    rows = fold.samples.join(hashes, on="sample", how="left")
    sides = rows.with_columns(side=SIDE)
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


def _certify(folds: tuple[Fold, ...], found: list[Crossing] | None) -> Certificate:
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
        near_duplicates=None if found is None else len(found),
        example=found[0].samples if found else None,
    )
