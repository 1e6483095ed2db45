"""One run at a time below one results folder."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ferbench.files import only_one, sweep_drafts


@contextmanager
def only_run(folder: Path) -> Iterator[None]:
    """Hold the folder's lock.

    What killed writers left behind is removed first, since nobody else can be writing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    busy = f"another `ferbench run` is writing to {folder}: wait for it, or use another --out"
    with only_one(folder / ".lock", busy):
        for kept in folder.iterdir():
            sweep_drafts(kept)
        yield
