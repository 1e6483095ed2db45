"""Orders in which training images are visited."""

import random
from collections import defaultdict
from collections.abc import Iterator

import numpy as np

from ferbench.training.identity import sheets


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


def grid_batches(
    expression: np.ndarray, subject: np.ndarray, size: int, seed: int
) -> Iterator[np.ndarray]:
    """Every position once, in batches of about `size` images: whole people, all expressions.

    4 people x 7 expressions at size 28, where each person shows each expression once. At most as
    many batches as `shuffled_batches` makes.
    """
    count = len(expression)
    number = max(1, -(-count // size))
    batches: dict[int, list[int]] = defaultdict(list)
    before = 0
    for sheet in sheets(expression, subject, random.Random(seed)):
        batches[before * number // count] += sheet
        before += len(sheet)
    yield from map(np.array, batches.values())
