"""Paired comparisons of rows: with the leader, with a control, or as asked for."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from ferbench.board.grouping import RowCells
from ferbench.board.model import (
    RANKS_NOTHING,
    Comparison,
    RankingKey,
    Role,
    Row,
    Standing,
)
from ferbench.board.scores import Scored, observations
from ferbench.board.statistics import (
    LEVEL,
    SEEDS_FOR_A_CLAIM,
    Difference,
    difference_interval,
    holm,
)


@dataclass(frozen=True, slots=True)
class Entry:
    """A row with its cells, and with the scored units that it is compared by."""

    row: Row
    group: RowCells
    scored: Scored | None


def compare(key: RankingKey, one: Entry, other: Entry, role: Role = "asked") -> Comparison | None:
    """`one` minus `other` on the units, folds and seeds that both have; None if there are none."""
    if one.scored is None or other.scored is None:
        return None
    left = one.scored.ranked.select("seed", "fold", "unit", "subject", "correct")
    right = other.scored.ranked.select("seed", "fold", "unit", theirs="correct")
    both = left.join(right, on=["seed", "fold", "unit"], how="inner").sort("seed", "fold", "unit")
    if both.is_empty():
        return None
    gap = pl.col("correct").cast(pl.Int8) - pl.col("theirs").cast(pl.Int8)
    frame = both.with_columns(gap=gap)
    difference = difference_interval(observations(frame, "gap", one.scored.pooling))
    if difference is None:
        return None
    return Comparison(
        label=one.row.label,
        other=other.row.label,
        role=role,
        difference=difference,
        units=frame.select("fold", "unit").n_unique(),
        unfit=_unfit(key, difference, one.row, other.row),
    )


def standings(key: RankingKey, entries: Sequence[Entry]) -> dict[str, Standing]:
    """How each ranked row stands to the first: `tied` is "not distinguishable from the leader"."""
    ranked = sorted((e for e in entries if e.row.rank is not None), key=lambda e: e.row.rank or 0)
    if not ranked:
        return {}
    leader, *others = ranked
    found: dict[str, Standing] = {leader.row.label: "leader"}
    for entry in others:
        found[entry.row.label] = "no claim"
    compared = [compare(key, leader, entry, "leader") for entry in others]
    claims = [c for c in compared if c is not None and c.unfit is None]
    adjusted = holm([c.difference.p for c in claims])
    for claim, p in zip(claims, adjusted, strict=True):
        found[claim.other] = "tied" if p >= LEVEL else "behind"
    return found


def controls(key: RankingKey, entries: Sequence[Entry]) -> tuple[Comparison, ...]:
    """Every method against its baseline and its placebos, as far as they are in this ranking."""
    found = []
    for entry in entries:
        baseline = entry.group.cells[0].baseline
        for other in entries:
            role: Role | None = None
            if other.row.placebo_of == entry.row.method:
                role = "placebo"
            elif other.row.method == baseline:
                role = "baseline"
            comparison = compare(key, entry, other, role) if role else None
            if comparison is not None:
                found.append(comparison)
    return tuple(sorted(found, key=lambda c: (c.label, c.role, c.other)))


def _unfit(key: RankingKey, difference: Difference, *rows: Row) -> str | None:
    if not key.ranks:
        return RANKS_NOTHING.format(key.preset)
    for row in rows:
        if not row.complete:
            return f"{row.label} is incomplete: {row.unranked}"
    if not difference.enough_seeds:
        plural = "" if difference.seeds == 1 else "s"
        return f"{difference.seeds} seed{plural}; a claim needs {SEEDS_FOR_A_CLAIM}"
    return None
