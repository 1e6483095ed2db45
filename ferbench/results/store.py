"""The results store: one folder a cell below `DIR/cells`, written whole or not at all."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ferbench.errors import UsageError
from ferbench.files import whole_folder
from ferbench.results.record import Record

if TYPE_CHECKING:
    import polars as pl

RECORD = "record.json"
PREDICTIONS = "predictions.parquet"
TRACE = "traceback.txt"


@dataclass(frozen=True, slots=True)
class Store:
    """The results below one folder. Any number of processes may write different cells at once."""

    root: Path

    @property
    def cells(self) -> Path:
        """The folder that holds one folder a cell."""
        return self.root / "cells"

    def folder(self, cell_id: str) -> Path:
        """Where one cell's results lie, if it was run."""
        return self.cells / cell_id

    def save(
        self, record: Record, predictions: "pl.DataFrame | None" = None, trace: str | None = None
    ) -> None:
        """Store one cell, replacing an earlier attempt; a reader never sees half of it.

        trace: the traceback of a cell that raised, kept beside its record.
        """
        with whole_folder(self.folder(record.cell_id)) as draft:
            if predictions is not None:
                predictions.write_parquet(draft / PREDICTIONS, compression="zstd")
            if trace is not None:
                (draft / TRACE).write_text(trace)
            (draft / RECORD).write_text(record.to_json())

    def trace(self, cell_id: str) -> Path:
        """Where the traceback of a cell that raised is kept."""
        return self.folder(cell_id) / TRACE

    def record(self, cell_id: str) -> Record | None:
        """One cell's record, or None if it has not been run."""
        path = self.folder(cell_id) / RECORD
        try:
            return Record.from_json(path.read_text())
        except (FileNotFoundError, NotADirectoryError):
            return None
        except ValueError as error:
            raise UsageError(
                f"{path} cannot be read ({error}): delete its folder, and the cell is run again"
            ) from None

    def finished(self, cell_id: str) -> bool:
        """Whether a cell has a record and need not run again."""
        record = self.record(cell_id)
        return record is not None and record.finished

    def predictions(self, cell_id: str) -> "pl.DataFrame":
        """One cell's predictions, with the columns of `contracts.metric.PREDICTION_COLUMNS`."""
        import polars as pl

        return pl.read_parquet(self.folder(cell_id) / PREDICTIONS)

    def records(self) -> Iterator[Record]:
        """Every record, in order of cell id."""
        if not self.cells.is_dir():
            raise UsageError(f"{self.root} holds no results: run `ferbench run --out {self.root}`")
        for folder in sorted(self.cells.iterdir()):
            if not folder.name.startswith("."):
                record = self.record(folder.name)
                if record is not None:
                    yield record
