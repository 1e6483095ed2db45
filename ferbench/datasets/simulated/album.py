"""Writes `simfaces` to a folder: its pictures, the truth behind them, and a manifest.

S003/anger/0/05.png     a picture, named as its sample
truth.parquet           a row a picture: see `truth`
manifest.csv            so that the dataset `manifest` can read the folder too
"""

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from PIL import Image

from ferbench.datasets.simulated.config import SimFacesConfig
from ferbench.datasets.simulated.corpora.marker import DRAFT, claim, writing
from ferbench.datasets.simulated.corpora.order import Order
from ferbench.datasets.simulated.frames import all_frames
from ferbench.datasets.simulated.generator import Generator
from ferbench.datasets.simulated.truth import truth_of
from ferbench.training.threads import limited_threads

TRUTH, MANIFEST = "truth.parquet", "manifest.csv"


def write_album(
    config: SimFacesConfig, root: Path, workers: int, advance: Callable[[int], None]
) -> int:
    """Write what is missing and say how many people that was; `advance(1)` after each.

    UsageError, before anything is written, where the folder holds something else.
    """
    order = Order("simfaces", config.subjects, config.level, config.size, config.seed)
    claim(root, order)
    missing = missing_people(config, root)
    if not missing and (root / TRUTH).exists():
        return 0
    with writing(root, order):
        for _ in _each(partial(write_person, config, root), missing, workers):
            advance(1)
        _gather(root)
    return len(missing)


def missing_people(config: SimFacesConfig, root: Path) -> list[int]:
    """Numbers of the people whose pictures are not all there."""
    if (root / TRUTH).exists():
        return []
    return [person for person in range(config.subjects) if not _part(root, person).exists()]


def write_person(config: SimFacesConfig, root: Path, person: int) -> None:
    """All pictures of one person; the truth is written last and says that they are there."""
    frames = [frame for frame in all_frames(config) if frame.subject == person]
    generator, places = Generator(config), []
    with limited_threads(1):  # rendering is faster so: its steps are small
        for frame, (picture, landmarks) in zip(
            frames, generator.measured_pictures(frames), strict=True
        ):
            file = root / f"{frame.sample}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(picture).save(file)
            places.append(landmarks)
    draft = _part(root, person).with_suffix(".tmp")
    truth_of(generator, frames, places).write_parquet(draft)
    draft.replace(_part(root, person))


def _part(root: Path, person: int) -> Path:
    return root / DRAFT / f"{person}.parquet"


def _each(work: Callable[[int], None], people: list[int], workers: int) -> Iterator[None]:
    """Do the work for everybody; in this process if one is enough."""
    if workers == 1 or len(people) < 2:
        yield from map(work, people)
        return
    spawn = multiprocessing.get_context("spawn")
    ignore_interrupts = (signal.SIGINT, signal.SIG_IGN)  # this process tells the others to stop
    with ProcessPoolExecutor(workers, spawn, signal.signal, ignore_interrupts) as pool:
        try:
            yield from pool.map(work, people)
        finally:
            pool.shutdown(cancel_futures=True)


def _gather(root: Path) -> None:
    """Join everybody's truth; columns that one person lacks, such as glasses, are null there."""
    import polars as pl

    parts = [pl.read_parquet(part) for part in (root / DRAFT).glob("*.parquet")]
    truth = pl.concat(parts, how="diagonal_relaxed").sort("sample")
    manifest = truth.select(
        (pl.col("sample") + ".png").alias("file"),
        "expression",
        pl.col("subject").alias("subject_id"),
        pl.col("sequence").alias("sequence_id"),
        "frame",
    )
    manifest.write_csv(root / MANIFEST)
    draft = root / DRAFT / f"{TRUTH}.tmp"
    truth.write_parquet(draft)
    draft.replace(root / TRUTH)
