"""Files and folders that appear whole or not at all, and locks against two writers."""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import filelock

from ferbench.errors import UsageError

DRAFT = ".draft-"


@contextmanager
def only_one(lock: Path, busy: str) -> Iterator[None]:
    """Hold the lock file, which the system frees if the program is killed.

    UsageError saying `busy` where another process holds it.
    """
    held = filelock.FileLock(lock)
    try:
        held.acquire(timeout=0)
    except filelock.Timeout:
        raise UsageError(busy) from None
    try:
        yield
    finally:
        held.release()


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """A draft file to write, which becomes `target` when the block ends well."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.parent / f"{DRAFT}{uuid.uuid4().hex}"
    try:
        yield draft
        os.replace(draft, target)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A draft folder to write into, which becomes `target` when the block ends well.

    An older `target` is moved aside and then removed: a reader sees the one or the other, or for
    a moment none, and never half of one. Where two writers finish at once, one of them wins.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.parent / f"{DRAFT}{uuid.uuid4().hex}"
    aside = target.parent / f"{DRAFT}{uuid.uuid4().hex}"
    draft.mkdir()
    try:
        yield draft
        with suppress(FileNotFoundError):
            os.replace(target, aside)
        try:
            os.replace(draft, target)
        except OSError:
            if not target.is_dir():
                raise
    finally:
        for leftover in (draft, aside):
            shutil.rmtree(leftover, ignore_errors=True)


def sweep_drafts(folder: Path) -> None:
    """Remove what killed writers left in `folder`; call while no other process writes there."""
    for draft in folder.glob(f"{DRAFT}*"):
        if draft.is_dir():
            shutil.rmtree(draft, ignore_errors=True)
        else:
            draft.unlink(missing_ok=True)
