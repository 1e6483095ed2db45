"""One row of a board from its cells."""

from collections.abc import Sequence

from ferbench.board.comparison import Entry
from ferbench.board.costs import cost, failures, further_probes, probe
from ferbench.board.grouping import RowCells
from ferbench.board.model import RankingKey, Row
from ferbench.board.scores import (
    PredictionsOf,
    accuracies,
    macro_f1_over_seeds,
    observations,
    score,
    seed_spread,
)
from ferbench.board.statistics import accuracy_interval, average


def make_entry(key: RankingKey, group: RowCells, predictions: PredictionsOf) -> Entry:
    """The row, not yet ranked, with the scored units that it is compared by."""
    cells, done = group.cells, group.done
    first = (done or cells)[0]
    folds_of: dict[int, set[int]] = {cell.seed: set() for cell in cells}
    for cell in done:
        folds_of[cell.seed].add(cell.fold)
    required = first.folds_total
    complete = tuple(seed for seed, folds in folds_of.items() if len(folds) >= required)
    scored = score(done, predictions)
    seen = observations(scored.ranked, "correct", scored.pooling) if scored else None
    row = Row(
        method=group.method,
        label=group.label,
        placebo_of=first.placebo_of,
        fidelity=first.fidelity,
        status="ok" if done else failures(cells)[0].status,
        rank=None,
        unranked=_unranked(key, folds_of, required, scored is not None),
        standing=None,
        accuracy=average(seen) if seen else None,
        interval=accuracy_interval(seen) if seen else None,
        state=scored.state if scored else None,
        accuracies=accuracies(scored) if scored else (),
        seed_sd=seed_spread(scored, complete) if scored else None,
        macro_f1=macro_f1_over_seeds(scored.ranked) if scored else None,
        folds_done=len(set.intersection(*folds_of.values())),
        folds_required=required,
        seeds_done=len(complete),
        seeds=len(folds_of),
        failures=failures(cells),
        cost=cost(done),
        identity=probe(done, "identity"),
        expression=probe(done, "expression"),
        further=further_probes(done),
    )
    return Entry(row, group, scored)


def _unranked(
    key: RankingKey, folds_of: dict[int, set[int]], required: int, scored: bool
) -> str | None:
    """Why the row has no rank, or None."""
    short = {seed: len(folds) for seed, folds in folds_of.items() if len(folds) < required}
    if not scored:
        return "no results"
    if short:
        done = sorted(set(short.values()))
        folds = f"{done[0]}" if len(done) == 1 else f"{done[0]} to {done[-1]}"
        where = "" if len(folds_of) == 1 else f" in seed {_listed(sorted(short))}"
        return f"{folds} of {required} folds{where}"
    return None if key.ranks else f"preset {key.preset}"


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))
