"""Which images make a training batch, and which of them form tuples."""

import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from ferbench.contracts.faces import LabelledFaces
from ferbench.contracts.run import BatchShape, RunContext
from ferbench.errors import Unsupported
from ferbench.losses.tuplets import Tuplets
from ferbench.training.batches import grid_batches, shuffled_batches
from ferbench.training.identity import Borrowing, Identity, Pool


@dataclass(frozen=True, slots=True)
class TrainingBatch:
    """rows:    (B,) positions of the training images that are embedded.
    queries: (Q,) positions in `rows` of the images that are classified.
    tuplets: tuples among `rows`, or None.
    scalars: what of the sampling goes into the training curve.
    """

    rows: np.ndarray
    queries: np.ndarray
    shape: BatchShape
    tuplets: Tuplets | None = None
    scalars: Mapping[str, float] = field(default_factory=dict)


class Sampler(Protocol):
    """Where a method's batches come from; every training image is a query once an epoch."""

    def steps(self, images: int) -> int:
        """At most so many batches an epoch of `images` training images."""
        ...

    def batches(
        self, train: LabelledFaces, run: RunContext, epoch: int
    ) -> Iterator[TrainingBatch]: ...

    def full(self, classes: int) -> BatchShape:
        """The make-up of one full batch, for the cost."""
        ...


def no_tuples(expression: np.ndarray) -> int:
    """Of a loss that compares no images with each other."""
    return 0


@dataclass(frozen=True, slots=True)
class ImageBatches:
    """Batches of images for losses that need their labels alone.

    grid:   of whole people, where the corpus names its people.
    tuples: how many tuples the loss forms of images with these labels, (B,) -> int.
    """

    size: int
    grid: bool
    tuples: Callable[[np.ndarray], int] = no_tuples

    def steps(self, images: int) -> int:
        """See `Sampler`."""
        return max(1, -(-images // self.size))

    def batches(self, train: LabelledFaces, run: RunContext, epoch: int) -> Iterator[TrainingBatch]:
        """See `Sampler`."""
        for rows in _orders(train, self.size, self.grid, run.seed("order", epoch)):
            yield TrainingBatch(rows, np.arange(len(rows)), self._shape(train.expression[rows]))

    def full(self, classes: int) -> BatchShape:
        """See `Sampler`."""
        return self._shape(np.arange(self.size) % classes)

    def _shape(self, expression: np.ndarray) -> BatchShape:
        return BatchShape(
            images=len(expression),
            queries=self.tuples(expression),
            classes=len(np.unique(expression)),
        )


@dataclass(frozen=True, slots=True)
class GridTuplets:
    """The grid batch: whole people, every image a query, tuples from within the batch.

    A deviation from the papers' batch that embeds an image once instead of N + M times. Sets may
    be unequal where people show some expressions only.
    """

    size: int
    identity: Identity

    def steps(self, images: int) -> int:
        """See `Sampler`."""
        return max(1, -(-images // self.size))

    def batches(self, train: LabelledFaces, run: RunContext, epoch: int) -> Iterator[TrainingBatch]:
        """See `Sampler`."""
        expression, subject = _labels(train)
        draw = _Draws(run, epoch)
        for rows in _orders(train, self.size, True, run.seed("order", epoch)):
            pool = Pool(expression[rows].tolist(), subject[rows].tolist())
            books = Borrowing()
            most = len(pool.by_expression) - 1
            positives = [pool.positives(q, max(2, most), draw.positives) for q in range(len(rows))]
            negatives = [
                _negatives(pool, query, own, self.identity, draw.negatives, books)
                for query, own in enumerate(positives)
            ]
            tuplets = Tuplets.ragged(positives, negatives)
            yield TrainingBatch(
                rows, np.arange(len(rows)), _shape(pool, len(rows), tuplets), tuplets, books.rates()
            )

    def full(self, classes: int) -> BatchShape:
        """See `Sampler`."""
        people = max(1, self.size // classes)
        return BatchShape(
            images=people * classes,
            queries=people * classes,
            positives=min(people, max(2, classes - 1)),
            negatives=classes - 1,
            classes=classes,
        )


@dataclass(frozen=True, slots=True)
class PaperTuplets:
    """The batch of 2B(N+M) Softmax: `queries` tuples of M positives and N negatives, side by side.

    N = M = the number of other expressions: 12 x (6 + 6) = 144 images for seven expressions, with
    the query one of its M positives. `query_in_m` False reads "the other 6" literally: the query
    and M others, 156 images. Only queries are classified. Images repeat where a class has too few.
    """

    queries: int
    query_in_m: bool
    identity: Identity

    def steps(self, images: int) -> int:
        """See `Sampler`."""
        return max(1, -(-images // self.queries))

    def batches(self, train: LabelledFaces, run: RunContext, epoch: int) -> Iterator[TrainingBatch]:
        """See `Sampler`."""
        expression, subject = _labels(train)
        pool = Pool(expression.tolist(), subject.tolist())
        draw = _Draws(run, epoch)
        m = self._positives(len(pool.by_expression))
        for chosen in shuffled_batches(len(train), self.queries, run.seed("order", epoch)):
            books, rows = Borrowing(), []
            for query in chosen.tolist():
                positives = pool.positives(query, m, draw.positives)
                positives += draw.positives.choices(
                    positives[1:] or positives, k=m - len(positives)
                )
                rows += positives
                rows += _negatives(pool, query, positives, self.identity, draw.negatives, books)
            n = len(rows) // len(chosen) - m
            tuplets = Tuplets.blocks(len(chosen), m, n)
            yield TrainingBatch(
                np.array(rows),
                np.arange(len(chosen)) * (m + n),
                _shape(pool, len(rows), tuplets),
                tuplets,
                books.rates(),
            )

    def full(self, classes: int) -> BatchShape:
        """See `Sampler`."""
        m, n = self._positives(classes), classes - 1
        return BatchShape(self.queries * (m + n), self.queries, m, n, classes)

    def _positives(self, classes: int) -> int:
        return max(1, classes - 1) + (0 if self.query_in_m else 1)


class _Draws:
    """Positives and negatives from generators of their own: changing one leaves the other."""

    def __init__(self, run: RunContext, epoch: int) -> None:
        self.positives = random.Random(run.seed("positives", epoch))
        self.negatives = random.Random(run.seed("negatives", epoch))


def _negatives(
    pool: Pool,
    query: int,
    positives: list[int],
    identity: Identity,
    draw: random.Random,
    books: Borrowing,
) -> list[int]:
    if identity == "own":
        return pool.negatives(query, positives, draw, books)
    return pool.strangers(query, draw, books)


def _orders(train: LabelledFaces, size: int, grid: bool, seed: int) -> Iterator[np.ndarray]:
    if grid and train.subject is not None:
        return grid_batches(train.expression, train.subject, size, seed)
    return shuffled_batches(len(train), size, seed)


def _labels(train: LabelledFaces) -> tuple[np.ndarray, np.ndarray]:
    if train.subject is None:
        raise Unsupported("the corpus names no people, and tuples are drawn by identity")
    return train.expression, train.subject


def _shape(pool: Pool, images: int, tuplets: Tuplets) -> BatchShape:
    return BatchShape(
        images=images,
        queries=len(tuplets),
        positives=tuplets.positives.shape[1],
        negatives=tuplets.negatives.shape[1],
        classes=len(pool.by_expression),
    )
