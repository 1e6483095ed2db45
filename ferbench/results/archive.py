"""Archived results: the cells of many runs as two Parquet files, small enough to be committed."""

import dataclasses
import json
import os
from collections.abc import Iterable, Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from ferbench.contracts.metric import PREDICTION_COLUMNS
from ferbench.contracts.run import CPU_SECONDS, EPOCH, VALIDATION_ACCURACY
from ferbench.errors import UsageError
from ferbench.results.record import Record
from ferbench.results.store import Store

if TYPE_CHECKING:
    import polars as pl

RECORDS = "records.parquet"
PREDICTIONS = "predictions.parquet"
LARGEST_BYTES = 10_000_000
"""What an archive may weigh: it is committed beside the tables made from it."""
MEASURED = (EPOCH, CPU_SECONDS, VALIDATION_ACCURACY)
"""Scalars of a curve that the harness measures. An archive keeps them as they are: tables compare
them."""
DIGITS = 7
"""Significant digits that an archived curve keeps of a method's scalars, as 32-bit floats have."""


class Results(Protocol):
    """Cells to read from: a run's store, or an archive."""

    def records(self) -> Iterator[Record]:
        """Every record, in order of cell id."""
        ...

    def predictions(self, cell_id: str) -> "pl.DataFrame":
        """The predictions of one finished cell."""
        ...


def open_results(folder: Path) -> Results:
    """What a folder holds: an archive, or a run's store."""
    return Archive(folder) if (folder / RECORDS).is_file() else Store(folder)


class Archive:
    """A folder with the two files. Nested values of records are JSON text in `records.parquet`.

    Curves, which weigh most of them, are kept scalar by scalar, a method's with `DIGITS` digits.
    """

    def __init__(self, root: Path) -> None:
        self.root = root

    def records(self) -> Iterator[Record]:
        """See `Results`."""
        import polars as pl

        nested = _nested_fields()
        for row in pl.read_parquet(self.root / RECORDS).sort("cell_id").iter_rows(named=True):
            values = {name: json.loads(v) if name in nested else v for name, v in row.items()}
            values["curve"] = _by_epoch(values["curve"])
            yield Record.from_json(json.dumps(values))

    def predictions(self, cell_id: str) -> "pl.DataFrame":
        """See `Results`."""
        import polars as pl

        from ferbench.metrics.units import PREFIX

        own = [PREFIX + name for name in self._classes[cell_id]]
        rows = self._by_cell[cell_id].select(*PREDICTION_COLUMNS, *own)
        return rows.with_columns(pl.col("subject").cast(pl.String))

    @cached_property
    def _classes(self) -> dict[str, tuple[str, ...]]:
        """The classes of each cell; the file's columns are those of all cells, in any order."""
        return {record.cell_id: record.classes for record in self.records()}

    @cached_property
    def _by_cell(self) -> dict[str, "pl.DataFrame"]:
        import polars as pl

        rows = pl.read_parquet(self.root / PREDICTIONS)
        parts = rows.partition_by("cell_id", as_dict=True, maintain_order=True)
        return {str(cell_id): part for (cell_id,), part in parts.items()}


def write_archive(folder: Path, cells: Iterable[tuple[Record, "pl.DataFrame | None"]]) -> None:
    """Write the two files, rows in order of cell id; the same cells give the same values."""
    import polars as pl

    if Store(folder).cells.is_dir():
        raise UsageError(
            f"{folder} holds the cells of a run, which an archive there would hide: name another"
        )
    ordered = sorted(cells, key=lambda cell: cell[0].cell_id)
    nested = _nested_fields()
    rows = [
        {name: json.dumps(v) if name in nested else v for name, v in _plain(record).items()}
        for record, _ in ordered
    ]
    frames = [
        frame.with_columns(cell_id=pl.lit(record.cell_id))
        for record, frame in ordered
        if frame is not None
    ]
    tables = {folder / RECORDS: pl.DataFrame(rows, infer_schema_length=None)}
    if frames:
        tables[folder / PREDICTIONS] = pl.concat(frames, how="diagonal")
    folder.mkdir(parents=True, exist_ok=True)
    drafts = {path: path.with_suffix(".draft") for path in tables}
    try:
        for path, table in tables.items():
            table.write_parquet(drafts[path], compression="zstd", compression_level=19)
        weight = sum(draft.stat().st_size for draft in drafts.values())
        if weight > LARGEST_BYTES:
            raise UsageError(
                f"{folder} would weigh {weight / 1e6:.1f} MB, more than the "
                f"{LARGEST_BYTES / 1e6:.0f} MB that a board may: leave out rows, or split it by "
                "dataset"
            )
        for path, draft in drafts.items():
            os.replace(draft, path)
    finally:
        for draft in drafts.values():
            draft.unlink(missing_ok=True)


def _plain(record: Record) -> dict[str, Any]:
    values = {field.name: getattr(record, field.name) for field in dataclasses.fields(Record)}
    return {**values, "curve": _by_scalar(record.curve)}


def _by_scalar(curve: list[dict[str, float]]) -> dict[str, list[float | None]]:
    """Each scalar's values, rounded; None in an epoch that lacks it."""
    names = dict.fromkeys(name for point in curve for name in point)
    kept = {name: [point.get(name) for point in curve] for name in names}
    return {
        name: values if name in MEASURED else [_rounded(value) for value in values]
        for name, values in kept.items()
    }


def _by_epoch(values: dict[str, list[float | None]]) -> list[dict[str, float]]:
    """The curve of which these are the values."""
    epochs = zip(*values.values(), strict=True)
    return [
        {name: value for name, value in zip(values, point, strict=True) if value is not None}
        for point in epochs
    ]


def _rounded(value: float | None) -> float | None:
    return float(f"{value:.{DIGITS}g}") if isinstance(value, float) else value


def _nested_fields() -> set[str]:
    """The fields of a record that hold dicts, lists or tuples."""
    return {
        field.name
        for field in dataclasses.fields(Record)
        if str(field.type).startswith(("dict", "list", "tuple"))
    }
