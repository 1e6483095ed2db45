"""Prepares images: each is decoded once, for however many preparations, in several processes."""

import os
import pickle
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import ExitStack, closing
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Protocol, runtime_checkable

import numpy as np
from PIL import Image

from ferbench.contracts.dataset import Dataset
from ferbench.contracts.method import Preparation
from ferbench.cores import THREAD_VARIABLES
from ferbench.imaging.draft import Draft, Rows
from ferbench.imaging.finding import Faces
from ferbench.imaging.prepared import Decoded, prepare_image
from ferbench.protocols.thumbnails import thumbnail

CHUNK = 64
"""Images that a process prepares before it reports, at most."""

WORTH_PROCESSES = 500
"""Below so many images, starting processes takes longer than preparing."""


def prepare(
    dataset: Dataset,
    samples: Sequence[str],
    preparations: Mapping[Path, Preparation],
    advance: Callable[[int], None] = lambda count: None,
    workers: int = 1,
    faces: Faces | None = None,
) -> None:
    """Prepare `samples` into each folder; `advance(n)` when n more are there.

    Folders appear under their names when all are complete. What was written before an error or an
    interruption is taken up by the next call with the same folders.

    faces: how the faces are found that are to be aligned; None: whole pictures are used.
    """
    with ExitStack() as open_drafts:
        drafts = [
            open_drafts.enter_context(closing(Draft(folder, samples, preparation)))
            for folder, preparation in preparations.items()
        ]
        todo = np.unique(np.concatenate([draft.missing() for draft in drafts]))
        if len(todo) < len(samples):
            advance(len(samples) - len(todo))
        wanted = tuple((draft.path, draft.preparation) for draft in drafts)
        job = _Job(dataset, tuple(samples), wanted, faces)
        for count in _done(job, todo, workers):
            advance(count)
        for draft in drafts:
            draft.finish()


def movable(dataset: Dataset) -> bytes | None:
    """The dataset for another process; None where that process could not import its class."""
    if type(dataset).__module__.partition(".")[0] != "ferbench":
        return None
    try:
        return pickle.dumps(dataset)
    except (pickle.PicklingError, TypeError, AttributeError):
        return None


@runtime_checkable
class Pictured(Protocol):
    """A dataset that hands out its images as Pillow has them, of mode RGB or L.

    The same images as `load` gives; copying each to numpy and back takes a quarter of decoding.
    """

    def pictures(self, samples: Sequence[str]) -> Iterator[Image.Image]:
        """The images of `samples`, in that order."""
        ...


def _decoded(dataset: Dataset, samples: Sequence[str]) -> Iterator[Decoded]:
    """The images of `samples`, in that order."""
    if isinstance(dataset, Pictured):
        return map(Decoded, dataset.pictures(samples))
    return map(Decoded.of, dataset.load(samples))


@runtime_checkable
class DrawsTogether(Protocol):
    """A dataset that draws so many images at once, and rounds a byte in a million by their company.

    They are therefore drawn in the same company, however many processes there are and whatever an
    earlier call has left: in runs of so many of all samples, from the first.
    """

    together: int


def chunks(dataset: Dataset, count: int, todo: np.ndarray) -> list[list[int]]:
    """The rows `todo`, of `count`, cut into what is prepared together; with what is drawn along."""
    if not isinstance(dataset, DrawsTogether):
        return [todo[start : start + CHUNK].tolist() for start in range(0, len(todo), CHUNK)]
    size = max(dataset.together, CHUNK // dataset.together * dataset.together)
    rows = list(range(count))
    return [rows[n * size : (n + 1) * size] for n in np.unique(todo // size).tolist()]


@dataclass(frozen=True, slots=True)
class _Job:
    """What a process needs to prepare any rows."""

    dataset: Dataset
    samples: tuple[str, ...]
    drafts: tuple[tuple[Path, Preparation], ...]
    faces: Faces | None

    def fill(self, rows: Sequence[int]) -> Iterator[None]:
        """Prepare those of these rows that are wanted; yields after each."""
        stores = [Rows(path, preparation) for path, preparation in self.drafts]
        names = [self.samples[row] for row in rows]
        images = _decoded(self.dataset, names)
        for row, name, decoded in zip(rows, names, images, strict=True):
            wanting = [store for store in stores if store.wants(row)]
            if not wanting:
                continue
            points = None if self.faces is None else self.faces.find(name, decoded.image)
            found = self.faces is None or points is not None
            fingerprint = thumbnail(decoded.grey)
            for store in wanting:
                face = prepare_image(decoded, store.preparation, points)
                store.write(row, face, fingerprint, found)
            yield


def _done(job: _Job, todo: np.ndarray, workers: int) -> Iterator[int]:
    """Prepare the rows `todo`; yields how many more are done."""
    parts = chunks(job.dataset, len(job.samples), todo)
    moved = movable(job.dataset) if workers > 1 and len(todo) >= WORTH_PROCESSES else None
    if moved is None:
        for part in parts:
            for _ in job.fill(part):
                yield 1
        return
    with ProcessPoolExecutor(
        workers, get_context("spawn"), _start, (moved, job.samples, job.drafts, job.faces)
    ) as pool:
        try:
            for future in as_completed([pool.submit(_fill, part) for part in parts]):
                yield future.result()
        finally:
            pool.shutdown(cancel_futures=True)


_job: _Job | None = None
"""Of this worker process."""


def _start(
    dataset: bytes,
    samples: tuple[str, ...],
    drafts: tuple[tuple[Path, Preparation], ...],
    faces: Faces | None,
) -> None:
    """Once in each worker process."""
    global _job
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent process tells us to stop
    for name in THREAD_VARIABLES:
        os.environ[name] = "1"
    _job = _Job(pickle.loads(dataset), samples, drafts, faces)


def _fill(rows: Sequence[int]) -> int:
    assert _job is not None
    return sum(1 for _ in _job.fill(rows))
