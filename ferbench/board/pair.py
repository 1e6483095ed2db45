"""The comparisons of one method with others that someone asked for, in every ranking."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ferbench.board import text
from ferbench.board.comparison import Entry, compare
from ferbench.board.grouping import RowCells, pick, rankings, require_known
from ferbench.board.model import Comparison, RankingKey
from ferbench.board.rows import make_entry
from ferbench.board.scores import PredictionsOf
from ferbench.board.statistics import holm
from ferbench.board.tables import Table, Value
from ferbench.errors import UsageError
from ferbench.results.record import Record

EVERY = "all"
"""Compares with every other row of a ranking."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The comparisons of one ranking; several are one family, and their p values adjusted."""

    key: RankingKey
    comparisons: tuple[Comparison, ...]


def compare_methods(
    one: str, others: Sequence[str], records: Iterable[Record], predictions: PredictionsOf
) -> tuple[Asked, ...]:
    """`one` minus each of `others` wherever both were tested on the same units and seeds.

    A method with several configurations is named by its label on the board.
    """
    everything = rankings(records)
    for name in (one, *others):
        if name != EVERY:
            require_known(name, [group for _, groups in everything for group in groups])
    found = []
    for key, groups in everything:
        first = pick(one, groups)
        rivals = [] if first is None else [g for g in _rivals(others, groups) if g is not first]
        if first is None or not rivals:
            continue
        left = make_entry(key, first, predictions)
        rights = [make_entry(key, group, predictions) for group in rivals]
        comparisons = _family(key, left, rights)
        if comparisons:
            found.append(Asked(key, comparisons))
    if not found:
        raise UsageError(
            f"{one} and {' or '.join(others)} have no results on the same dataset, protocol, "
            "preset and seed"
        )
    return tuple(found)


def to_text(found: Sequence[Asked]) -> str:
    """One paragraph a comparison."""
    return "\n".join(_paragraph(asked.key, c) for asked in found for c in asked.comparisons)


def to_tables(found: Sequence[Asked]) -> list[Table]:
    """One table a ranking."""
    return [_table(asked) for asked in found]


def _rivals(names: Sequence[str], groups: Sequence[RowCells]) -> list[RowCells]:
    if EVERY in names:
        return list(groups)
    return [group for name in names if (group := pick(name, groups)) is not None]


def _family(key: RankingKey, left: Entry, rights: Sequence[Entry]) -> tuple[Comparison, ...]:
    compared = [compare(key, left, right) for right in rights]
    family = [comparison for comparison in compared if comparison is not None]
    if len(family) < 2:
        return tuple(family)
    adjusted = holm([comparison.difference.p for comparison in family])
    return tuple(replace(c, p_holm=p) for c, p in zip(family, adjusted, strict=True))


def _table(asked: Asked) -> Table:
    family = asked.comparisons
    notes = ["Difference of accuracies in percentage points, paired by subject and seed."]
    if len(family) > 1:
        notes.append(f"p adjusted for {len(family)} comparisons (Holm); claims rest on that.")
    if not all(c.difference.over_seeds for c in family):
        notes.append("Intervals marked * are over subjects only: one seed.")
    head = ("method", "against", "points", "interval", "p", "p Holm", "seeds", "subjects", "claim")
    return Table(
        title=text.title(asked.key),
        head=head,
        lines=tuple(
            (
                c.label,
                c.other,
                text.points(c.difference.mean),
                text.bounds(c.difference) + ("" if c.difference.over_seeds else " *"),
                f"{c.difference.p:.3f}",
                text.MISSING if c.p_holm is None else f"{c.p_holm:.3f}",
                str(c.difference.seeds),
                str(c.difference.subjects),
                text.claim(c),
            )
            for c in family
        ),
        notes=tuple(notes),
        values=tuple(_values(asked.key, c) for c in family),
    )


def _values(key: RankingKey, comparison: Comparison) -> dict[str, Value]:
    difference = comparison.difference
    return {
        **key.values(),
        "method_a": comparison.label,
        "method_b": comparison.other,
        "difference": difference.mean,
        "difference_low": difference.low,
        "difference_high": difference.high,
        "p": difference.p,
        "p_holm": comparison.p_holm,
        "seeds": difference.seeds,
        "subjects": difference.subjects,
        "units": comparison.units,
        "over_seeds": difference.over_seeds,
        "claim": comparison.why_no_claim is None,
        "no_claim": comparison.why_no_claim,
    }


def _paragraph(key: RankingKey, comparison: Comparison) -> str:
    difference = comparison.difference
    over = "subjects and seeds" if difference.over_seeds else "subjects only"
    seeds = f"{difference.seeds} seed{'' if difference.seeds == 1 else 's'}"
    return (
        f"{text.title(key)}\n"
        f"  {comparison.label} - {comparison.other}: {text.points(difference.mean)} points, "
        f"95 % interval {text.bounds(difference)} over {over}, p = {difference.p:.3f}\n"
        f"  {seeds}, {difference.subjects} subjects, {comparison.units} units\n"
        f"  {text.claim(comparison)}\n"
    )
