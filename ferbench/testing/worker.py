"""A process beside this one, such as Ray's workers are, that runs cells of the conformance kit."""

import os
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from functools import cache
from multiprocessing import get_context, parent_process
from pathlib import Path

from ferbench.grid.cell import Cell
from ferbench.grid.worker import run_cell
from ferbench.grid.workplace import Workplace, unheard
from ferbench.host import discovered


@cache
def _worker() -> ProcessPoolExecutor:
    """One process for all that this one checks: it inherits nothing, and starting costs seconds."""
    spawn = get_context("spawn")
    return ProcessPoolExecutor(1, mp_context=spawn, initializer=_end_with_parent)


def _end_with_parent() -> None:
    """In the worker: end where the program was killed, which then tells nobody."""
    parent = parent_process()
    assert parent is not None

    def watch() -> None:
        parent.join()
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


def _work(cell: Cell, place: Workplace, folders: tuple[Path, ...]) -> None:
    """What the worker does; the record is its answer."""
    run_cell(cell, discovered(folders), place, unheard)


def run_elsewhere(cell: Cell, place: Workplace, folders: tuple[Path, ...]) -> str | None:
    """Pickle a cell to the worker and run it there; why that failed, or None where it ran."""
    try:
        _worker().submit(_work, cell, place, folders).result()
    except BrokenProcessPool:
        _worker.cache_clear()
        return "the process died"
    except Exception as error:
        return f"{type(error).__name__}: {error}".splitlines()[0]
    return None
