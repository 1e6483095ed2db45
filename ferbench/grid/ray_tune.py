"""The Ray Tune executor: one trial a cell, on as many workers as there are cores or GPU shares."""

import logging
import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import ray
from ray import tune

from ferbench.grid.cell import Cell, StageCell
from ferbench.grid.executor import Monitor, Workforce
from ferbench.grid.stage_store import StageOutcome
from ferbench.grid.stage_worker import run_stage
from ferbench.grid.worker import run_cell
from ferbench.grid.workplace import Workplace
from ferbench.host import Registry, discover
from ferbench.results.record import Record, Status

ENVIRONMENT = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_worker_niceness": "0",
    "RAY_CHDIR_TO_TRIAL_DIR": "0",
    "RAY_AIR_NEW_OUTPUT": "0",
    "TUNE_DISABLE_AUTO_CALLBACK_LOGGERS": "1",
    "TUNE_DISABLE_SIGINT_HANDLER": "1",
    "TUNE_WARN_EXCESSIVE_EXPERIMENT_CHECKPOINT_SYNC_THRESHOLD_S": "0",
}
"""Set before Ray starts: no reports home, no lower priority, no logs besides our
records, and Ctrl-C reaches us."""
THREAD_VARIABLES = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
ATTEMPTS = 2
"""How often a cell is tried whose worker dies."""
LOW_MEMORY = "running low on memory"
"""What Ray says when it kills a worker to save the machine."""

_registries: dict[tuple[Path, ...], Registry] = {}


def _registry(folders: tuple[Path, ...]) -> Registry:
    """The plugins as this worker process finds them, looked for once."""
    if folders not in _registries:
        _registries[folders] = discover(folders)
    return _registries[folders]


def _unheard(epoch: int, scalars: dict[str, float]) -> None:
    """Epochs in a worker process are not shown."""


def _cell_trial(
    config: dict[str, Any], items: Mapping[str, Cell], place: Workplace, folders: tuple[Path, ...]
) -> None:
    """Run one cell in a Tune worker. Failures are recorded, not raised: raising costs the actor."""
    run_cell(items[config["id"]], _registry(folders), place, _unheard)
    tune.report({"done": 1})


def _stage_trial(
    config: dict[str, Any],
    items: Mapping[str, StageCell],
    place: Workplace,
    folders: tuple[Path, ...],
) -> None:
    """Run one stage in a Tune worker."""
    _registry(folders)
    run_stage(items[config["id"]], place, _unheard)
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

    def run_stages(self, stages: Sequence[StageCell], monitor: Monitor) -> None:
        """See `Executor`."""
        work = {stage.id: (stage, stage.method, stage.label) for stage in stages}
        deaths = self._run(_stage_trial, work, monitor, self.place.stages.done)
        for stage in stages:
            if self.place.stages.outcome(stage.id) is None:
                _, reason = deaths[stage.id]
                self.place.stages.save(stage.id, StageOutcome(stage.label, 0.0, reason), None)

    def run_cells(self, cells: Sequence[Cell], monitor: Monitor) -> None:
        """See `Executor`."""
        before = {cell.id: self._started(cell.id) for cell in cells}
        work = {cell.id: (cell, cell.identity["method"], cell.label) for cell in cells}
        deaths = self._run(_cell_trial, work, monitor, self.place.store.finished)
        for cell in cells:
            if self._started(cell.id) == before[cell.id]:
                status, reason = deaths[cell.id]
                self.place.store.save(Record(**cell.identity, status=status, reason=reason))

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
        self._start_ray()
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
                reuse_actors=True, trial_dirname_creator=lambda trial: trial.trial_id
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

    def _start_ray(self) -> None:
        """Start Ray here, or join the cluster; once a process."""
        if ray.is_initialized():
            return
        for name, value in ENVIRONMENT.items():
            os.environ.setdefault(name, value)
        logging.getLogger("ray.tune").setLevel(logging.CRITICAL)
        force = self.workforce
        quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
        if force.address != "local":
            ray.init(address=force.address, **quiet)
            return
        threads = {name: str(self.place.threads) for name in THREAD_VARIABLES}
        ray.init(
            address="local",
            num_cpus=force.cpus,
            num_gpus=force.gpus,
            include_dashboard=False,
            runtime_env={"env_vars": threads},
            **quiet,
        )

    def _resources(self, method: str, has_gpus: bool) -> tune.PlacementGroupFactory:
        """What one trial needs: never a GPU where the cluster has none."""
        asked = self.registry.method(method).resources
        share = self.workforce.gpus_per_cell
        gpus = (asked.gpus if share is None else share) if has_gpus else 0
        return tune.PlacementGroupFactory([{"CPU": asked.cpus * self.place.threads, "GPU": gpus}])


def _death(error: BaseException) -> tuple[Status, str]:
    """The status and reason of a cell whose worker died, without Ray's advice."""
    if LOW_MEMORY in str(error):
        return "oom", "its worker was killed, since the machine ran low on memory"
    return "failed", f"its worker died {ATTEMPTS} times ({type(error).__name__})"
