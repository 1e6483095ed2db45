"""A corpus as pairs: faces, and frontal neutral faces of the same people to be made of them.

A method asks for it as the auxiliary corpus `NAME:pairs`. Its classes are then `input` and
`target`, and its sequences are groups: an input's own targets are those of its sequence.
"""

import polars as pl

from ferbench.contracts.method import AuxiliaryNeed
from ferbench.errors import UsageError
from ferbench.protocols.frames import NEUTRAL

PAIRS = "pairs"
INPUT, TARGET = "input", "target"
PARTNER = "neutral_target"
"""The index column by which a corpus says itself what the target of a face is."""
VIEW, LIGHT = "view", "light"
"""The index columns of a corpus with several cameras (degrees, 0 frontal) and several lamps."""


def split_need(need: AuxiliaryNeed) -> tuple[str, bool]:
    """The dataset that is meant, and whether it is wanted as pairs."""
    name, _, kind = need.dataset.partition(":")
    if kind not in ("", PAIRS):
        raise UsageError(f"auxiliary corpus {need.dataset}: write {name} or {name}:{PAIRS}")
    return name, kind == PAIRS


def paired(index: pl.DataFrame, name: str) -> pl.DataFrame:
    """`sample`, `subject`, `sequence` (the group) and `expression` (the role) of each face.

    Where the corpus does not name the targets, they are the neutral faces, those that look into the
    camera if there are several, and groups are a person under one lamp.
    """
    target = pl.col("expression") == NEUTRAL
    group = pl.col("subject")
    if PARTNER in index.columns:
        target = pl.col("sample").is_in(index[PARTNER].drop_nulls().implode())
        group = pl.when(target).then(pl.col("sample")).otherwise(pl.col(PARTNER))
    elif VIEW in index.columns:
        target &= pl.col(VIEW) == 0
    if LIGHT in index.columns:
        group = pl.concat_str(group, pl.col(LIGHT).cast(pl.String), separator=" under ")
    known = index.filter(pl.col("subject").is_not_null()).sort("sample")
    table = known.select(
        "sample",
        "subject",
        sequence=group,
        expression=pl.when(target.fill_null(False)).then(pl.lit(TARGET)).otherwise(pl.lit(INPUT)),
    )
    if TARGET not in table["expression"]:
        raise UsageError(
            f"the auxiliary corpus {name} has no neutral face of a person seen from the front, so "
            "there are no pairs to learn from: see `ferbench data inspect`"
        )
    return table
