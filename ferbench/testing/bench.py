"""The bench of the conformance kit: one method on small simulated faces, in the `tiny` preset."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import polars as pl

from ferbench.contracts.faces import Faces
from ferbench.contracts.method import Method, MethodSpec
from ferbench.grid.attempt import LAST
from ferbench.grid.building import build
from ferbench.grid.cell import Cell
from ferbench.grid.environment import device_for_cell
from ferbench.grid.gather import fold_table, unlabelled
from ferbench.grid.plan import Request, make_plan
from ferbench.grid.stage_store import StageStore
from ferbench.grid.stage_worker import run_stage
from ferbench.grid.stages import waves
from ferbench.grid.worker import run_cell
from ferbench.grid.workplace import Observer, Workplace, unheard
from ferbench.host import Registry
from ferbench.results.record import Record
from ferbench.settings import Settings
from ferbench.testing.worker import run_elsewhere
from ferbench.training.checkpoint import Checkpoint
from ferbench.training.context import Run
from ferbench.training.states import read_state

DATASET = "simfaces"
SUBJECTS = 15


class NotConforming(Exception):
    """A method does not keep the contract; the text says where and what to do."""


@dataclass(frozen=True, slots=True)
class CheckPlace(Workplace):
    """A workplace with results of its own, and the stages that all of a method's share."""

    shared: Path = Path()

    @property
    def stages(self) -> StageStore:
        """See `Workplace`."""
        return StageStore(self.shared)


@dataclass(frozen=True, slots=True)
class Fitted:
    """A method as loaded from the state it kept after a run, the test faces, and the classes."""

    method: Method
    run: Run
    faces: Faces
    classes: tuple[str, ...]


class Bench:
    """One method on a small grid, below a folder of its own. Each named run is made once."""

    def __init__(self, method: str, registry: Registry, settings: Settings, folder: Path) -> None:
        self.method, self.registry, self.folder = method, registry, folder
        own = settings.datasets.get(DATASET, {})
        small = {DATASET: {"subjects": SUBJECTS, **own}}
        self.settings = replace(settings, datasets={**settings.datasets, **small})
        request = Request([method], [DATASET], preset="tiny", folds=2)
        self.plan = make_plan(request, registry, self.settings)
        self.plan.supplies.make()
        self._ran: dict[str, Record] = {}

    @property
    def spec(self) -> MethodSpec:
        """The method as registered."""
        return self.registry.method(self.method)

    def cell(self, fold: int = 0) -> Cell:
        """The method's cell of one fold, whose stages are trained; NotConforming if one fails."""
        cell = self.plan.cells[fold]
        place = self.place("training")
        for wave in waves(self.plan.stages_for([cell])):
            for stage in wave:
                if not place.stages.done(stage.id):
                    outcome = run_stage(stage, place, unheard)
                    if outcome.reason is not None:
                        raise NotConforming(f"{outcome.label} failed: {outcome.reason}")
        return cell

    def altered(self, name: str, table: pl.DataFrame) -> Cell:
        """The first cell with another table of labels, kept under `name`."""
        cell = self.cell()
        path = self.folder / f"{name}.parquet"
        table.write_parquet(path)
        return replace(cell, material=replace(cell.material, table=path))

    def place(self, name: str) -> CheckPlace:
        """A workplace with results of its own."""
        shared = self.folder / "stages"
        out = self.folder / name
        return CheckPlace(out, "inline", keep_models=True, checkpoint_every=0.0, shared=shared)

    def attempt(self, name: str, cell: Cell, observe: Observer = unheard) -> Record:
        """Run a cell in the workplace `name`, however it ends."""
        return run_cell(cell, self.registry, self.place(name), observe)

    def run(self, name: str, fold: int = 0, cell: Cell | None = None) -> Record:
        """Run a cell in the workplace `name`, once; NotConforming unless it ends `ok`."""
        key = f"{name}/{fold}"
        if key not in self._ran:
            self._ran[key] = _finished(self.attempt(name, cell or self.cell(fold)))
        return self._ran[key]

    def run_elsewhere(self, name: str, fold: int) -> Record:
        """The same in a worker process, which finds the plugins anew."""
        key = f"{name}/{fold}"
        if key not in self._ran:
            cell, place = self.cell(fold), self.place(name)
            failure = run_elsewhere(cell, place, tuple(self.registry.folders))
            record = place.store.record(cell.id)
            if failure is not None or record is None:
                raise NotConforming(f"in a worker process: {failure}")
            self._ran[key] = _finished(record)
        return self._ran[key]

    def predictions(self, name: str, fold: int = 0) -> pl.DataFrame:
        """What the cell predicted in the workplace `name`."""
        return self.place(name).store.predictions(self.cell(fold).id)

    @cached_property
    def fitted(self) -> Fitted:
        """The method after its first run, built from another seed: its state must hold all."""
        record = self.run("first")
        method = build(self.spec, replace(record, seed=record.seed + 1))
        place = self.place("first")
        method.load_state(read_state(place.model(record.cell_id, LAST)))
        axes = (record.seed, record.fold)
        stages = {name: place.stages.read(stage) for name, stage in record.stages.items()}
        checkpoint = Checkpoint(self.folder / "none")
        run = Run(axes=axes, device=device_for_cell(), checkpoint=checkpoint, stages=stages)
        cell = self.cell()
        rows = fold_table(cell.material, record.fold).filter(pl.col("part") == "test")
        return Fitted(method, run, unlabelled(cell.material, rows), record.classes)


def _finished(record: Record) -> Record:
    if record.status != "ok":
        raise NotConforming(f"the cell ended {record.status}: {record.reason}")
    return record
