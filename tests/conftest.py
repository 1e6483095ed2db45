"""What many tests share: small corpora of drawn faces, and caches that do not outlive a test."""

import csv
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import settings
from PIL import Image

if TYPE_CHECKING:
    import polars as pl

    from ferbench.grid.plan import Plan
    from ferbench.grid.run import Outcome
    from ferbench.grid.workplace import Workplace
    from ferbench.results.record import Record

settings.register_profile("no-clock", deadline=None)
settings.load_profile("no-clock")
"""A busy machine must not fail a property that holds."""

EXPRESSIONS = ("anger", "happiness", "surprise")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test reads the user's cache or settings."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("FERBENCH_CACHE", str(folder))
    monkeypatch.delenv("FERBENCH_STRICT", raising=False)


def _draw(subject: int, expression: int, size: int, noise: np.random.Generator) -> np.ndarray:
    """A picture that a small network can tell apart: a bar whose height is the expression."""
    picture = np.full((size, size, 3), 60 + 5 * (subject % 10), dtype=np.float64)
    top = 6 + expression * size // 4
    picture[top : top + size // 6, 8 : size - 8] = 220
    picture += noise.normal(0, 8, picture.shape)
    return picture.clip(0, 255).astype(np.uint8)


@pytest.fixture
def corpus(tmp_path: Path) -> Callable[..., Path]:
    """Makes a manifest corpus of drawn pictures and returns its root."""

    def make(name: str = "corpus", subjects: int = 10, size: int = 48) -> Path:
        root = tmp_path / name
        root.mkdir()
        noise = np.random.default_rng(0)
        with (root / "manifest.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["file", "subject_id", "expression"])
            for subject in range(subjects):
                for code, expression in enumerate(EXPRESSIONS):
                    picture = f"{subject:03d}_{expression}.png"
                    Image.fromarray(_draw(subject, code, size, noise)).save(root / picture)
                    writer.writerow([picture, f"{subject:03d}", expression])
        return root

    return make


TOYS = Path(__file__).parent / "data" / "toys"


@pytest.fixture(scope="session")
def measured() -> Callable[[Callable[[], object]], int | None]:
    """Calls, and says how many comparisons were counted."""

    def measure(call: Callable[[], object]) -> int | None:
        from ferbench.training.counting import ComparisonCounter, counting

        counter = ComparisonCounter()
        with counting(counter):
            call()
        return counter.total

    return measure


@pytest.fixture
def grid(tmp_path: Path, corpus: Callable[..., Path]) -> "Callable[..., GridRun]":
    """Runs a grid of toy methods on a drawn corpus, in this process or under Ray."""

    def run(
        *methods: str,
        settings: tuple[str, ...] = (),
        executor: str = "inline",
        out: Path = tmp_path / "out",
        root: Path | None = None,
        folds: int | None = 2,
        seeds: int = 1,
        protocol: str | None = None,
        **workforce: object,
    ) -> GridRun:
        from ferbench.grid.executor import Workforce, make_executor
        from ferbench.grid.plan import Request, make_plan
        from ferbench.grid.run import run_plan
        from ferbench.grid.workplace import Workplace
        from ferbench.host import discover
        from ferbench.settings import read_settings

        root = root or (tmp_path / "corpus" if (tmp_path / "corpus").exists() else corpus())
        chosen = read_settings(
            [f"dataset.manifest.root={root}", "dataset.manifest.align=whole", *settings],
            [TOYS],
            folder=tmp_path,
        )
        registry = discover(chosen.plugins)
        request = Request(methods, ["manifest"], "tiny", protocol, folds, seeds)
        plan = make_plan(request, registry, chosen)
        plan.supplies.make()
        place = Workplace(out, executor, shared_device=executor == "ray")
        heard = Heard()
        worker = make_executor(executor, registry, place, Workforce(**workforce))
        outcome = run_plan(plan, worker, place, heard)
        return GridRun(plan, place, outcome, heard)

    return run


@pytest.fixture
def ferbench(tmp_path: Path, monkeypatch, capsys) -> Callable[..., tuple[int, str, str]]:
    """Runs the program in this process: exit code, standard output, standard error."""
    from ferbench.cli import main

    monkeypatch.chdir(tmp_path)
    (tmp_path / "ferbench.yaml").write_text("datasets: {manifest: {align: whole}}\n")

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["ferbench", *map(str, arguments)])
        code = 0
        try:
            main()
        except SystemExit as end:
            code = int(end.code or 0)
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@dataclass
class Heard:
    """A monitor that remembers."""

    starts: list[str] = field(default_factory=list)
    ends: list[tuple[str, bool]] = field(default_factory=list)
    epochs: list[tuple[str, int]] = field(default_factory=list)

    def started(self, label: str) -> None:
        self.starts.append(label)

    def epoch(self, label: str, epoch: int, scalars: dict[str, float]) -> None:
        self.epochs.append((label, epoch))

    def ended(self, label: str, failed: bool) -> None:
        self.ends.append((label, failed))


@dataclass
class GridRun:
    """A grid that was run: its plan, where, what came out, and what the monitor heard."""

    plan: "Plan"
    place: "Workplace"
    outcome: "Outcome"
    heard: Heard

    def records(self) -> "dict[str, Record]":
        """Every record of the plan by method and fold, as `method/fold`."""
        found = [self.place.store.record(cell.id) for cell in self.plan.cells]
        return {f"{r.method}/{r.fold}" + (f"/{r.seed}" if r.seed else ""): r for r in found if r}

    def predictions(self) -> "dict[str, pl.DataFrame]":
        """The predictions of every finished cell, by cell id."""
        store = self.place.store
        return {c.id: store.predictions(c.id) for c in self.plan.cells if store.finished(c.id)}
