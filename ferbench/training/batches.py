"""Orders in which training images are visited."""

from collections.abc import Iterator

import numpy as np


def shuffled_batches(count: int, size: int, seed: int) -> Iterator[np.ndarray]:
    """Positions 0 .. count-1 in random order, each once, in batches of nearly equal size <= `size`.

    Equal sizes rather than a short last batch, which batch normalisation would suffer from.
    """
    order = np.random.default_rng(seed).permutation(count)
    yield from np.array_split(order, max(1, -(-count // size)))


def ordered_batches(count: int, size: int) -> Iterator[np.ndarray]:
    """Positions 0 .. count-1 in order, `size` at a time."""
    for start in range(0, count, size):
        yield np.arange(start, min(start + size, count))
