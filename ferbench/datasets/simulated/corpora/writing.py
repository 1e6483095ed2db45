"""Writes a corpus: what is missing is rendered, in parallel, and every file appears whole."""

import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from ferbench.datasets.simulated.corpora.blueprint import Blueprint
from ferbench.datasets.simulated.corpora.catalogue import find_blueprint
from ferbench.datasets.simulated.corpora.marker import DRAFT, claim, writing
from ferbench.datasets.simulated.corpora.order import Order
from ferbench.datasets.simulated.corpora.shot import Picture
from ferbench.datasets.simulated.corpora.studio import Studio
from ferbench.training.threads import limited_threads

CHUNK = 48
"""Pictures that a process renders at a time; those of one recording should fall together.

A chunk is rendered whole where one of its pictures is missing: a byte may depend on the company.
"""

WORTH_PROCESSES = 200
"""Below so many pictures, starting processes takes longer than rendering."""


Chunk = Sequence[tuple[Picture, bool]]
"""Pictures, and whether their files are there."""


@dataclass(frozen=True, slots=True)
class Corpus:
    """A corpus that is to lie at `root`."""

    blueprint: Blueprint
    order: Order
    root: Path

    def missing(self) -> list[Picture]:
        """The pictures of which a file is not there yet."""
        return [picture for picture, finished in self._pictures() if not finished]

    def _pictures(self) -> list[tuple[Picture, bool]]:
        """All pictures, and whether the files of each are there."""
        there, drafts = _files_below(self.root), _files_below(self.root / DRAFT)
        return [
            (
                picture,
                picture.into in there
                or (drafts if picture.into else there).issuperset(picture.files),
            )
            for picture in self.blueprint.pictures(self.order)
        ]

    def write(self, workers: int = 1, advance: Callable[[int], None] = lambda count: None) -> int:
        """Write what is missing and say how many pictures that was; `advance(n)` as they appear.

        UsageError, before anything is written, where the folder holds something else or a library
        is missing.
        """
        self.blueprint.ready()
        claim(self.root, self.order)
        with writing(self.root, self.order):
            return self._filled(workers, advance)

    def _filled(self, workers: int, advance: Callable[[int], None]) -> int:
        """Write what is missing; how many pictures that was."""
        pictures = self._pictures()
        missing = sum(not finished for _, finished in pictures)
        for folder in self.blueprint.folders(self.order):
            (self.root / folder).mkdir(parents=True, exist_ok=True)
        for path, text in self.blueprint.texts(self.order):
            _put(self.root, self.root / path, text.encode())
        every = [pictures[start : start + CHUNK] for start in range(0, len(pictures), CHUNK)]
        chunks = [chunk for chunk in every if not all(finished for _, finished in chunk)]
        for count in self._rendered(chunks, workers if missing >= WORTH_PROCESSES else 1):
            advance(count)
        self._join()
        return missing

    def _rendered(self, chunks: Sequence[Chunk], workers: int) -> Iterator[int]:
        """Render all chunks; yields how many pictures of each were missing and are done."""
        if workers == 1:
            for chunk in chunks:
                yield render_chunk(self.order, self.root, chunk)
            return
        spawn = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, spawn, _ignore_interrupts) as pool:
            try:
                running: set[Future[int]] = set()
                for chunk in chunks:
                    if len(running) >= 2 * workers:
                        done, running = wait(running, return_when=FIRST_COMPLETED)
                        yield from (future.result() for future in done)
                    running.add(pool.submit(render_chunk, self.order, self.root, chunk))
                yield from (future.result() for future in running)
            finally:
                pool.shutdown(cancel_futures=True)

    def _join(self) -> None:
        """Join the draft files to the tables or videos that the corpus consists of."""
        joined: dict[str, list[Path]] = {}
        for picture in self.blueprint.pictures(self.order):
            if picture.into:
                joined.setdefault(picture.into, []).extend(
                    self.root / DRAFT / file for file in picture.files
                )
        for into, drafts in joined.items():
            final = self.root / into
            if not final.exists():
                whole = self.root / DRAFT / "joined.tmp"
                self.blueprint.join(self.order, drafts, whole)
                final.parent.mkdir(parents=True, exist_ok=True)
                whole.replace(final)


def open_corpus(
    name: str,
    root: Path,
    *,
    subjects: int | None = None,
    level: str | None = None,
    size: int | None = None,
    seed: int = 0,
) -> Corpus:
    """The corpus `name` at `root`; what is not given is that corpus's default."""
    blueprint = find_blueprint(name)
    order = blueprint.order(subjects, level, size, seed)
    return Corpus(blueprint, order, root.expanduser().absolute())


def render_chunk(order: Order, root: Path, chunk: Chunk) -> int:
    """Render these pictures, and write the files of those that are missing; how many they were."""
    blueprint = find_blueprint(order.name)
    with limited_threads(1):  # rendering is faster so: its steps are small
        studio = Studio(order, blueprint.field, blueprint.measured)
        rendered = studio.pictures([picture.shot for picture, _ in chunk])
        for (picture, finished), result in zip(chunk, rendered, strict=True):
            if finished:
                continue
            contents = blueprint.encode(picture, result)
            top = root / DRAFT if picture.into else root
            for path, content in zip(picture.files, contents, strict=True):
                _put(root, top / path, content)
    return sum(not finished for _, finished in chunk)


def _ignore_interrupts() -> None:
    """In a worker process: the parent process tells it when to stop."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _put(root: Path, path: Path, content: bytes) -> None:
    """Write a file under another name and rename it, so that it is never seen in part."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = root / DRAFT / f"{os.getpid()}.tmp"
    draft.write_bytes(content)
    draft.replace(path)


def _files_below(top: Path) -> set[str]:
    """Every file below a folder, as a path relative to it."""
    found: set[str] = set()
    for folder, _, names in os.walk(top):
        below = os.path.relpath(folder, top)
        prefix = "" if below == "." else f"{Path(below).as_posix()}/"
        found.update(prefix + name for name in names)
    return found
