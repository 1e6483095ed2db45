"""One run at a time below one results folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from ferbench.errors import UsageError
from ferbench.files import sweep_drafts
from ferbench.results.store import Store


@contextmanager
def only_run(folder: Path) -> Iterator[None]:
    """Hold the folder's lock, which the system frees if the program is killed.

    What killed writers left behind is removed first, since nobody else can be writing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(folder / ".lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout:
        raise UsageError(
            f"another `ferbench run` is writing to {folder}: wait for it, or use another --out"
        ) from None
    try:
        sweep_drafts(Store(folder).cells)
        yield
    finally:
        lock.release()
