"""Any registered metric over stored predictions: a new one never needs a retraining."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from ferbench.board import text
from ferbench.board.build import Ranking
from ferbench.board.scores import PredictionsOf
from ferbench.contracts.metric import Metric


@dataclass(frozen=True, slots=True)
class MetricValue:
    """A metric of one row of a board: mean and standard deviation over its finished cells.

    None where the metric is defined on none of them, or, for `sd`, on one alone.
    """

    ranking: str
    method: str
    state: str
    metric: str
    mean: float | None
    sd: float | None
    cells: int


def metric_values(
    rankings: Iterable[Ranking], metrics: Sequence[Metric], predictions: PredictionsOf
) -> list[MetricValue]:
    """Every metric of every row that has results, in the state that ranks."""
    found = []
    for ranking in rankings:
        for entry in ranking.entries:
            if entry.scored is None:
                continue
            state = entry.scored.state
            frames = [
                predictions(cell.cell_id).filter(pl.col("state") == state)
                for cell in entry.group.done
            ]
            for metric in metrics:
                values = [v for v in map(metric.compute, frames) if v is not None]
                found.append(
                    MetricValue(
                        text.title(ranking.key),
                        entry.row.label,
                        state,
                        metric.name,
                        float(np.mean(values)) if values else None,
                        float(np.std(values, ddof=1)) if len(values) > 1 else None,
                        len(values),
                    )
                )
    return found
