"""Both executors: the same predictions anywhere, and nothing lost when they are killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import pytest

from ferbench.cli.reporting import report
from ferbench.cores import cores
from ferbench.errors import UsageError
from ferbench.grid.executor import Workforce, make_executor
from ferbench.grid.workplace import Workplace
from ferbench.host import discover
from ferbench.results.store import Store

ORPHANS_LIVE = 4
"""Seconds in which Ray's workers notice that their driver was killed."""
TOYS = Path(__file__).parents[1] / "data" / "toys"


@pytest.fixture
def ray_stopped():
    """A test that starts Ray its own way, and stops it."""
    import ray

    ray.shutdown()
    yield
    ray.shutdown()


def test_inline_and_ray_predict_the_same_bits_at_any_worker_count(grid, tmp_path, ray_stopped):
    import ray

    inline = grid("softmax", "lbp-svm", "toy", out=tmp_path / "inline")
    assert {record.status for record in inline.records().values()} == {"ok"}
    for cpus in (1, 2):
        under_ray = grid(
            "softmax", "lbp-svm", "toy", out=tmp_path / f"ray{cpus}", executor="ray", cpus=cpus
        )
        ray.shutdown()
        assert set(under_ray.heard.starts) == set(inline.heard.starts)
        assert [failed for _, failed in under_ray.heard.ends] == [False] * 6
        for cell_id, frame in inline.predictions().items():
            assert under_ray.predictions()[cell_id].equals(frame)


def test_a_worker_that_dies_is_recorded_and_the_others_finish(grid, ray_stopped, capsys):
    ran = grid("toy", "toy-b", settings=("toy.fault=exit",), executor="ray", cpus=2)
    records = ran.records()
    assert {records["toy/0"].status, records["toy/1"].status} == {"failed"}
    assert "its worker died 2 times" in records["toy/0"].reason
    assert records["toy/0"].started
    assert {records["toy-b/0"].status, records["toy-b/1"].status} == {"ok"}
    assert len(ran.outcome.unfinished) == 2
    report(ran.plan, ran.place, ran.outcome, discover(), figures=None, json=False)
    assert capsys.readouterr().err.splitlines()[-1] == "next: run the same command again"


def test_cells_and_stages_of_workers_that_never_started_are_recorded(grid, tmp_path, monkeypatch):
    """Of such a trial Tune does not tell which it was."""
    monkeypatch.setattr("ferbench.grid.ray_tune.RayTuneExecutor._run", lambda *given: {})
    settings = (f"toy-staged.log={tmp_path / 'log'}",)
    ran = grid("toy", "toy-staged", settings=settings, folds=1, executor="ray", cpus=1)
    reasons = {name: record.reason for name, record in ran.records().items()}
    assert "its worker did not start" in reasons["toy/0"]
    assert "its worker did not start" in reasons["toy-staged/0"]
    assert len(ran.outcome.unfinished) == 2


def test_a_stage_that_failed_before_and_now_dies_is_recorded_as_dead(grid, tmp_path, ray_stopped):
    log = tmp_path / "log"
    settings = (f"toy-staged.log={log}", "toy-staged.fail=true")
    record = grid("toy-staged", settings=settings, folds=1).records()["toy-staged/0"]
    assert "the stage is broken" in record.reason
    Path(f"{log}.exit").touch()
    ran = grid("toy-staged", settings=settings, folds=1, executor="ray", cpus=1)
    assert "its worker died 2 times" in ran.records()["toy-staged/0"].reason
    assert not ran.place.stages.trace(record.stages["means"]).exists()


def test_accelerators_are_scheduled_and_each_cell_sees_its_own(grid, tmp_path, ray_stopped):
    flag = tmp_path / "seen"
    settings = ("toy.fault=device", f"toy.flag={flag}", "toy.epochs=0")
    ran = grid("toy", settings=settings, folds=1, executor="ray", cpus=2, gpus=4, gpus_per_cell=0.5)
    assert ran.records()["toy/0"].status == "ok"
    assert ran.records()["toy/0"].hardware_class.startswith("cpu")
    assert flag.read_text() in {"0", "1", "2", "3"}


def test_without_accelerators_a_share_of_one_is_not_waited_for(grid, ray_stopped):
    ran = grid("toy", folds=1, executor="ray", cpus=1, gpus=0, gpus_per_cell=0.5)
    assert ran.records()["toy/0"].status == "ok"


@pytest.fixture
def cluster(ray_stopped, monkeypatch):
    """A Ray of two cores that runs already."""
    import ray

    from ferbench.grid.ray_start import ENVIRONMENT

    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    ray.init(address="local", num_cpus=2, include_dashboard=False, log_to_driver=False)


def test_on_a_cluster_cells_run_one_at_a_time_where_they_must(grid, cluster):
    settings = ("toy.pause=0.1", "toy-b.pause=0.1")
    ran = grid("toy", "toy-b", settings=settings, executor="ray", address="auto", alone=True)
    spans = sorted(
        (datetime.fromisoformat(record.started).timestamp(), record.fit_wall_seconds)
        for record in ran.records().values()
    )
    assert len(spans) == 4
    for (start, seconds), (following, _) in pairwise(spans):
        assert start + seconds <= following


def test_more_threads_than_a_machine_of_the_cluster_has_are_refused(tmp_path, cluster):
    executor = make_executor(
        "ray", discover(), Workplace(tmp_path, "ray", threads=3), Workforce(address="auto")
    )
    with pytest.raises(UsageError, match="softmax takes 3 CPU cores at --threads 3, and Ray has 2"):
        executor.require_room(["softmax"])


@pytest.mark.parametrize("given", [("--workers", 2, "--threads", 4), ("--threads", 1 + cores())])
def test_more_threads_than_cores_are_refused_before_anything_starts(
    ferbench, corpus, tmp_path, monkeypatch, ray_stopped, given
):
    import ray

    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))
    code, out, err = ferbench(
        *("run", "--methods", "lbp-svm", "--datasets", "manifest", "--executor", "ray"),
        *("--set", f"dataset.manifest.root={corpus()}", *given),
    )
    assert (code, out) == (2, "")
    (line,) = err.splitlines()
    assert f"a cell of lbp-svm takes {given[-1]} CPU cores at --threads {given[-1]}, and" in line
    assert not ray.is_initialized()
    assert not (tmp_path / "cache").exists()


@pytest.fixture
def program(corpus: Callable[..., Path], tmp_path: Path) -> Callable[..., subprocess.Popen[str]]:
    """Starts `ferbench run` on slow toys as a process of its own, in a session of its own."""
    root = corpus()

    def start(out: str, executor: str, pause: float) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [
                *(sys.executable, "-m", "ferbench", "run", "--executor", executor),
                *("--methods", "toy,toy-b", "--datasets", "manifest", "--preset", "tiny"),
                *("--folds", "3", "--out", out, "--plugins-dir", str(TOYS)),
                *("--set", f"dataset.manifest.root={root}", "--workers", "2"),
                *("--set", "dataset.manifest.align=whole"),
                *("--set", f"toy.pause={pause}", "--set", f"toy-b.pause={pause}"),
            ],
            cwd=tmp_path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    return start


def _finished(store: Store) -> dict[str, str]:
    """When each finished cell was started."""
    if not store.cells.is_dir():
        return {}
    return {record.cell_id: record.started for record in store.records() if record.finished}


def _wait_for_cells(store: Store, count: int, seconds: float = 90) -> dict[str, str]:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        done = _finished(store)
        if len(done) >= count:
            return done
        time.sleep(0.02)
    raise AssertionError(f"only {len(_finished(store))} cells after {seconds} s")


@pytest.mark.parametrize("executor", ["inline", "ray"])
def test_killed_and_rerun_only_unfinished_cells_run(program, tmp_path, executor):
    pause = 0.15
    store = Store(tmp_path / "killed")
    process = program("killed", executor, pause)
    before = _wait_for_cells(store, 2)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    time.sleep(ORPHANS_LIVE)
    before |= _finished(store)
    assert 2 <= len(before) < 6, "the kill came too late to show anything"

    process = program("killed", executor, pause)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    after = _finished(store)
    assert len(after) == 6
    assert {name: after[name] for name in before} == before, "a finished cell ran again"
    assert f"6 cells: {len(before)} had been done" in errors

    whole = Store(tmp_path / "whole")
    process = program("whole", "inline", 0.0)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == 0, errors
    assert _predictions(store) == _predictions(whole)


def _predictions(store: Store) -> dict[tuple[str, int], list[tuple]]:
    """Every prediction by method and fold (the pause is part of a cell's id)."""
    return {
        (record.method, record.fold): store.predictions(record.cell_id).rows()
        for record in store.records()
    }


@pytest.mark.parametrize(
    ("executor", "asked"),
    [("inline", signal.SIGINT), ("ray", signal.SIGINT), ("ray", signal.SIGTERM)],
)
def test_asked_to_end_it_says_how_to_go_on(program, tmp_path, executor, asked):
    store = Store(tmp_path / "stopped")
    process = program("stopped", executor, 0.15)
    before = _wait_for_cells(store, 1)
    process.send_signal(asked)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130, errors
    assert "interrupted; prepared images and finished cells are kept, the same command" in errors
    assert "Traceback" not in errors
    assert before.keys() <= _finished(store).keys()
    assert all(record.finished for record in store.records()), "an interruption is no failure"


def test_a_ray_that_does_not_start_is_one_line(monkeypatch):
    import ray

    from ferbench.grid.ray_start import start_ray

    def late(**options):
        raise Exception("The current node timed out during startup.\nAdvice in many lines")

    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    monkeypatch.setattr(ray, "init", late)
    with pytest.raises(UsageError, match=r"^Ray at 'local' did not .* \(The current .*\.\): run"):
        start_ray(Workforce(), threads=1)
