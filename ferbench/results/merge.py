"""Merging results of several runs or contributors into one archive, refusing contradictions."""

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from ferbench.errors import UsageError
from ferbench.results.archive import Results
from ferbench.results.record import Record

Cell = tuple[Record, "pl.DataFrame | None"]


def merge(sources: Iterable[tuple[Path, Results]]) -> list[Cell]:
    """The cells of all sources, one for each id.

    Of several results of a cell, a finished one goes before one that is not, then the one of the
    first environment class by name, then the one that started first. Two of the same environment
    class must have predicted the same, unless torch warned in one of them of an operation whose
    bits may differ; cost is never compared.
    """
    found: dict[str, list[tuple[Path, Record, pl.DataFrame | None]]] = {}
    for path, results in sources:
        for record in results.records():
            frame = results.predictions(record.cell_id) if record.status == "ok" else None
            found.setdefault(record.cell_id, []).append((path, record, frame))
    return [_one(candidates) for _, candidates in sorted(found.items())]


def _one(candidates: list[tuple[Path, Record, pl.DataFrame | None]]) -> Cell:
    ordered = sorted(candidates, key=lambda c: _rank(c[1]))
    for number, (path, record, frame) in enumerate(ordered):
        for other_path, other, other_frame in ordered[number + 1 :]:
            if frame is None or other_frame is None:
                continue
            if record.must_agree(other) and not frame.equals(other_frame):
                raise UsageError(
                    f"cell {record.cell_id} ({record.method}, fold {record.fold}, seed "
                    f"{record.seed}) predicts differently in {path} and in {other_path} on the "
                    f"same kind of machine ({', '.join(map(str, record.environment_class()))}): "
                    "one of them is wrong, nothing was merged"
                )
    _, record, frame = ordered[0]
    return record, frame


def _rank(record: Record) -> tuple[object, ...]:
    return not record.finished, record.environment_class(), record.started
