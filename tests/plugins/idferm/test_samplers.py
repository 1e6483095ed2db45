"""The batches of the methods with references."""

from collections import Counter

import numpy as np
import pytest
from ferbench_idferm.references import among_them
from ferbench_idferm.samplers import GeneratedTuplets, PerClass, WithReferences

from ferbench.contracts.faces import LabelledFaces
from ferbench.training.samplers import ImageBatches

NAMES = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "contempt")


def faces(expression, subject=None, classes=NAMES) -> LabelledFaces:
    count = len(expression)
    return LabelledFaces(
        {"face": np.zeros((count, 4, 4, 1), np.uint8)},
        np.arange(count),
        classes=classes,
        expression=np.asarray(expression),
        subject=subject,
        sequence=np.arange(count),
    )


def people(count, classes=NAMES) -> LabelledFaces:
    """Each shows every expression once."""
    shown = np.tile(np.arange(len(classes)), count)
    return faces(shown, np.arange(len(shown)) // len(classes), classes)


class TestPerClass:
    @pytest.mark.parametrize(("classes", "k"), [(6, 12), (7, 14), (8, 16)])
    def test_two_of_each_class_make_2c_queries(self, classes, k, run_beside):
        shown = faces(np.arange(5 * classes) % classes)
        sampler = WithReferences(PerClass(2, 5))
        batches = list(sampler.batches(shown, run_beside(1), 0))
        assert len(batches) == sampler.steps(5 * classes) == 3
        for batch in batches:
            assert Counter(shown.expression[batch.rows].tolist()) == dict.fromkeys(
                range(classes), 2
            )
            assert (batch.shape.queries, batch.shape.images) == (k, 2 * k)
            assert batch.queries.tolist() == list(range(k))
        assert sampler.full(classes) == batches[0].shape

    def test_every_image_is_a_query_and_none_twice_before_all_were_once(self, run_beside):
        """Nine of one class and two, four and one of others: five batches of eight."""
        expression = np.array([0] * 9 + [1] * 2 + [2] * 4 + [3])
        shown, sampler = faces(expression), PerClass(2, 9)
        for epoch in range(3):
            batches = list(sampler.batches(shown, run_beside(1), epoch))
            assert len(batches) == sampler.steps(len(shown)) == 5
            times = np.bincount(np.concatenate([b.rows for b in batches]), minlength=16)
            for e, count in enumerate([9, 2, 4, 1]):
                own = times[expression == e]
                assert own.sum() == 10
                assert own.max() - own.min() <= 1
                assert own.min() == 10 // count

    def test_a_class_that_the_fold_lacks_is_not_in_a_batch(self, run_beside):
        shown = faces([0, 0, 2, 2, 2])
        for batch in PerClass(2, 3).batches(shown, run_beside(1), 0):
            assert (batch.shape.classes, len(batch.rows)) == (2, 4)

    def test_epochs_and_seeds_differ(self, run_beside):
        shown = faces(np.arange(70) % 7)

        def rows(epoch):
            run = run_beside(1)
            return np.concatenate([b.rows for b in PerClass(2, 10).batches(shown, run, epoch)])

        assert np.array_equal(rows(0), rows(0))
        assert not np.array_equal(rows(0), rows(1))


def test_beside_references_the_batches_are_those_of_softmax(run_beside):
    shown = people(8)
    alone = ImageBatches(28, True)
    paired = WithReferences(ImageBatches(28, True, len))
    assert paired.steps(56) == alone.steps(56) == 2
    pairs = zip(
        alone.batches(shown, run_beside(1), 0), paired.batches(shown, run_beside(1), 0), strict=True
    )
    for one, other in pairs:
        assert np.array_equal(one.rows, other.rows)
        assert (other.shape.images, other.shape.queries) == (2 * len(one.rows), len(one.rows))
    assert (paired.full(7).images, paired.full(7).queries) == (56, 28)


class TestGeneratedTuplets:
    @staticmethod
    def pool(classes=NAMES, count=5):
        alone = people(count, classes)
        pool = among_them(alone, np.zeros((len(alone), 4, 4, 1), np.uint8), "neutral")
        return pool, pool.classes.index("neutral")

    @pytest.mark.parametrize("grid", [True, False])
    @pytest.mark.parametrize("classes", [NAMES[:6], NAMES, ("neutral", *NAMES)])
    def test_n_and_m_stay_and_the_own_reference_is_a_negative(self, grid, classes, run_beside):
        pool, neutral = self.pool(classes)
        scored, half = len(classes), len(pool) // 2
        sampler = GeneratedTuplets(3 * scored if grid else 12, grid, neutral, scored)
        queries, batches = [], list(sampler.batches(pool, run_beside(1), 0))
        assert len(batches) <= sampler.steps(len(pool))
        for batch in batches:
            for position, positives, negatives in zip(
                batch.rows[batch.queries],
                batch.tuplets.positives,
                batch.tuplets.negatives,
                strict=True,
            ):
                queries.append(int(position))
                own, others = batch.rows[positives], batch.rows[negatives]
                e, person = pool.expression[position], pool.subject[position]
                assert own[0] == position
                assert (pool.expression[own] == e).all()
                assert len(others) == scored - 1
                assert len(own) == (
                    min(len(set(pool.subject[batch.rows])), scored - 1) if grid else scored - 1
                )
                shown = pool.expression[others]
                assert len(set(shown)) == len(shown)
                assert e not in shown
                assert (pool.subject[others] == person).all()
                if e != neutral:
                    assert int(position) + half in others
        assert sorted(queries) == list(range(len(pool)))

    def test_the_grid_batches_hold_the_faces_that_softmax_sees(self, run_beside):
        pool, neutral = self.pool()
        half = len(pool) // 2
        alone = pool.part(np.arange(half))
        sampler = GeneratedTuplets(14, True, neutral, 7)
        pairs = zip(
            ImageBatches(14, True).batches(alone, run_beside(1), 0),
            sampler.batches(pool, run_beside(1), 0),
            strict=True,
        )
        for one, other in pairs:
            assert np.array_equal(np.append(one.rows, one.rows + half), other.rows)

    @pytest.mark.parametrize(("scored", "images", "comparisons"), [(7, 144, 288), (6, 120, 240)])
    def test_a_full_batch_is_that_of_the_paper(self, scored, images, comparisons):
        shape = GeneratedTuplets(12, False, scored, scored).full(scored + 1)
        assert shape.images == images
        assert 2 * (shape.positives + shape.negatives) * shape.queries == comparisons

    def test_what_a_person_lacks_is_borrowed(self, run_beside):
        pool, neutral = self.pool()
        keep = ~((pool.subject == 0) & (np.arange(len(pool)) % 7 != 1))
        sampler = GeneratedTuplets(12, False, neutral, 7)
        for batch in sampler.batches(pool.part(np.flatnonzero(keep)), run_beside(1), 0):
            assert batch.tuplets.negatives.shape[1] == 6
            assert set(batch.scalars) == {"negatives_of_a_positive", "negatives_at_random"}
