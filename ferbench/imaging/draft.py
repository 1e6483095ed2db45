"""A prepared-image folder while it is filled: it can be left and taken up again, in any order."""

import contextlib
import json
import os
import shutil
import uuid
from collections.abc import Sequence
from pathlib import Path

import filelock
import numpy as np

from ferbench.contracts.method import Preparation
from ferbench.protocols.thumbnails import SIDE

IMAGES = "images.npy"
SAMPLES = "samples.json"
DONE = "done.npy"
"""One byte a sample: not 0 once its row of `IMAGES` is written. Made last, gone when complete."""
PRINTS = "prints.npy"
"""A fingerprint of each whole picture, by which near-duplicates are found."""
NOT_FOUND = "not-found.json"
"""The samples in which no face was found, where one was looked for."""

WRITTEN, WRITTEN_WHOLE = 1, 2
"""What `DONE` says of a row: written; written from the whole picture, since no face was found."""


class Draft:
    """The images of `samples` on their way to `folder`.

    The draft lies beside the folder under a name of its own, so that a killed run leaves nothing
    that looks finished, and the next run continues it. While another process fills the same draft,
    a private one is made instead.
    """

    def __init__(self, folder: Path, samples: Sequence[str], preparation: Preparation) -> None:
        self.folder = folder
        self.samples = samples
        self.preparation = preparation
        folder.parent.mkdir(parents=True, exist_ok=True)
        self._lock = filelock.FileLock(folder.parent / f".draft-{folder.name}.lock")
        try:
            self._lock.acquire(timeout=0)
            self.path = folder.parent / f".draft-{folder.name}"
            self._private = False
        except filelock.Timeout:
            self.path = folder.parent / f".draft-private-{uuid.uuid4().hex}"
            self._private = True
        if not self._continues():
            self._begin()

    def missing(self) -> np.ndarray:
        """The rows that are still to be written, ascending."""
        return np.flatnonzero(np.load(self.path / DONE, mmap_mode="r") == 0)

    def finish(self) -> None:
        """Give the complete draft its name; if another was first, its images are as good."""
        whole = np.flatnonzero(np.load(self.path / DONE) == WRITTEN_WHOLE)
        if len(whole):
            names = [self.samples[row] for row in whole.tolist()]
            (self.path / NOT_FOUND).write_text(json.dumps(names))
        (self.path / DONE).unlink()
        (self.path / SAMPLES).write_text(json.dumps(list(self.samples)))
        try:
            os.rename(self.path, self.folder)
        except OSError:
            if not self.folder.is_dir():
                raise
            shutil.rmtree(self.path, ignore_errors=True)

    def close(self) -> None:
        """Let go of the draft; an unfinished one stays for the next run, unless it is private."""
        if self._private:
            shutil.rmtree(self.path, ignore_errors=True)
            return
        if not self.path.exists():
            with contextlib.suppress(OSError):
                os.unlink(self._lock.lock_file)
        self._lock.release()

    def _continues(self) -> bool:
        """Whether the draft was begun, whole, for the same number of images."""
        try:
            images = np.load(self.path / IMAGES, mmap_mode="r")
            done = np.load(self.path / DONE, mmap_mode="r")
        except (OSError, ValueError, EOFError):
            return False
        count = len(self.samples)
        return images.shape == (count, *self.preparation.shape) and done.shape == (count,)

    def _begin(self) -> None:
        """Make the files; pages that are not written yet take no room on most disks."""
        shutil.rmtree(self.path, ignore_errors=True)
        self.path.mkdir()
        shape = (len(self.samples), *self.preparation.shape)
        np.lib.format.open_memmap(self.path / IMAGES, mode="w+", dtype=np.uint8, shape=shape)
        prints = (len(self.samples), SIDE, SIDE)
        np.lib.format.open_memmap(self.path / PRINTS, mode="w+", dtype=np.uint8, shape=prints)
        np.save(self.path / DONE, np.zeros(len(self.samples), dtype=np.uint8))


class Rows:
    """The rows of a draft, opened for writing by one of its writers."""

    def __init__(self, path: Path, preparation: Preparation) -> None:
        self.preparation = preparation
        self._images = np.load(path / IMAGES, mmap_mode="r+")
        self._prints = np.load(path / PRINTS, mmap_mode="r+")
        self._done = np.load(path / DONE, mmap_mode="r+")

    def wants(self, row: int) -> bool:
        """Whether the row is still to be written."""
        return not self._done[row]

    def write(
        self, row: int, image: np.ndarray, fingerprint: np.ndarray, found: bool = True
    ) -> None:
        """Write a row and note it; `found`: whether its face was, if one was looked for."""
        self._images[row] = image
        self._prints[row] = fingerprint
        self._done[row] = WRITTEN if found else WRITTEN_WHOLE
