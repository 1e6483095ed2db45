"""Reading prepared images, against copying as many bytes within memory."""

import numpy as np
import pytest

from ferbench.contracts.faces import DEFAULT_INPUT, Faces
from ferbench.contracts.method import Preparation
from ferbench.imaging.prepared import open_prepared
from ferbench.imaging.preparing import prepare
from ferbench.training.batches import shuffled_batches

IMAGES, SIDE, BATCH = 50_000, 48, 128
GROUP = f"reading {IMAGES:,} prepared images of {SIDE} x {SIDE}"


class Noise:
    """A dataset whose pictures cost nothing to decode."""

    def load(self, samples):
        pictures = np.random.default_rng(0).integers(0, 256, (64, SIDE, SIDE, 3), dtype=np.uint8)
        for place, _ in enumerate(samples):
            yield pictures[place % len(pictures)]


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cache") / "images"
    samples = [f"{number:06d}" for number in range(IMAGES)]
    prepare(Noise(), samples, {folder: Preparation(SIDE, SIDE)})
    return open_prepared(folder)[0]


def measured(benchmark, images, read) -> None:
    """Time `read`, which gives the bytes that it read, and say how many a second."""
    assert benchmark.pedantic(read, rounds=10, warmup_rounds=2) == images.nbytes
    rate = images.nbytes / benchmark.stats.stats.min / 1e9 if benchmark.stats else 0.0
    benchmark.extra_info["gigabytes_a_second"] = round(rate, 2)


@pytest.mark.benchmark(group=GROUP)
@pytest.mark.parametrize("order", ["as they lie", "shuffled"])
def test_batches_of_the_cache(benchmark, images, order):
    faces = Faces({DEFAULT_INPUT: images}, np.arange(IMAGES))
    batches = (
        [np.arange(start, min(start + BATCH, IMAGES)) for start in range(0, IMAGES, BATCH)]
        if order == "as they lie"
        else list(shuffled_batches(IMAGES, BATCH, 0))
    )
    measured(benchmark, images, lambda: sum(faces.images(rows).nbytes for rows in batches))


@pytest.mark.benchmark(group=GROUP)
def test_memcpy_of_the_same_batches(benchmark, images):
    inside = np.array(images)
    copy = np.empty_like(inside[:BATCH])

    def read() -> int:
        total = 0
        for start in range(0, IMAGES, BATCH):
            part = inside[start : start + BATCH]
            np.copyto(copy[: len(part)], part)
            total += part.nbytes
        return total

    measured(benchmark, images, read)


@pytest.mark.benchmark(group=GROUP)
def test_memcpy_of_the_whole(benchmark, images):
    inside = np.array(images)
    copy = np.empty_like(inside)

    def read() -> int:
        np.copyto(copy, inside)
        return copy.nbytes

    measured(benchmark, images, read)
