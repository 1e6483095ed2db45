"""Comparison counters: where counts go."""

import threading

import numpy as np
import pytest

from ferbench.training.counting import ComparisonCounter, count_comparisons, counting


def test_uncounted_is_none_and_counted_nothing_is_zero():
    counter = ComparisonCounter()
    with counting(counter):
        pass
    assert counter.total is None
    with counting(counter):
        count_comparisons(0)
    assert counter.total == 0


def test_counts_add_up_as_plain_integers():
    counter = ComparisonCounter()
    with counting(counter):
        count_comparisons(3)
        count_comparisons(np.int64(4))
    with counting(counter):
        count_comparisons(5)
    assert counter.total == 12
    assert type(counter.total) is int


def test_outside_a_cell_counts_go_nowhere():
    counter = ComparisonCounter()
    with counting(counter):
        pass
    count_comparisons(9)
    assert counter.total is None


def test_the_inner_counter_counts_alone():
    outer, inner = ComparisonCounter(), ComparisonCounter()
    with counting(outer):
        count_comparisons(1)
        with counting(inner):
            count_comparisons(10)
        count_comparisons(2)
    assert (outer.total, inner.total) == (3, 10)


def test_an_error_inside_ends_the_counting():
    outer, inner = ComparisonCounter(), ComparisonCounter()
    with counting(outer):
        with pytest.raises(KeyError), counting(inner):
            raise KeyError
        count_comparisons(1)
    count_comparisons(1)
    assert (outer.total, inner.total) == (1, None)


def test_threads_do_not_share_a_counter():
    counter = ComparisonCounter()
    with counting(counter):
        other = threading.Thread(target=count_comparisons, args=(5,))
        other.start()
        other.join()
        count_comparisons(1)
    assert counter.total == 1
