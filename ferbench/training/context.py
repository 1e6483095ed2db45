"""The run context: the harness's side of one cell while its method fits."""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any

import torch

from ferbench.contracts.method import Method, State
from ferbench.contracts.run import (
    CPU_SECONDS,
    EPOCH,
    VALIDATION_ACCURACY,
    BatchShape,
    Snapshot,
)
from ferbench.errors import CellTimeout, PluginError
from ferbench.training.checkpoint import Checkpoint
from ferbench.training.clock import PhaseClock
from ferbench.training.counting import ComparisonCounter, counting
from ferbench.training.seeding import derive_seed
from ferbench.training.states import copied


@dataclass
class Progress:
    """What has been counted and kept so far; survives an interruption with the checkpoint."""

    comparisons: ComparisonCounter = field(default_factory=ComparisonCounter)
    comparisons_expected: int | None = None
    batches: int = 0
    input_passes: int = 0
    epochs: int = 0
    curve: list[dict[str, float]] = field(default_factory=list)
    best_score: float | None = None
    best_epoch: int | None = None
    resumed: int = 0

    def state_dict(self) -> dict[str, Any]:
        """As plain values."""
        return {**vars(self), "comparisons": self.comparisons.total}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Continue from `state_dict`."""
        self.comparisons.total = state["comparisons"]
        vars(self).update({name: v for name, v in state.items() if name != "comparisons"})


class Run:
    """Implements `contracts.run.RunContext`.

    axes:     what every seed of the cell depends on (its seed and fold).
    stages:   the states of the method's stages, by name.
    observe:  called after each offered epoch with its number and scalars.
    deadline: a `time.monotonic()` at which the cell is given up, or None.
    checkpoint_every: seconds from one checkpoint to the next.
    """

    def __init__(
        self,
        *,
        axes: tuple[str | int, ...],
        device: torch.device,
        checkpoint: Checkpoint,
        stages: Mapping[str, State] | None = None,
        observe: Callable[[int, dict[str, float]], None] = lambda epoch, scalars: None,
        deadline: float | None = None,
        checkpoint_every: float = 0.0,
    ) -> None:
        self._axes = axes
        self._device = device
        self._checkpoint = checkpoint
        self._stages = dict(stages or {})
        self._observe = observe
        self._deadline = deadline
        self._checkpoint_every = checkpoint_every
        self._method: Method | None = None
        self._score: Callable[[], float] | None = None
        self._looped = False
        self.progress = Progress()
        self.selected: State | None = None
        self.clock = PhaseClock(torch.cuda.synchronize if device.type == "cuda" else lambda: None)

    def select(self, method: Method, score: Callable[[], float] | None) -> None:
        """Keep the best state of `method` by `score`; without one, the last state alone.

        score: of the method on the validation fold, or None where there is none.
        """
        self._method, self._score = method, score

    @contextmanager
    def fitting(self) -> Iterator[None]:
        """Time and count what happens inside as training."""
        with counting(self.progress.comparisons), self.clock.phase("fit"):
            yield

    @property
    def device(self) -> torch.device:
        """See `RunContext.device`."""
        return self._device

    def seed(self, *axes: str | int) -> int:
        """See `RunContext.seed`."""
        return derive_seed(*self._axes, *axes)

    def phase(self, name: str) -> AbstractContextManager[None]:
        """See `RunContext.phase`."""
        return self.clock.phase(name)

    def epochs(self, total: int, **parts: Snapshot) -> Iterator[int]:
        """See `RunContext.epochs`."""
        if self._looped:
            raise PluginError(
                "run.epochs may be called once in a cell, since it has one checkpoint: train what "
                "comes before in a stage"
            )
        self._looped = True
        first = self._restore(parts)
        saved = time.monotonic()
        for epoch in range(first, total):
            self.progress.epochs = epoch + 1
            yield epoch
            late = self._deadline is not None and time.monotonic() > self._deadline
            if late or time.monotonic() - saved >= self._checkpoint_every:
                self._save(epoch, parts)
                saved = time.monotonic()
            if late and epoch + 1 < total:
                raise CellTimeout(f"out of time after {epoch + 1} of {total} epochs")

    def batch(self, shape: BatchShape) -> None:
        """See `RunContext.batch`."""
        progress = self.progress
        progress.batches += 1
        progress.input_passes += int(shape.images)
        expected = self._method.expected_comparisons(shape) if self._method else None
        if expected is not None:
            progress.comparisons_expected = (progress.comparisons_expected or 0) + int(expected)

    def offer(self, epoch: int, **scalars: float) -> float | None:
        """See `RunContext.offer`."""
        score = None
        scalars = {name: float(value) for name, value in scalars.items()}
        self.clock.charge()
        cpu_seconds = round(self.clock.training_cpu(), 4)
        if self._score is not None and self._method is not None:
            with self.clock.phase("validation"):
                score = float(self._score())
                if self.progress.best_score is None or score > self.progress.best_score:
                    self.progress.best_score, self.progress.best_epoch = score, epoch
                    self.selected = copied(self._method.state())
            scalars = {**scalars, VALIDATION_ACCURACY: score}
        finite = {name: value for name, value in scalars.items() if math.isfinite(value)}
        self.progress.curve.append({EPOCH: epoch, **finite, CPU_SECONDS: cpu_seconds})
        self._observe(epoch, scalars)
        return score

    def stage(self, name: str) -> State:
        """See `RunContext.stage`."""
        return self._stages[name]

    def _save(self, epoch: int, parts: Mapping[str, Snapshot]) -> None:
        with self.clock.phase("checkpoint"):
            books = {"progress": self.progress.state_dict(), "clock": self.clock.state_dict()}
            best = self.progress.best_epoch
            selected = None if best is None or self.selected is None else (best, self.selected)
            self._checkpoint.save(epoch, parts, books, selected)

    def _restore(self, parts: Mapping[str, Snapshot]) -> int:
        """Continue from the checkpoint if there is one; the first epoch to run."""
        found = self._checkpoint.restore(parts)
        if found is None:
            return 0
        epoch, books = found
        self.progress.load_state_dict(books["progress"])
        self.progress.resumed += 1
        self.clock.load_state_dict(books["clock"])
        if self.progress.best_epoch is not None:
            self.selected = self._checkpoint.selected(self.progress.best_epoch)
        return int(epoch) + 1
