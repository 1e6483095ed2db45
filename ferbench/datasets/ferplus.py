"""FERPlus: ten votes for each image of FER2013, and the label that a majority gives."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from ferbench.datasets.table import read_table, whole
from ferbench.errors import UsageError

EXPRESSIONS = (
    "neutral",
    "happiness",
    "surprise",
    "sadness",
    "anger",
    "disgust",
    "fear",
    "contempt",
)
OTHERS = ("unknown", "NF")
"""Votes for no expression: `unknown`, and `NF` for no face."""

NO_NAME = "FERPlus: lines without an image name (no face)"
NO_MAJORITY = "FERPlus: images without a majority"


@dataclass(frozen=True, slots=True)
class Vote:
    """One line: the label, or the reason why there is none."""

    line: int
    image: str | None
    usage: str
    expression: str | None
    reason: str


def majority(votes: Mapping[str, int]) -> str | None:
    """What more than half of the votes name, or None.

    Single votes are taken as slips and zeroed first. The sum includes the votes for `unknown` and
    `NF`; a majority for one of these is returned as such.
    """
    kept = {name: count if count > 1 else 0 for name, count in votes.items()}
    first = max(kept, key=lambda name: kept[name])
    return first if 2 * kept[first] > sum(kept.values()) else None


def read_votes(path: Path) -> Iterator[Vote]:
    """The lines of `fer2013new.csv`, in order."""
    names = (*EXPRESSIONS, *OTHERS)
    for line in read_table(path, ("Usage", "Image name", *names)):
        votes = {}
        for name in names:
            count = whole(line[name] or "")
            if count is None or count < 0:
                raise UsageError(
                    f"{path}, line {line.number} has {line[name]!r} votes for {name}; expected a "
                    "whole number"
                )
            votes[name] = count
        image, winner = line["Image name"], majority(votes)
        expression = winner if image and winner in EXPRESSIONS else None
        reason = NO_MAJORITY
        if winner in OTHERS:
            reason = f"FERPlus: images voted {winner}"
        if image is None:
            reason = NO_NAME
        yield Vote(line.number, image, line["Usage"] or "", expression, reason)
