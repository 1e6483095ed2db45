"""What an executor does: run stages and cells somewhere, and tell a monitor as they go."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from ferbench.grid.cell import Cell, StageCell
from ferbench.grid.workplace import Workplace
from ferbench.host import Registry

LOCAL = "local"
"""The address that means: start Ray here."""


class Monitor(Protocol):
    """Is told how the work goes; `label` names a cell or stage."""

    def started(self, label: str) -> None: ...

    def epoch(self, label: str, epoch: int, scalars: dict[str, float]) -> None: ...

    def ended(self, label: str, failed: bool) -> None: ...


class Executor(Protocol):
    """Runs work; every result is in the stores when a call returns."""

    def require_room(self, methods: Iterable[str]) -> None:
        """UsageError where a cell of one of them asks for more cores than it can ever get."""
        ...

    def run_stages(self, stages: Sequence[StageCell], monitor: Monitor) -> None:
        """Run stages that do not depend on each other."""
        ...

    def run_cells(self, cells: Sequence[Cell], monitor: Monitor) -> None:
        """Run cells."""
        ...


@dataclass(frozen=True, slots=True)
class Workforce:
    """What Ray may use.

    cpus, gpus:    how many to schedule on; None: those found.
    gpus_per_cell: a share of a GPU for each cell; None: what its method asks for.
    address:       `local` to start Ray here, or that of an existing cluster.
    alone:         whether cells and stages run one at a time, however many would fit.
    """

    cpus: int | None = None
    gpus: int | None = None
    gpus_per_cell: float | None = None
    address: str = LOCAL
    alone: bool = False


def make_executor(
    name: Literal["inline", "ray"], registry: Registry, place: Workplace, workforce: Workforce
) -> Executor:
    """The executor of that name; only Ray's imports Ray."""
    if name == "inline":
        from ferbench.grid.inline import InlineExecutor

        return InlineExecutor(registry, place)
    from ferbench.grid.ray_tune import RayTuneExecutor

    return RayTuneExecutor(registry, place, workforce)
