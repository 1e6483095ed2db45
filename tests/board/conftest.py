"""Made-up results: records with predictions that are right and wrong where a test says so."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import polars as pl
import pytest

from ferbench.board.build import Ranking, build_board, build_rankings
from ferbench.board.model import Board, Row
from ferbench.results.record import Record

CLASSES = ("angry", "happy", "sad")


@dataclass
class Bench:
    """A results folder in memory.

    A unit is named `SUBJECT/NUMBER`; a name that starts with `?` has no known subject. Each has as
    many frames as its list of outcomes is long: 1 is right, 0 is wrong with less confidence.
    """

    records: list[Record] = field(default_factory=list)
    frames: dict[str, pl.DataFrame] = field(default_factory=dict)

    def add(
        self,
        method: str = "softmax",
        last: Mapping[str, Sequence[int]] | None = None,
        selected: Mapping[str, Sequence[int]] | None = None,
        **fields: Any,
    ) -> Record:
        """A cell; without outcomes it is one that did not finish."""
        values: dict[str, Any] = {
            "cell_id": f"cell{len(self.records):04d}",
            "method": method,
            "dataset": "simfaces",
            "protocol": "fivefold",
            "preset": "study",
            "fold": 0,
            "seed": 0,
            "origin": "simulated",
            "dataset_fingerprint": "d1",
            "protocol_fingerprint": "p1",
            "dataset_config": {"subjects": 20},
            "config": {"width": 8},
            "classes": CLASSES,
            "folds_total": 1,
            "scoring_unit": "sequence",
            "scoring_join": "mean",
            "scoring_pooling": "pooled",
            "subjects_provable": True,
            "source_hash": "s1",
            "plugin": "ferbench-test",
            "plugin_version": "1.0",
            "fidelity": "faithful",
            "epochs": 10,
            "comparisons": 0,
            "fit_cpu_seconds": 7.0,
            "fit_wall_seconds": 9.0,
            "hardware_class": "cpu x86_64 AVX2",
            "started": "2025-01-01T00:00:00+00:00",
            "validation_images": 0 if selected is None else 8,
        }
        record = Record(**(values | fields))
        self.records.append(record)
        outcomes = {"last": last, "selected": selected}
        parts = [_frame(state, units) for state, units in outcomes.items() if units is not None]
        if parts:
            self.frames[record.cell_id] = pl.concat(parts)
        return record

    def grid(
        self, method: str, right: np.ndarray, folds: int = 1, images: int = 1, **fields: Any
    ) -> None:
        """Cells of every seed and fold from `right`, (seeds, subjects * images) of 0 and 1."""
        seeds, units = right.shape
        for seed in range(seeds):
            for fold in range(folds):
                outcomes = {
                    f"p{u // images:03d}/{u % images}": [int(right[seed, u])]
                    for u in range(units)
                    if (u // images) % folds == fold
                }
                self.add(method, outcomes, seed=seed, fold=fold, folds_total=folds, **fields)

    def rankings(self, records: Sequence[Record] | None = None) -> tuple[Ranking, ...]:
        """What the board is made of."""
        return build_rankings(self.records if records is None else records, self.predictions)

    def board(self, records: Sequence[Record] | None = None) -> Board:
        """The board of these records, or of `records`."""
        return build_board(self.rankings(records))

    def row(self, label: str) -> Row:
        """The one row of that label on the board as it is now."""
        (found,) = [r for s in self.board().sections for r in s.rows if r.label == label]
        return found

    def predictions(self, cell_id: str) -> pl.DataFrame:
        """A cell's predictions."""
        return self.frames[cell_id]


def _frame(state: str, units: Mapping[str, Sequence[int]]) -> pl.DataFrame:
    rows = []
    for number, (unit, outcomes) in enumerate(units.items()):
        true = number % len(CLASSES)
        for frame, outcome in enumerate(outcomes):
            # Right frames are surer (0.8) than wrong ones (0.6), as `mean` and `max` joins need.
            sure = 0.8 if outcome else 0.6
            probabilities = [(1 - sure) / 2] * len(CLASSES)
            probabilities[true if outcome else (true + 1) % len(CLASSES)] = sure
            rows.append(
                {
                    "sample": f"{unit}/{frame}",
                    "subject": None if unit.startswith("?") else unit.split("/")[0],
                    "unit": unit,
                    "expression": CLASSES[true],
                    "state": state,
                    **{f"p_{c}": p for c, p in zip(CLASSES, probabilities, strict=True)},
                }
            )
    return pl.DataFrame(rows, schema_overrides={"subject": pl.String})


@pytest.fixture
def bench() -> Bench:
    """An empty results folder."""
    return Bench()


@pytest.fixture
def outcomes() -> Callable[..., np.ndarray]:
    """`outcomes(generator, seeds, units, accuracy)`: 0 and 1 at that accuracy, independent."""

    def draw(generator: np.random.Generator, seeds: int, units: int, accuracy: float) -> np.ndarray:
        return (generator.random((seeds, units)) < accuracy).astype(int)

    return draw
