"""The Ray Tune executor: one trial a cell, on as many workers as there are cores or GPU shares."""

import os
import shutil
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import ray
from ray import tune

from ferbench.errors import UsageError
from ferbench.grid.cell import Cell, StageCell
from ferbench.grid.environment import now
from ferbench.grid.executor import Monitor, Workforce
from ferbench.grid.ray_start import most_cores, start_ray
from ferbench.grid.stage_store import StageOutcome
from ferbench.grid.stage_worker import run_stage
from ferbench.grid.worker import run_cell
from ferbench.grid.workplace import Workplace, unheard
from ferbench.host import Registry, discovered
from ferbench.results.record import Record, Status

ATTEMPTS = 2
"""How often a cell is tried whose worker dies."""
LOW_MEMORY = "running low on memory"
"""What Ray says when it kills a worker to save the machine."""
UNSTARTED: tuple[Status, str] = (
    "failed",
    "its worker did not start: is this ferbench installed on every machine?",
)
"""What became of a trial that Tune ended without a word of which it was."""


def _cell_trial(
    config: dict[str, Any], items: Mapping[str, Cell], place: Workplace, folders: tuple[Path, ...]
) -> None:
    """Run one cell in a Tune worker. Failures are recorded, not raised: raising costs the actor."""
    run_cell(items[config["id"]], discovered(folders), place, unheard)
    tune.report({"done": 1})


def _stage_trial(
    config: dict[str, Any],
    items: Mapping[str, StageCell],
    place: Workplace,
    folders: tuple[Path, ...],
) -> None:
    """Run one stage in a Tune worker."""
    discovered(folders)
    run_stage(items[config["id"]], place, unheard)
    tune.report({"done": 1})


class _Follower(tune.Callback):
    """Tells the monitor what Tune starts and ends."""

    def __init__(self, labels: Mapping[str, str], monitor: Monitor, ok: Callable[[str], bool]):
        self._labels, self._monitor, self._ok = labels, monitor, ok

    def __getstate__(self) -> dict[str, Any]:
        """Nothing: Tune pickles its callbacks for a restore that is never made."""
        return {}

    def on_trial_start(self, iteration: int, trials: list[Any], trial: Any, **info: Any) -> None:
        self._monitor.started(self._labels[trial.config["id"]])

    def on_trial_complete(self, iteration: int, trials: list[Any], trial: Any, **info: Any) -> None:
        name = trial.config["id"]
        self._monitor.ended(self._labels[name], failed=not self._ok(name))

    def on_trial_error(self, iteration: int, trials: list[Any], trial: Any, **info: Any) -> None:
        self._monitor.ended(self._labels[trial.config["id"]], failed=True)


class RayTuneExecutor:
    """One Tuner over the work to do, with workers that are reused from cell to cell."""

    def __init__(self, registry: Registry, place: Workplace, workforce: Workforce) -> None:
        self.registry, self.place, self.workforce = registry, place, workforce

    def require_room(self, methods: Iterable[str]) -> None:
        """See `Executor`. Ray itself would wait for such cores without a word."""
        most = most_cores(self.workforce, self.place.threads)
        for method in methods:
            asked = self._cores(method)
            if asked > most:
                raise UsageError(
                    f"a cell of {method} takes {asked:g} CPU cores at --threads "
                    f"{self.place.threads}, and Ray has {most:g} on one machine: give fewer "
                    "--threads or more --workers, or --executor inline"
                )

    def run_stages(self, stages: Sequence[StageCell], monitor: Monitor) -> None:
        """See `Executor`."""
        work = {stage.id: (stage, stage.method, stage.label) for stage in stages}
        before = {stage.id: self.place.stages.outcome(stage.id) for stage in stages}
        deaths = self._run(_stage_trial, work, monitor, self.place.stages.done)
        for stage in stages:
            if self.place.stages.outcome(stage.id) == before[stage.id]:
                _, reason = deaths.get(stage.id, UNSTARTED)
                outcome = StageOutcome(stage.label, 0.0, reason, started=now())
                self.place.stages.save(stage.id, outcome)

    def run_cells(self, cells: Sequence[Cell], monitor: Monitor) -> None:
        """See `Executor`."""
        before = {cell.id: self._started(cell.id) for cell in cells}
        work = {cell.id: (cell, cell.identity["method"], cell.label) for cell in cells}
        deaths = self._run(_cell_trial, work, monitor, self.place.store.finished)
        for cell in cells:
            if self._started(cell.id) == before[cell.id]:
                status, reason = deaths.get(cell.id, UNSTARTED)
                record = Record(**cell.identity, status=status, reason=reason, started=now())
                self.place.store.save(record)

    def _started(self, cell_id: str) -> str | None:
        """When the recorded attempt at a cell started; None without one."""
        record = self.place.store.record(cell_id)
        return None if record is None else record.started

    def _run(
        self,
        trial: Callable[..., None],
        work: Mapping[str, tuple[Any, str, str]],
        monitor: Monitor,
        ok: Callable[[str], bool],
    ) -> dict[str, tuple[Status, str]]:
        """Run `trial` on each of `work` (id -> item, method, label); what became of dead ones."""
        if not work:
            return {}
        start_ray(self.workforce, self.place.threads)
        self.require_room({method for _, method, _ in work.values()})
        has_gpus = ray.cluster_resources().get("GPU", 0) > 0
        needs = {name: self._resources(method, has_gpus) for name, (_, method, _) in work.items()}
        scratch = self.place.out / "tune"
        shutil.rmtree(scratch, ignore_errors=True)
        trainable = tune.with_resources(
            tune.with_parameters(
                trial,
                items={name: item for name, (item, _, _) in work.items()},
                place=self.place,
                folders=tuple(self.registry.folders),
            ),
            lambda config: needs[config["id"]],
        )
        labels = {name: label for name, (_, _, label) in work.items()}
        tuner = tune.Tuner(
            trainable,
            param_space={"id": tune.grid_search(list(work))},
            tune_config=tune.TuneConfig(
                reuse_actors=True,
                trial_dirname_creator=lambda trial: trial.trial_id,
                max_concurrent_trials=1 if self.workforce.alone else None,
            ),
            run_config=tune.RunConfig(
                name=f"run-{os.getpid()}",
                storage_path=str(scratch),
                verbose=0,
                callbacks=[_Follower(labels, monitor, ok)],
                failure_config=tune.FailureConfig(max_failures=ATTEMPTS - 1),
            ),
        )
        results = tuner.fit()
        shutil.rmtree(scratch, ignore_errors=True)
        ended = [results[number] for number in range(len(results))]
        return {end.config["id"]: _death(end.error) for end in ended if end.error and end.config}

    def _resources(self, method: str, has_gpus: bool) -> tune.PlacementGroupFactory:
        """What one trial needs: never a GPU where the cluster has none."""
        asked = self.registry.method(method).resources.gpus
        share = self.workforce.gpus_per_cell
        gpus = (asked if share is None else share) if has_gpus else 0
        return tune.PlacementGroupFactory([{"CPU": self._cores(method), "GPU": gpus}])

    def _cores(self, method: str) -> float:
        """The CPU cores that one trial needs, all on one machine."""
        return self.registry.method(method).resources.cpus * self.place.threads


def _death(error: BaseException) -> tuple[Status, str]:
    """The status and reason of a cell whose worker died, without Ray's advice."""
    if LOW_MEMORY in str(error):
        return "oom", "its worker was killed, since the machine ran low on memory"
    return "failed", f"its worker died {ATTEMPTS} times ({type(error).__name__})"
