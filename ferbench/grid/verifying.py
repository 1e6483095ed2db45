"""Recorded cells run again by the code of today, and their predictions compared with the record.

A cell can be run again where its id is what this code gives to it: the source of its method, its
settings, the corpus, the folds, the stages and the way of making images are then what they were.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ferbench.cores import cores
from ferbench.errors import FerbenchError
from ferbench.grid.cell import Cell
from ferbench.grid.corpus import as_recorded
from ferbench.grid.executor import Monitor
from ferbench.grid.inline import InlineExecutor
from ferbench.grid.material import Preparing
from ferbench.grid.plan import Plan, Request, make_plan
from ferbench.grid.run import run_plan
from ferbench.grid.source import source_hash
from ferbench.grid.workplace import Workplace
from ferbench.host import Registry
from ferbench.results.agreement import Agreement, compare
from ferbench.results.archive import Results
from ferbench.results.record import Record
from ferbench.settings import Settings


class NotRerunnable(Exception):
    """This code does not run the recorded cell; the text says why."""


@dataclass(frozen=True, slots=True)
class Verified:
    """A recorded cell and the same cell run again.

    agreement: None where their predictions are the same bits, or the cell did not end `ok`.
    """

    recorded: Record
    again: Record
    agreement: Agreement | None

    @property
    def must_agree(self) -> bool:
        """Whether the predictions must be the same bits."""
        return self.recorded.must_agree(self.again)

    @property
    def holds(self) -> bool:
        """Whether nothing contradicts the record."""
        if self.again.status != "ok":
            return False
        return self.agreement is None or not self.must_agree


class Verifier:
    """Runs recorded cells again, one at a time, below a folder of its own."""

    def __init__(
        self,
        results: Results,
        registry: Registry,
        settings: Settings,
        folder: Path,
        monitor: Monitor,
        preparing: Preparing,
    ) -> None:
        self.results, self.registry, self.settings = results, registry, settings
        self.folder, self.monitor, self.preparing = folder, monitor, preparing
        self.refused: Counter[str] = Counter()

    def verify(self, records: Sequence[Record], wanted: int) -> Iterator[Verified]:
        """The first `wanted` records that this code can run; others are counted in `refused`."""
        done = 0
        for record in records:
            try:
                self.require_same_source(record)
                if done < wanted:
                    yield self.rerun(record)
                    done += 1
            except NotRerunnable as error:
                self.refused[f"{record.method}: {error}"] += 1

    def require_same_source(self, record: Record) -> None:
        """NotRerunnable where the method is not there, or its source is not that of the record."""
        spec = self.registry.methods.get(record.method)
        if spec is None:
            raise NotRerunnable("no plugin registers it")
        present = source_hash(spec.factory.partition(":")[0])
        if present != record.source_hash:
            raise NotRerunnable(f"recorded with source {record.source_hash}, this is {present}")

    def rerun(self, record: Record) -> Verified:
        """One cell run again; NotRerunnable where this code has another cell in its place."""
        plan, cell = self._planned(record)
        with self.preparing(plan.supplies.missing()) as advance:
            plan.supplies.make(advance, cores())
        place = Workplace(self.folder, "inline", threads=record.threads)
        run_plan(plan, InlineExecutor(self.registry, place), place, self.monitor)
        again = place.store.record(cell.id)
        assert again is not None, "a cell that was run has a record"
        agreement = None
        if again.status == "ok":
            found, stored = place.store.predictions(cell.id), self.results.predictions(cell.id)
            agreement = None if found.equals(stored) else compare(found, stored)
        return Verified(record, again, agreement)

    def _planned(self, record: Record) -> tuple[Plan, Cell]:
        settings = replace(
            as_recorded(record, self.settings), methods={record.method: dict(record.config)}
        )
        request = Request(
            [record.method],
            [record.dataset],
            record.preset,
            record.protocol,
            record.fold + 1,
            record.seed + 1,
        )
        try:
            plan = make_plan(request, self.registry, settings)
        except FerbenchError as error:
            raise NotRerunnable(str(error)) from None
        axes = record.fold, record.seed
        cells = [c for c in plan.cells if (c.identity["fold"], c.identity["seed"]) == axes]
        if not cells:
            raise NotRerunnable(f"protocol {record.protocol} has no fold {record.fold} now")
        if cells[0].id != record.cell_id:
            raise NotRerunnable(_changed(cells[0], record))
        return replace(plan, cells=cells), cells[0]


def _changed(cell: Cell, record: Record) -> str:
    """What of a cell is no longer as recorded."""
    told = {
        "dataset_fingerprint": f"the index of {record.dataset} has changed since",
        "protocol_fingerprint": f"{record.protocol} cuts other folds now",
        "config": "its settings are read otherwise now",
        "stages": "the stages that it reads have changed since",
    }
    for name, words in told.items():
        if cell.identity[name] != getattr(record, name):
            return words
    return "its images are made otherwise now, or those it learns from besides"
