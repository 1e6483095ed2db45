"""Batches with references: beside their queries, or as images of the pool."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from ferbench.contracts.faces import LabelledFaces
from ferbench.contracts.run import BatchShape, RunContext
from ferbench.errors import Unsupported
from ferbench.losses.tuplets import Tuplets
from ferbench.training.batches import grid_batches, shuffled_batches
from ferbench.training.identity import Borrowing, Pool
from ferbench.training.samplers import Sampler, TrainingBatch


@dataclass(frozen=True, slots=True)
class PerClass:
    """`each` random images of every expression, all of them queries: K = 2C (IDFERM 5.3).

    The paper draws so, and says too (section 4) that every training image is a query in an epoch.
    Both hold here: an epoch goes once through the largest class, and the images of smaller ones
    come again, after all of them were queries.

    largest: images of the largest class; 0 where the corpus is not known yet.
    """

    each: int
    largest: int = 0

    def steps(self, images: int) -> int:
        """See `Sampler`."""
        return max(1, -(-(self.largest or images) // self.each))

    def batches(self, train: LabelledFaces, run: RunContext, epoch: int) -> Iterator[TrainingBatch]:
        """See `Sampler`."""
        draw = np.random.default_rng(run.seed("order", epoch))
        classes = [np.flatnonzero(train.expression == e) for e in np.unique(train.expression)]
        steps = -(-max(map(len, classes)) // self.each)
        columns = [_round_after_round(own, steps * self.each, draw) for own in classes]
        for at in range(0, steps * self.each, self.each):
            rows = np.concatenate([column[at : at + self.each] for column in columns])
            yield TrainingBatch(rows, np.arange(len(rows)), self.full(len(classes)))

    def full(self, classes: int) -> BatchShape:
        """See `Sampler`."""
        count = self.each * classes
        return BatchShape(images=count, queries=count, classes=classes)


@dataclass(frozen=True, slots=True)
class WithReferences:
    """The batches of `queries`, whose references are embedded beside them: 2K images."""

    queries: Sampler

    def steps(self, images: int) -> int:
        """See `Sampler`."""
        return self.queries.steps(images)

    def batches(self, train: LabelledFaces, run: RunContext, epoch: int) -> Iterator[TrainingBatch]:
        """See `Sampler`."""
        for batch in self.queries.batches(train, run, epoch):
            yield replace(batch, shape=_doubled(batch.shape))

    def full(self, classes: int) -> BatchShape:
        """See `Sampler`."""
        return _doubled(self.queries.full(classes))


@dataclass(frozen=True, slots=True)
class GeneratedTuplets:
    """Tuples of 2B(N+M) Softmax in a pool that the references have joined (`among_them`).

    Every face and every reference is a query once an epoch. N = M = the number of other expressions
    that are scored, as without references: a query's own reference is one of its N negatives, and
    the others are of expressions drawn among those left. Of a reference, all N are drawn.

    generated: the label of references.     scored: how many classes are scored.
    grid:      batches of `size` faces of whole people and their references, every image a query,
               tuples from within the batch; otherwise `size` tuples of M + N images side by side.
    """

    size: int
    grid: bool
    generated: int
    scored: int

    def steps(self, images: int) -> int:
        """See `Sampler`; `images` are faces and references."""
        return max(1, -(-images // (2 * self.size if self.grid else self.size)))

    def batches(self, train: LabelledFaces, run: RunContext, epoch: int) -> Iterator[TrainingBatch]:
        """See `Sampler`."""
        if train.subject is None:
            raise Unsupported("the corpus names no people, and tuples are drawn by identity")
        draw = random.Random(run.seed("tuples", epoch))
        order = run.seed("order", epoch)
        faces = len(train) // 2
        if self.grid:
            expression, subject = train.expression[:faces], train.subject[:faces]
            for rows in grid_batches(expression, subject, self.size, order):
                yield self._within(train, np.append(rows, rows + faces), draw)
        else:
            pool = Pool(train.expression.tolist(), train.subject.tolist())
            for chosen in shuffled_batches(len(train), self.size, order):
                yield self._side_by_side(pool, chosen.tolist(), draw)

    def full(self, classes: int) -> BatchShape:
        """See `Sampler`; `classes` has the references' one."""
        n = self._set
        if not self.grid:
            return BatchShape(2 * n * self.size, self.size, n, n, classes)
        people = max(1, self.size // self.scored)
        images = 2 * people * self.scored
        return BatchShape(images, images, min(people, max(2, n)), n, classes)

    @property
    def _set(self) -> int:
        """N = M."""
        return max(1, self.scored - 1)

    def _within(self, train: LabelledFaces, rows: np.ndarray, draw: random.Random) -> TrainingBatch:
        assert train.subject is not None
        pool = Pool(train.expression[rows].tolist(), train.subject[rows].tolist())
        books, faces = Borrowing(), len(rows) // 2
        people = len(set(pool.subject))
        most = min(max(2, self._set), max(2, people))
        positives = [pool.positives(query, most, draw) for query in range(len(rows))]
        negatives = [
            self._negatives(pool, query, faces, own, draw, books)
            for query, own in enumerate(positives)
        ]
        tuplets = Tuplets.ragged(positives, negatives)
        return _batch(rows, np.arange(len(rows)), tuplets, pool, books)

    def _side_by_side(self, pool: Pool, chosen: list[int], draw: random.Random) -> TrainingBatch:
        books, rows, n = Borrowing(), [], 0
        for query in chosen:
            own = pool.positives(query, self._set, draw)
            own += draw.choices(own[1:] or own, k=self._set - len(own))
            others = self._negatives(pool, query, len(pool.subject) // 2, own, draw, books)
            n = len(others)
            rows += own + others
        tuplets = Tuplets.blocks(len(chosen), self._set, n)
        queries = np.arange(len(chosen)) * (self._set + n)
        return _batch(np.array(rows), queries, tuplets, pool, books)

    def _negatives(
        self,
        pool: Pool,
        query: int,
        faces: int,
        positives: list[int],
        draw: random.Random,
        books: Borrowing,
    ) -> list[int]:
        """`faces`: so far behind a face of the pool stands its own reference."""
        found = pool.negatives(query, positives, draw, books)
        if pool.expression[query] == self.generated:
            return draw.sample(found, min(self._set, len(found)))
        found = [other for other in found if pool.expression[other] != self.generated]
        return [query + faces, *draw.sample(found, min(self._set - 1, len(found)))]


def _round_after_round(images: np.ndarray, count: int, draw: np.random.Generator) -> np.ndarray:
    """`count` of these images in random order, none again before all have come."""
    rounds = [draw.permutation(images) for _ in range(-(-count // len(images)))]
    return np.concatenate(rounds)[:count]


def _doubled(shape: BatchShape) -> BatchShape:
    return replace(shape, images=2 * shape.images, negatives=1)


def _batch(
    rows: np.ndarray, queries: np.ndarray, tuplets: Tuplets, pool: Pool, books: Borrowing
) -> TrainingBatch:
    shape = BatchShape(
        images=len(rows),
        queries=len(tuplets),
        positives=tuplets.positives.shape[1],
        negatives=tuplets.negatives.shape[1],
        classes=len(pool.by_expression),
    )
    return TrainingBatch(rows, queries, shape, tuplets, books.rates())
