"""Orders of visiting images."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ferbench.training.batches import ordered_batches, shuffled_batches

COUNTS, SIZES = st.integers(1, 300), st.integers(1, 80)


@given(count=COUNTS, size=SIZES, seed=st.integers(0, 2**31 - 1))
def test_shuffled_batches_visit_each_image_once_in_nearly_equal_batches(count, size, seed):
    batches = list(shuffled_batches(count, size, seed))
    assert sorted(np.concatenate(batches)) == list(range(count))
    sizes = [len(batch) for batch in batches]
    assert min(sizes) >= 1
    assert max(sizes) <= size
    assert max(sizes) - min(sizes) <= 1
    assert (len(batches) - 1) * size < count


def test_the_seed_decides_the_order():
    def order(seed):
        return np.concatenate(list(shuffled_batches(200, 32, seed))).tolist()

    assert order(1) == order(1)
    assert order(1) != order(2)
    assert order(1) != list(range(200))


def test_shuffling_ignores_and_spares_the_global_generator():
    np.random.seed(0)
    state = np.random.get_state()[1].copy()
    list(shuffled_batches(50, 8, 3))
    assert np.array_equal(np.random.get_state()[1], state)


@given(count=st.integers(0, 300), size=SIZES)
def test_ordered_batches_are_the_images_in_order(count, size):
    batches = [batch.tolist() for batch in ordered_batches(count, size)]
    assert list(itertools.chain(*batches)) == list(range(count))
    assert all(len(batch) == size for batch in batches[:-1])
    assert all(1 <= len(batch) <= size for batch in batches)
