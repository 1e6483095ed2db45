"""The comparison of two methods that someone asked for, in every ranking that has both."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ferbench.board import text
from ferbench.board.comparison import compare
from ferbench.board.grouping import RowCells, rankings
from ferbench.board.model import Comparison, RankingKey
from ferbench.board.rows import make_entry
from ferbench.board.scores import PredictionsOf
from ferbench.errors import UsageError, unknown
from ferbench.results.record import Record


@dataclass(frozen=True, slots=True)
class Asked:
    """One comparison and the ranking it belongs to."""

    key: RankingKey
    comparison: Comparison


def compare_methods(
    one: str, other: str, records: Iterable[Record], predictions: PredictionsOf
) -> tuple[Asked, ...]:
    """`one` minus `other` wherever both were tested on the same units with the same seeds.

    A method with several configurations is named by its label on the board.
    """
    everything = rankings(records)
    for name in (one, other):
        _known(name, [group for _, groups in everything for group in groups])
    found = []
    for key, groups in everything:
        pair = [_pick(name, groups) for name in (one, other)]
        entries = [make_entry(key, group, predictions) for group in pair if group is not None]
        comparison = compare(key, entries[0], entries[1]) if len(entries) == 2 else None
        if comparison is not None:
            found.append(Asked(key, comparison))
    if not found:
        raise UsageError(
            f"{one} and {other} have no results on the same dataset, protocol, preset and seed"
        )
    return tuple(found)


def to_text(found: Sequence[Asked]) -> str:
    """One paragraph a ranking."""
    return "\n".join(_paragraph(asked) for asked in found)


def to_json(found: Sequence[Asked]) -> str:
    """An array, one object a ranking; differences as shares."""
    array = []
    for asked in found:
        key, comparison, difference = asked.key, asked.comparison, asked.comparison.difference
        array.append(
            {
                "dataset": key.dataset,
                "protocol": key.protocol,
                "preset": key.preset,
                "origin": key.origin,
                "method_a": comparison.label,
                "method_b": comparison.other,
                "difference": round(difference.mean, 6),
                "difference_low": round(difference.low, 6),
                "difference_high": round(difference.high, 6),
                "p": round(difference.p, 6),
                "seeds": difference.seeds,
                "subjects": difference.subjects,
                "units": comparison.units,
                "over_seeds": difference.over_seeds,
                "claim": comparison.why_no_claim is None,
                "no_claim": comparison.why_no_claim,
            }
        )
    return json.dumps(array, indent=1, ensure_ascii=False) + "\n"


def _paragraph(asked: Asked) -> str:
    key, comparison, difference = asked.key, asked.comparison, asked.comparison.difference
    over = "subjects and seeds" if difference.over_seeds else "subjects only"
    bounds = f"[{text.points(difference.low)}, {text.points(difference.high)}]"
    seeds = f"{difference.seeds} seed{'' if difference.seeds == 1 else 's'}"
    return (
        f"{text.title(key)}\n"
        f"  {comparison.label} - {comparison.other}: {text.points(difference.mean)} points, "
        f"95 % interval {bounds} over {over}, p = {difference.p:.3f}\n"
        f"  {seeds}, {difference.subjects} subjects, {comparison.units} units\n"
        f"  {text.claim(comparison)}\n"
    )


def _known(name: str, groups: Sequence[RowCells]) -> None:
    labels = {group.label for group in groups}
    if name not in labels and name not in {group.method for group in groups}:
        raise unknown("method in these results", name, labels)


def _pick(name: str, groups: Sequence[RowCells]) -> RowCells | None:
    exact = [group for group in groups if group.label == name]
    found = exact or [group for group in groups if group.method == name]
    if len(found) > 1:
        labels = ", ".join(repr(group.label) for group in found)
        raise UsageError(f"{name} was run in several configurations: name one of {labels}")
    return found[0] if found else None
