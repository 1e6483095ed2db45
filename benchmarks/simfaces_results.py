"""What `calibrate_simfaces.py` has measured: kept in one file, shown as Markdown."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from ferbench.board.statistics import Observations, accuracy_interval, difference_interval
from ferbench.datasets.simulated.acting.action_units import POSED
from ferbench.datasets.simulated.levels import LEVELS

Run = dict[str, Any]
"""One training: accuracies on training and validation people, and the class of each test image."""

CEILINGS = {
    "apex mlp": "networks on the true action units at the apex",
    "apex linear": "linear classifier on them",
    "difference mlp": "networks on apex minus onset",
    "difference linear": "linear classifier on that",
}


@dataclass(frozen=True, slots=True)
class Results:
    """Every measurement by name."""

    file: Path

    def read(self) -> dict[str, Any]:
        """All of them."""
        return json.loads(self.file.read_text()) if self.file.exists() else {}

    def get(self, name: str, measure: Callable[[], Any]) -> Any:
        """The result of that name; it is measured and kept where there is none."""
        known = self.read()
        if name not in known:
            known[name] = measure()
            draft = self.file.with_suffix(".draft")
            draft.write_text(json.dumps(known))
            draft.replace(self.file)
            print(name, json.dumps(known[name])[:100], flush=True)
        return known[name]

    def runs(self, level: str, kind: str) -> list[Run]:
        """The trainings with the chosen number of epochs, by seed."""
        known = self.read()
        epochs = known.get(f"{level} cnn {kind} epochs")
        names = (f"{level} cnn {kind} epochs={epochs} seed={seed}" for seed in range(1000))
        found = []
        for name in names:
            if name not in known:
                break
            found.append(known[name])
        return found


def report(results: Results) -> Iterator[str]:
    """The lines of the tables."""
    known = results.read()
    levels = [level for level in LEVELS if any(name.startswith(level) for name in known)]
    yield f"| | {' | '.join(levels)} |"
    yield "|---|" + "---|" * len(levels)
    for key, text in CEILINGS.items():
        yield _row(text, [_share(known.get(f"{level} ceiling", {}).get(key)) for level in levels])
    for kind in ("apex", "difference"):
        yield _row(f"small CNN on the {kind}", [_accuracy(results.runs(v, kind)) for v in levels])
    yield _row("headroom, points", [_headroom(results, level) for level in levels])
    yield _row("epochs (apex, difference); seeds", [_effort(results, level) for level in levels])
    for part, where in (("neighbours", "whole picture"), ("neighbours inner", "inner face")):
        for what in ("person", "expression"):
            shares = [_share(known.get(f"{level} {part}", {}).get(what)) for level in levels]
            yield _row(f"nearest apex shows the same {what}, {where}", shares)
    for level in levels:
        runs = results.runs(level, "apex")
        if runs:
            yield f"\nSmall CNN on the apex, {level}: shown (rows), named (columns), per cent\n"
            yield from _confusion(runs)


def _row(text: str, cells: list[str]) -> str:
    return f"| {text} | {' | '.join(cells)} |"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


def _accuracy(runs: list[Run]) -> str:
    if not runs:
        return ""
    right = [_right(run) for run in runs]
    found = accuracy_interval(_observations(right))
    each = [float(one.mean()) for one in right]
    assert found is not None
    return f"{found.mean:.3f} [{found.low:.3f}, {found.high:.3f}]; {min(each):.3f}-{max(each):.3f}"


def _headroom(results: Results, level: str) -> str:
    """Paired by seed and image; the interval is over seeds and people."""
    pairs = zip(results.runs(level, "difference"), results.runs(level, "apex"), strict=False)
    gains = [_right(with_onset) - _right(alone) for with_onset, alone in pairs]
    if not gains:
        return ""
    found = difference_interval(_observations(gains))
    assert found is not None
    return f"{100 * found.mean:+.1f} [{100 * found.low:+.1f}, {100 * found.high:+.1f}]"


def _effort(results: Results, level: str) -> str:
    known = results.read()
    epochs = [str(known.get(f"{level} cnn {kind} epochs", "")) for kind in ("apex", "difference")]
    return f"{', '.join(epochs)}; {len(results.runs(level, 'apex'))}"


def _right(run: Run) -> np.ndarray:
    """1 or 0 for each test image; all expressions of a person follow each other."""
    predicted = np.array(run["predicted"])
    return (predicted == np.arange(len(predicted)) % len(POSED)).astype(float)


def confusion(rows: Iterable[str], columns: Sequence[str], counts: np.ndarray) -> Iterator[str]:
    """A confusion matrix: rows are shown, columns named."""
    yield f"| | {' | '.join(columns)} |"
    yield "|---|" + "---|" * len(columns)
    for row, found in zip(rows, counts.tolist(), strict=True):
        yield _row(row, [f"{value:g}" if value else "" for value in found])


def _confusion(runs: list[Run]) -> Iterator[str]:
    """Of all seeds together, in per cent of what is shown."""
    counts = np.zeros((len(POSED), len(POSED)))
    for run in runs:
        shown = np.arange(len(run["predicted"])) % len(POSED)
        np.add.at(counts, (shown, run["predicted"]), 1)
    yield from confusion(POSED, POSED, (100 * counts / counts.sum(1, keepdims=True)).round())


def _observations(values: list[np.ndarray]) -> Observations:
    """(seeds, people x expressions) values as the boards see them: one fold, equal weights."""
    table = np.array(values, dtype=float)
    seeds, images = table.shape
    return Observations(
        value=table.ravel(),
        weight=np.full(table.size, 1 / table.size),
        subject=np.tile(np.repeat(np.arange(images // len(POSED)), len(POSED)), seeds),
        seed=np.repeat(np.arange(seeds), images),
        fold=np.zeros(table.size, dtype=int),
    )
