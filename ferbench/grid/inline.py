"""The inline executor: one cell after the other in this process, without importing Ray."""

from collections.abc import Iterable, Sequence
from functools import partial

from ferbench.grid.cell import Cell, StageCell
from ferbench.grid.executor import Monitor
from ferbench.grid.stage_worker import run_stage
from ferbench.grid.worker import run_cell
from ferbench.grid.workplace import Workplace
from ferbench.host import Registry


class InlineExecutor:
    """Runs cells and stages here and now."""

    def __init__(self, registry: Registry, place: Workplace) -> None:
        self.registry, self.place = registry, place

    def require_room(self, methods: Iterable[str]) -> None:
        """See `Executor`: nothing is waited for here."""

    def run_stages(self, stages: Sequence[StageCell], monitor: Monitor) -> None:
        """See `Executor`."""
        for stage in stages:
            label = stage.label
            monitor.started(label)
            outcome = run_stage(stage, self.place, partial(monitor.epoch, label))
            monitor.ended(label, failed=outcome.reason is not None)

    def run_cells(self, cells: Sequence[Cell], monitor: Monitor) -> None:
        """See `Executor`."""
        for cell in cells:
            label = cell.label
            monitor.started(label)
            record = run_cell(
                cell,
                self.registry,
                self.place,
                partial(monitor.epoch, label),
            )
            monitor.ended(label, failed=not record.finished)
