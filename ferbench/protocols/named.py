"""What a named protocol is, and how one is found by its name."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import polars as pl

from ferbench.contracts.faces import EXPRESSIONS
from ferbench.contracts.protocol import EvaluationProtocol, Fold, Scoring
from ferbench.errors import UsageError
from ferbench.host import not_registered
from ferbench.protocols import folding as fold_makers
from ferbench.protocols import frames as frame_rules
from ferbench.protocols.folding import Folding
from ferbench.protocols.frames import NEUTRAL, FrameRule
from ferbench.protocols.membership import fold_rows, group
from ferbench.protocols.ownsplit import OwnSplit, without_copies

Neutral = Literal["offered", "required", "scored"]
"""The first, neutral frame of a sequence. offered: a reference for training, where there is one.
required: the same, and every scored sequence must have one. scored: a class to be told as well."""

BY_IMAGE = Scoring()
AS_GIVEN = OwnSplit()
SEVEN_EXPRESSIVE = tuple(name for name in EXPRESSIONS if name != NEUTRAL)


FRAMES: dict[FrameRule, str] = {
    "apex": "the last of a sequence, every still",
    "last3": "the last three of a sequence",
    "mid3": "the middle three of a sequence",
    "high": "intensities 3 and 4",
}

FIRST_FRAME: dict[Neutral, str] = {
    "offered": "",
    "required": ", and the neutral first frame for training only",
    "scored": " and the first frame as neutral",
}


@dataclass(frozen=True, slots=True)
class NamedProtocol:
    """A protocol as a row of facts.

    dataset:    the corpus that it is for; None: any.
    scored:     the scored classes; None: every expression that the rule finds.
    neutral:    what the first frames of sequences are for.
    count:      folds (for `stride` and `block`).
    validation: whether the group after the test group validates; not for `split`.
    only:       a column of the index and the value that its images must have.
    own:        how the dataset's own split is used (for `split`).
    source:     the paper and section that the facts are from.
    """

    name: str
    dataset: str | None
    folding: Folding
    count: int = 0
    validation: bool = False
    rule: FrameRule = "apex"
    scored: tuple[str, ...] | None = None
    neutral: Neutral = "offered"
    scoring: Scoring = BY_IMAGE
    only: tuple[str, int | str] | None = None
    own: OwnSplit = AS_GIVEN
    source: str | None = None

    @property
    def facts(self) -> str:
        """Classes, frames, folds, validation, unit and pooling, in words."""
        classes = "the classes found" if self.scored is None else f"{len(self.scored)} classes"
        frames = f"{self.rule} frames ({FRAMES[self.rule]})" + FIRST_FRAME[self.neutral]
        if self.only is not None:
            frames += " with {} {}".format(*self.only)
        folds = {
            "loso": "one fold a subject",
            "split": self.own.facts(),
            "stride": f"{self.count} folds of sorted subjects [i::{self.count}]",
            "block": f"{self.count} folds of contiguous sorted subjects",
        }[self.folding]
        if self.folding != "split":
            folds += "; " + ("the next fold validates" if self.validation else "no validation fold")
        join = f" ({self.scoring.join} over frames)" if self.scoring.unit == "sequence" else ""
        pool = "pooled over folds" if self.scoring.pooling == "pooled" else "mean of folds"
        return f"{classes}; {frames}; {folds}; ranked by {self.scoring.unit}{join}, {pool}"

    def classes(self, index: pl.DataFrame) -> tuple[str, ...]:
        """The scored classes, in the order of EXPRESSIONS."""
        return self._classes(self._scored_frames(self._frames(index)))

    def folds(self, index: pl.DataFrame) -> Sequence[Fold]:
        """One Fold a test group; raises UsageError where the index does not allow them."""
        frames = self._frames(index)
        scored = self._scored_frames(frames)
        classes = self._classes(scored)
        if len(classes) < 2:
            raise UsageError(
                f"protocol {self.name}: only one class ({', '.join(classes) or 'none'}) among the "
                f"{len(scored)} images it uses; a classifier needs two or more"
            )
        scored = scored.filter(pl.col("expression").is_in(classes))
        neutral = frame_rules.references(frames)
        if self.neutral == "required":
            self._require(scored, neutral)
        tables = [fold_rows(scored, neutral, parts) for parts in self._assignments(scored)]
        if self.own.drop_copies:
            hashes = index.select("sample", "file_hash")
            tables = [without_copies(table, hashes) for table in tables]
        return [Fold(number, table) for number, table in enumerate(tables)]

    def _frames(self, index: pl.DataFrame) -> pl.DataFrame:
        if self.only is not None:
            column, value = self.only
            frame_rules.require_column(index, column)
            index = index.filter(pl.col(column) == value)
        return frame_rules.labelled(index)

    def _require(self, scored: pl.DataFrame, neutral: pl.DataFrame) -> None:
        lacking = scored.join(neutral, on="sequence", how="anti")["sequence"].unique().sort()
        if len(lacking):
            raise UsageError(
                f"protocol {self.name} trains on the neutral first frame of every sequence; "
                f"{len(lacking)} have none, such as {lacking[0]!r}"
            )

    def _scored_frames(self, frames: pl.DataFrame) -> pl.DataFrame:
        picked = frame_rules.pick(frames, self.rule).with_columns(unit=pl.col("sequence"))
        if self.neutral == "scored":
            onset = frame_rules.references(frames).filter(pl.col("onset"))
            picked = pl.concat([picked, onset.with_columns(unit=pl.col("sample"))])
        return picked.with_columns(group=group()).sort("sample")

    def _classes(self, scored: pl.DataFrame) -> tuple[str, ...]:
        found = set(scored["expression"].unique())
        wanted = EXPRESSIONS if self.scored is None else self.scored
        missing = [] if self.scored is None else [name for name in wanted if name not in found]
        if missing:
            raise UsageError(
                f"protocol {self.name} scores {', '.join(missing)}, which the index does not have"
            )
        return tuple(name for name in EXPRESSIONS if name in wanted and name in found)

    def _assignments(self, scored: pl.DataFrame) -> list[dict[str, str]]:
        """For each fold: group -> part."""
        if self.folding == "split":
            return [self.own.parts(scored, self.name)]
        groups = fold_makers.groups(scored["group"].unique().to_list(), self.folding, self.count)
        return [
            {
                subject: part
                for which, part in fold_makers.roles(fold, len(groups), self.validation).items()
                for subject in groups[which]
            }
            for fold in range(len(groups))
        ]


GENERIC = re.compile(r"(?P<kind>kfold:(?P<count>\d+)|loso|split)(?P<val>-val)?")
"""Protocols that serve any dataset: kfold:N, kfold:N-val, loso, loso-val, split."""


def parse_generic(name: str) -> NamedProtocol | None:
    """The generic protocol of that name, or None if the name is not of their form."""
    match = GENERIC.fullmatch(name)
    if match is None or (match["kind"] == "split" and match["val"]):
        return None
    folding: Folding = "stride" if match["count"] else "loso"
    if name == "split":
        folding = "split"
    return NamedProtocol(
        name, None, folding, count=int(match["count"] or 0), validation=bool(match["val"])
    )


def find(
    name: str, dataset: str, registered: Mapping[str, EvaluationProtocol]
) -> EvaluationProtocol:
    """The protocol `name` for `dataset`, or an error that suggests one that exists."""
    generic = parse_generic(name)
    if generic is not None:
        return generic
    if name not in registered:
        mine = [p.name for p in registered.values() if p.dataset in (None, dataset)]
        known = [*mine, "kfold:5-val", "loso", "split"]
        raise not_registered(f"protocol of {dataset}", name, known)
    protocol = registered[name]
    if protocol.dataset not in (None, dataset):
        raise UsageError(
            f"protocol {name} belongs to {protocol.dataset}, not to {dataset}: use kfold:5-val, "
            "loso or split there"
        )
    return protocol


SIMULATED = "ferbench: the leaderboard of its own simulated faces"

SIMFACES = (
    NamedProtocol(
        "simfaces-7c-apex-5fold-stride-val",
        "simfaces",
        "stride",
        count=5,
        validation=True,
        scored=SEVEN_EXPRESSIVE,
        source=SIMULATED,
    ),
    NamedProtocol(
        "simfaces-7c-last3-5fold-stride-val",
        "simfaces",
        "stride",
        count=5,
        validation=True,
        rule="last3",
        scored=SEVEN_EXPRESSIVE,
        scoring=Scoring(unit="sequence", join="mean"),
        source="ferbench: sequence scoring on its own simulated faces",
    ),
)
