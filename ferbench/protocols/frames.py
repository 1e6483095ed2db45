"""Frame rules: which images of a sequence a protocol uses.

A still image is a sequence of one and is used by every rule. In a longer sequence the neutral
frames are the onset references; the others show the expression and are what the rules pick from.
"""

from typing import Literal

import polars as pl

from ferbench.errors import UsageError

FrameRule = Literal["apex", "last3", "mid3", "high"]
"""apex: the last frame. last3: the last three. mid3: the three in the middle. high: those of the
column `intensity` from 3 upward, and the scored neutral."""

NEUTRAL = "neutral"
HIGH = 3
"""The least of BU-3DFE's four intensities that counts as high."""


def labelled(index: pl.DataFrame) -> pl.DataFrame:
    """The index in order of frames, with `onset`; unlabelled frames dropped."""
    known = index.filter(pl.col("expression").is_not_null()).sort("sequence", "frame", "sample")
    shown = known.filter(pl.col("expression") != NEUTRAL)
    several = (
        shown.group_by("sequence", maintain_order=True)
        .agg(pl.col("expression").unique().sort())
        .filter(pl.col("expression").list.len() > 1)
    )
    if len(several):
        sequence, found = several.row(0)
        raise UsageError(
            f"sequence {sequence!r} shows {' and '.join(found)}: a recording has one expression "
            "besides neutral; give each its own sequence id"
        )
    mixed = pl.col("sequence").is_in(shown["sequence"].unique().implode())
    return known.with_columns(onset=(pl.col("expression") == NEUTRAL) & mixed)


def pick(frames: pl.DataFrame, rule: FrameRule) -> pl.DataFrame:
    """The frames that `rule` selects from what `labelled` gave, onset references left out."""
    shown = frames.filter(~pl.col("onset"))
    count = pl.len().over("sequence").cast(pl.Int64)
    place = pl.int_range(pl.len()).over("sequence")
    if rule == "high":
        require_column(shown, "intensity")
        keep = (pl.col("intensity") >= HIGH) | (pl.col("expression") == NEUTRAL)
    elif rule == "apex":
        keep = place == count - 1
    elif rule == "last3":
        keep = place >= count - 3
    else:
        middle = (count - 1) // 2
        keep = (place - middle).abs() <= 1
    return shown.filter(keep)


def require_column(index: pl.DataFrame, column: str) -> None:
    """UsageError unless the index has this column, which only some datasets have."""
    if column not in index.columns:
        raise UsageError(
            f"the protocol needs the column {column!r}, which this dataset's index does not have"
        )


def references(frames: pl.DataFrame) -> pl.DataFrame:
    """The neutral references: the first neutral frame of each sequence that has one."""
    neutral = frames.filter(pl.col("expression") == NEUTRAL)
    return neutral.filter(pl.int_range(pl.len()).over("sequence") == 0)
