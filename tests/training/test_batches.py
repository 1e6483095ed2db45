"""Orders of visiting images."""

import itertools

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from ferbench.training.batches import grid_batches, ordered_batches, shuffled_batches

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


LABELS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 6)), min_size=1, max_size=80)


@given(labels=LABELS, size=SIZES, seed=st.integers(0, 2**31 - 1))
def test_grid_batches_visit_each_image_once(labels, size, seed):
    expression, subject = np.array(labels).T
    batches = list(grid_batches(expression, subject, size, seed))
    assert sorted(np.concatenate(batches)) == list(range(len(labels)))
    assert len(batches) <= len(list(shuffled_batches(len(labels), size, seed)))


def test_a_grid_batch_is_four_people_by_seven_expressions():
    expression, subject = np.tile(np.arange(7), 12), np.repeat(np.arange(12), 7)
    found = [(expression[b], subject[b]) for b in grid_batches(expression, subject, 28, 1)]
    assert len(found) == 3
    for expressions, people in found:
        assert len(set(people)) == 4
        assert all((expressions[people == p] == np.arange(7)).all() for p in set(people))
    again = [subject[b].tolist() for b in grid_batches(expression, subject, 28, 1)]
    other = [subject[b].tolist() for b in grid_batches(expression, subject, 28, 2)]
    assert again == [people.tolist() for _, people in found]
    assert again != other


def test_frames_of_one_recording_stand_on_different_sheets():
    """Three frames of each of two expressions of each of four people: twelve sheets of two."""
    expression, subject = np.tile(np.repeat([0, 1], 3), 4), np.repeat(np.arange(4), 6)
    for batch in grid_batches(expression, subject, 2, 5):
        assert sorted(expression[batch]) == [0, 1]
        assert len(set(subject[batch])) == 1
