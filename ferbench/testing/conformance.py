"""Checks of the method contract, each on small simulated faces in the `tiny` preset."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl
from scipy.stats import binom

from ferbench.contracts.faces import Faces
from ferbench.contracts.method import Method, Task
from ferbench.grid.attempt import LAST
from ferbench.grid.cell import Cell
from ferbench.grid.environment import device_for_cell
from ferbench.grid.gather import fold_table, unlabelled
from ferbench.grid.plan import Request, make_plan
from ferbench.grid.stage_store import StageStore
from ferbench.grid.stage_worker import run_stage
from ferbench.grid.stages import waves
from ferbench.grid.worker import run_cell
from ferbench.grid.workplace import Workplace
from ferbench.host import Registry
from ferbench.loading import load_object
from ferbench.metrics.units import PREFIX
from ferbench.results.record import Record
from ferbench.settings import Settings, configured
from ferbench.training.checkpoint import Checkpoint
from ferbench.training.context import Run
from ferbench.training.states import read_state

DATASET = "simfaces"
SUBJECTS = 15
TOLERANCE = 1e-4
"""How far the probabilities of a face alone may be from those of the same face in a batch."""
CHANCE_TAIL = 1e-4
"""How rarely an honest method exceeds the bound of the permuted-labels check."""


class NotConforming(Exception):
    """A method does not keep the contract; the text says where and what to do."""


class Interruption(BaseException):
    """Stands for a kill: nothing in the harness catches it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of one check; `reason` is None where it passed."""

    check: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class CheckPlace(Workplace):
    """A workplace with results of its own, and the stages that all of a method's share."""

    shared: Path = Path()

    @property
    def stages(self) -> StageStore:
        """See `Workplace`."""
        return StageStore(self.shared)


class Bench:
    """One method on a small grid, below a folder of its own."""

    def __init__(self, method: str, registry: Registry, settings: Settings, folder: Path) -> None:
        self.method, self.registry, self.folder = method, registry, folder
        own = settings.datasets.get(DATASET, {})
        small = {DATASET: {"subjects": SUBJECTS, **own}}
        self.settings = replace(settings, datasets={**settings.datasets, **small})
        request = Request([method], [DATASET], preset="tiny", folds=2)
        self.plan = make_plan(request, registry, self.settings)
        self.plan.supplies.make()
        self._ran: dict[str, Record] = {}

    def cell(self, fold: int = 0) -> Cell:
        """The method's cell of one fold, whose stages are trained; NotConforming if one fails."""
        cell = self.plan.cells[fold]
        place = self.place("training")
        for wave in waves(self.plan.stages_for([cell])):
            for stage in wave:
                if not place.stages.done(stage.id):
                    outcome = run_stage(stage, place, lambda epoch, scalars: None)
                    if outcome.reason is not None:
                        raise NotConforming(f"{outcome.label} failed: {outcome.reason}")
        return cell

    def place(self, name: str) -> CheckPlace:
        """A workplace with results of its own."""
        shared = self.folder / "stages"
        out = self.folder / name
        return CheckPlace(out, "inline", keep_models=True, checkpoint_every=0.0, shared=shared)

    def run(self, name: str, fold: int = 0, cell: Cell | None = None) -> Record:
        """Run a cell in the workplace `name`, once; NotConforming unless it ends `ok`."""
        key = f"{name}/{fold}"
        if key not in self._ran:
            cell = cell or self.cell(fold)
            record = run_cell(cell, self.registry, self.place(name), lambda epoch, scalars: None)
            if record.status != "ok":
                raise NotConforming(f"the cell ended {record.status}: {record.reason}")
            self._ran[key] = record
        return self._ran[key]

    def predictions(self, name: str, fold: int = 0) -> pl.DataFrame:
        """What the cell predicted in the workplace `name`."""
        return self.place(name).store.predictions(self.cell(fold).id)

    def fitted(self) -> tuple[Method, Run, Faces]:
        """The method as loaded from the state it kept after a run, and the test faces."""
        record = self.run("first")
        spec = self.registry.method(self.method)
        task = Task(record.classes, {n: p.shape for n, p in spec.inputs["tiny"].items()})
        config = configured(spec.config, [record.config], self.method)
        method: Method = load_object(spec.factory)(config, task)
        place = self.place("first")
        method.load_state(read_state(place.out / "models" / record.cell_id / f"{LAST}.npz"))
        run = Run(
            axes=(0, 0), device=device_for_cell(), checkpoint=Checkpoint(self.folder / "none")
        )
        cell = self.cell()
        rows = fold_table(cell.material, 0).filter(pl.col("part") == "test")
        return method, run, unlabelled(cell.material, rows)


def same_seed_same_predictions(bench: Bench) -> None:
    """The same cell run twice predicts the same bits."""
    bench.run("first")
    bench.run("again")
    if not bench.predictions("first").equals(bench.predictions("again")):
        raise NotConforming(
            "two runs with the same seed predict differently: draw every random number from "
            "run.seed(...) or the global generators"
        )


def fresh_state_per_fold(bench: Bench) -> None:
    """A fold predicts the same whether or not another one ran before it in the process."""
    bench.run("alone", fold=1)
    bench.run("after", fold=0)
    bench.run("after", fold=1)
    if not bench.predictions("alone", 1).equals(bench.predictions("after", 1)):
        raise NotConforming(
            "a fold's predictions change when another fold ran before it: keep no state in "
            "modules or classes"
        )


def permuted_labels_near_chance(bench: Bench) -> None:
    """Taught and examined on permuted labels, the method is no better than chance."""
    cell = bench.cell()
    table = pl.read_parquet(cell.material.table)
    draw = np.random.default_rng(0)
    scored = pl.col("part") != "neutral"
    kept, neutral = table.filter(scored), table.filter(~scored)
    shuffled = dict(
        zip(
            kept["sample"].unique().sort(),
            draw.permutation(kept.unique("sample").sort("sample")["expression"].to_numpy()),
            strict=True,
        )
    )
    permuted = kept.with_columns(
        expression=pl.col("sample").replace_strict(shuffled, return_dtype=pl.String)
    )
    path = bench.folder / "permuted.parquet"
    pl.concat([permuted, neutral]).write_parquet(path)
    record = bench.run("permuted", cell=replace(cell, material=replace(cell.material, table=path)))
    labels = permuted.filter((pl.col("part") == "test") & (pl.col("fold") == 0))["expression"]
    likeliest = max(labels.value_counts()["count"].to_list()) / len(labels)
    bound = binom.ppf(1 - CHANCE_TAIL, len(labels), likeliest) / len(labels)
    accuracy = record.accuracy_image_last or 0.0
    if accuracy > bound:
        raise NotConforming(
            f"accuracy {accuracy:.2f} on permuted labels is above chance (bound {bound:.2f}): the "
            "method learns test labels from somewhere"
        )


def resumed_equals_uninterrupted(bench: Bench) -> None:
    """Killed in its second epoch and continued, a cell predicts the same bits."""
    epochs = bench.run("first").epochs
    if not epochs or epochs < 2:
        return

    def kill(epoch: int, scalars: dict[str, float]) -> None:
        if epoch == 1:
            raise Interruption

    try:
        run_cell(bench.cell(), bench.registry, bench.place("resumed"), kill)
    except Interruption:
        pass
    else:
        raise NotConforming("the method counts epochs but never calls run.offer")
    record = bench.run("resumed")
    if not record.resumed:
        raise NotConforming("the cell started anew instead of continuing from its checkpoint")
    if not bench.predictions("first").equals(bench.predictions("resumed")):
        raise NotConforming(
            "a resumed cell predicts differently: pass everything that training changes to "
            "run.epochs(...), and create it before that call"
        )


def alone_as_in_a_batch(bench: Bench) -> None:
    """A reloaded method predicts each face alone as it predicted it in the test fold."""
    method, run, faces = bench.fitted()
    stored = bench.predictions("first").filter(pl.col("state") == LAST)
    together = stored.select(pl.col(f"^{PREFIX}.*$")).to_numpy()
    reloaded = method.predict(faces, run).probabilities
    if np.abs(reloaded - together).max() > TOLERANCE:
        raise NotConforming("a method reloaded from its state predicts differently")
    for number in range(min(len(faces), 5)):
        alone = method.predict(faces.only(np.array([number])), run).probabilities
        if np.abs(alone[0] - together[number]).max() > TOLERANCE:
            raise NotConforming(
                "a face alone is predicted differently from the same face in a batch: put batch "
                "normalisation into eval mode, and standardise each image by itself"
            )


def comparisons_as_declared(bench: Bench) -> None:
    """The comparisons counted in the losses are those that the formula gives."""
    record = bench.run("first")
    declared, measured = record.comparisons_expected, record.comparisons
    if declared and not measured:
        raise NotConforming(
            f"{declared} comparisons are declared and none was counted: evaluate distances "
            "through ferbench's losses, or call count_comparisons"
        )
    if declared != measured:
        raise NotConforming(f"{measured} comparisons were counted, {declared} are declared")
    if record.batches == 0:
        raise NotConforming("the method never called run.batch(...), so its cost is unknown")


CHECKS: tuple[Callable[[Bench], None], ...] = (
    same_seed_same_predictions,
    fresh_state_per_fold,
    permuted_labels_near_chance,
    resumed_equals_uninterrupted,
    alone_as_in_a_batch,
    comparisons_as_declared,
)


def examine(bench: Bench) -> Iterator[Verdict]:
    """Every check, one after the other."""
    for check in CHECKS:
        name = check.__name__.replace("_", " ")
        try:
            check(bench)
        except NotConforming as error:
            yield Verdict(name, str(error))
        else:
            yield Verdict(name, None)
