"""Protocols by name: the table of the papers' protocols and the generic ones."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from ferbench.contracts.faces import EXPRESSIONS
from ferbench.contracts.protocol import EvaluationProtocol, Fold, Scoring
from ferbench.errors import UsageError, unknown
from ferbench.protocols import folding as fold_makers
from ferbench.protocols import frames as frame_rules
from ferbench.protocols.folding import Folding
from ferbench.protocols.frames import NEUTRAL, FrameRule

BY_IMAGE = Scoring()
SEVEN_EXPRESSIVE = tuple(name for name in EXPRESSIONS if name != NEUTRAL)


@dataclass(frozen=True, slots=True)
class NamedProtocol:
    """A protocol as a row of facts.

    scored:     the scored classes; None: every expression that the rule finds.
    first:      whether the onset frames are trained on and scored as the class `neutral`.
    count:      folds (for `stride` and `block`).
    validation: whether the group after the test group validates; `split` has its own.
    """

    name: str
    dataset: str | None
    folding: Folding
    count: int = 0
    validation: bool = False
    rule: FrameRule = "apex"
    scored: tuple[str, ...] | None = None
    first: bool = False
    scoring: Scoring = BY_IMAGE
    source: str | None = None

    @property
    def facts(self) -> str:
        """Classes, frames, folds, validation, unit and pooling, in words."""
        classes = "the classes found" if self.scored is None else f"{len(self.scored)} classes"
        onset = " and the first frame as neutral" if self.first else ""
        folds = {
            "loso": "one fold a subject",
            "split": "the dataset's own split",
            "stride": f"{self.count} folds of sorted subjects [i::{self.count}]",
            "block": f"{self.count} folds of contiguous sorted subjects",
        }[self.folding]
        validation = "the next fold validates" if self.validation else "no validation fold"
        if self.folding == "split":
            validation = "the split's own validation images, if any"
        join = f" ({self.scoring.join} over frames)" if self.scoring.unit == "sequence" else ""
        pool = "pooled over folds" if self.scoring.pooling == "pooled" else "mean of folds"
        return (
            f"{classes}; {self.rule} frames{onset}; {folds}; {validation}; "
            f"ranked by {self.scoring.unit}{join}, {pool}"
        )

    def classes(self, index: pl.DataFrame) -> tuple[str, ...]:
        """The scored classes, in the order of EXPRESSIONS."""
        return self._classes(self._scored_frames(frame_rules.labelled(index)))

    def folds(self, index: pl.DataFrame) -> Sequence[Fold]:
        """One Fold a test group; raises UsageError where the index does not allow them."""
        frames = frame_rules.labelled(index)
        scored = self._scored_frames(frames)
        classes = self._classes(scored)
        if len(classes) < 2:
            raise UsageError(
                f"protocol {self.name}: only one class ({', '.join(classes) or 'none'}) among the "
                f"{len(scored)} images it uses; a classifier needs two or more"
            )
        scored = scored.filter(pl.col("expression").is_in(classes))
        neutral = frame_rules.references(frames)
        return [
            Fold(number, _rows(scored, neutral, parts))
            for number, parts in enumerate(self._assignments(scored))
        ]

    def _scored_frames(self, frames: pl.DataFrame) -> pl.DataFrame:
        picked = frame_rules.pick(frames, self.rule).with_columns(unit=pl.col("sequence"))
        if self.first:
            onset = frame_rules.references(frames).filter(pl.col("onset"))
            picked = pl.concat([picked, onset.with_columns(unit=pl.col("sample"))])
        return picked.with_columns(group=_group()).sort("sample")

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
            return [_own_split(scored, self.name)]
        groups = fold_makers.groups(scored["group"].unique().to_list(), self.folding, self.count)
        return [
            {
                subject: part
                for which, part in fold_makers.roles(fold, len(groups), self.validation).items()
                for subject in groups[which]
            }
            for fold in range(len(groups))
        ]


def _group() -> pl.Expr:
    """What folds are cut by: the subject, or the sequence where the subject is not known."""
    return pl.coalesce("subject", pl.format("sequence {}", "sequence"))


def _rows(scored: pl.DataFrame, neutral: pl.DataFrame, parts: Mapping[str, str]) -> pl.DataFrame:
    """The samples of one fold; the neutral references are those of the training groups."""
    assigned = scored.with_columns(part=pl.col("group").replace_strict(parts, default=None))
    trained = [group for group, part in parts.items() if part == "train"]
    known = neutral.with_columns(group=_group(), unit=pl.col("sample"), part=pl.lit("neutral"))
    columns = ["sample", "part", "subject", "sequence", "expression", "unit"]
    return pl.concat(
        [
            assigned.filter(pl.col("part").is_not_null()).select(columns),
            known.filter(pl.col("group").is_in(trained)).select(columns),
        ]
    )


def _own_split(scored: pl.DataFrame, name: str) -> dict[str, str]:
    """The dataset's own split as group -> part; a group in two parts is an error."""
    if scored["split"].is_null().any():
        sample = scored.filter(pl.col("split").is_null())["sample"][0]
        raise UsageError(
            f"protocol {name} needs a `split` (train, validation or test) for every image; "
            f"{sample} has none: fill the column or use --protocol kfold:5-val"
        )
    parts = scored.group_by("group", maintain_order=True).agg(pl.col("split").unique().sort())
    for group, found in parts.iter_rows():
        if len(found) > 1:
            raise UsageError(
                f"subject {group!r} is in two splits ({' and '.join(found)}): a person may be in "
                "one only; mend the split column"
            )
    for part in ("train", "test"):
        if not (scored["split"] == part).any():
            raise UsageError(f"protocol {name}: no image has the split {part!r}")
    return {group: found[0] for group, found in parts.iter_rows()}


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
        raise unknown(f"protocol of {dataset}", name, [*mine, "kfold:5-val", "loso", "split"])
    protocol = registered[name]
    if protocol.dataset not in (None, dataset):
        raise UsageError(
            f"protocol {name} belongs to {protocol.dataset}, not to {dataset}: use kfold:5-val, "
            "loso or split there"
        )
    return protocol


SIMFACES = (
    NamedProtocol(
        "simfaces-7c-apex-5fold-stride-val",
        "simfaces",
        "stride",
        count=5,
        validation=True,
        scored=SEVEN_EXPRESSIVE,
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
    ),
)
