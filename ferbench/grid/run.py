"""Running a plan: material first, then stages in waves, then the cells that are still to do."""

from collections.abc import Mapping
from dataclasses import dataclass

from ferbench.grid.environment import now
from ferbench.grid.executor import Executor, Monitor
from ferbench.grid.plan import Plan
from ferbench.grid.stages import waves
from ferbench.grid.workplace import Workplace
from ferbench.results.record import Record, Status


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run did: cells that had been finished before, and the records of the others."""

    already: int
    ran: list[Record]

    @property
    def unfinished(self) -> list[Record]:
        """The cells that failed, were blocked, or ran out of memory or time."""
        return [record for record in self.ran if not record.finished]


def run_plan(plan: Plan, executor: Executor, place: Workplace, monitor: Monitor) -> Outcome:
    """Run what is still to do of a plan; its material must have been made."""
    todo = plan.to_do(place.store)
    needed = plan.stages_for(todo)
    for wave in waves({id_: s for id_, s in needed.items() if not place.stages.done(id_)}):
        executor.run_stages([s for s in wave if _unfinished(s.after, place) is None], monitor)
    runnable = []
    for cell in todo:
        unfinished = _unfinished(cell.identity["stages"], place)
        if unfinished is None:
            runnable.append(cell)
            continue
        status, reason = unfinished
        record = Record(**cell.identity, status=status, reason=reason, started=now())
        monitor.started(cell.label)
        place.store.save(record)
        monitor.ended(cell.label, failed=not record.finished)
    executor.run_cells(runnable, monitor)
    records = [place.store.record(cell.id) for cell in todo]
    return Outcome(len(plan.cells) - len(todo), [record for record in records if record])


def _unfinished(stages: Mapping[str, str], place: Workplace) -> tuple[Status, str] | None:
    """The status and the reason of work that reads these stages and cannot run, or None."""
    for name, stage_id in stages.items():
        outcome = place.stages.outcome(stage_id)
        if outcome is None:
            return "blocked", f"stage {name} was not run, because one that it reads failed"
        if outcome.skipped:
            return "skipped", f"{outcome.label}: {outcome.reason}"
        if outcome.reason is not None:
            return "blocked", f"{outcome.label} failed: {outcome.reason}"
    return None
