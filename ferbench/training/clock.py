"""Named timing phases: each second is charged to the innermost phase that is open."""

import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

HARNESS_PHASES = ("validation", "checkpoint")
"""Phases of the harness's own work inside `fit`; not part of a method's training time."""


class PhaseClock:
    """Wall and process-CPU seconds by phase; `synchronise` makes the device finish first."""

    def __init__(self, synchronise: Callable[[], None] = lambda: None) -> None:
        self.wall: defaultdict[str, float] = defaultdict(float)
        self.cpu: defaultdict[str, float] = defaultdict(float)
        self._synchronise = synchronise
        self._open: list[str] = []
        self._mark = (0.0, 0.0)

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Charge the time inside to `name`."""
        self.charge()
        self._open.append(name)
        try:
            yield
        finally:
            self.charge()
            self._open.pop()

    def charge(self) -> None:
        """Bring the books up to this moment."""
        self._synchronise()
        now = (time.perf_counter(), time.process_time())
        if self._open:
            self.wall[self._open[-1]] += now[0] - self._mark[0]
            self.cpu[self._open[-1]] += now[1] - self._mark[1]
        self._mark = now

    def training_wall(self) -> float:
        """Wall seconds of all phases but the harness's own."""
        return sum(s for name, s in self.wall.items() if name not in HARNESS_PHASES)

    def training_cpu(self) -> float:
        """Process-CPU seconds of all phases but the harness's own."""
        return sum(s for name, s in self.cpu.items() if name not in HARNESS_PHASES)

    def state_dict(self) -> dict[str, dict[str, float]]:
        """The books, brought up to this moment."""
        self.charge()
        return {"wall": dict(self.wall), "cpu": dict(self.cpu)}

    def load_state_dict(self, state: dict[str, dict[str, float]]) -> None:
        """Continue from books kept before an interruption."""
        self.wall = defaultdict(float, state["wall"])
        self.cpu = defaultdict(float, state["cpu"])
