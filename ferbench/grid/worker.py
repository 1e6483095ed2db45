"""Running one cell, wherever the executor put it; its record is stored whatever happens."""

import json
import traceback
from dataclasses import replace
from pathlib import Path

import torch

from ferbench.errors import CellTimeout, Unsupported
from ferbench.grid.attempt import Attempt
from ferbench.grid.cell import Cell
from ferbench.grid.determinism import deterministic_where_possible
from ferbench.grid.environment import now, versions
from ferbench.grid.workplace import Observer, Workplace
from ferbench.host import Registry
from ferbench.imaging.decode import DECODER
from ferbench.results.record import Record, Status
from ferbench.training.threads import limited_threads


def run_cell(cell: Cell, registry: Registry, place: Workplace, observe: Observer) -> Record:
    """Run a cell and store its record, whatever happens; only sticky device errors are raised."""
    registry.observe("cell_started", cell_id=cell.id, cell=dict(cell.identity))
    started = Record(
        **cell.identity,
        threads=place.threads,
        executor=place.executor,
        shared_device=place.shared_device,
        decoder=DECODER,
        versions=versions(),
        started=now(),
    )
    trace = None
    predictions = None
    with limited_threads(place.threads), deterministic_where_possible() as warned:
        try:
            record, predictions = Attempt(cell, registry, place, observe, started).run()
            record.to_json()  # what cannot be written down is a fault of the method, told here
        except Exception as error:
            trace = traceback.format_exc()
            status, reason = classify(error)
            record, predictions = replace(started, status=status, reason=reason), None
            if is_sticky(error):
                place.store.save(replace(record, deterministic=not warned), None, trace)
                raise
    outcomes = [place.stages.outcome(stage) for stage in record.stages.values()]
    sure = not warned and all(found.deterministic for found in outcomes if found)
    record = replace(record, deterministic=sure)
    registry.observe("cell_finished", cell_id=cell.id, record=json.loads(record.to_json()))
    place.store.save(record, predictions, trace)
    if record.status != "timeout":
        place.checkpoint(cell.id).remove()
    return record


def classify(error: Exception) -> tuple[Status, str]:
    """The status and the one-line reason of a cell that raised."""
    text = str(error).strip().splitlines()
    reason = f"{type(error).__name__}: {text[0]}" if text else type(error).__name__
    if isinstance(error, Unsupported):
        return "skipped", str(error)
    if isinstance(error, CellTimeout):
        return "timeout", str(error)
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return "oom", reason
    return "failed", reason + _where(error)


def is_sticky(error: Exception) -> bool:
    """Whether the device is unusable for this process from now on."""
    return "CUDA error" in str(error) and not isinstance(error, torch.OutOfMemoryError)


def _where(error: Exception) -> str:
    """The innermost line of the error outside the libraries, as ` (file:line)`."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [f for f in frames if "site-packages" not in f.filename and "<" not in f.filename]
    return f" ({Path(own[-1].filename).name}:{own[-1].lineno})" if own else ""
