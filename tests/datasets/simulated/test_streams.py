"""Random streams: equal names give equal draws, other names independent ones."""

import numpy as np
import pytest

from ferbench.datasets.simulated.streams import stream

BASE = (7, "view", 3, "anger", 0)


def test_equal_names_give_equal_draws() -> None:
    assert np.array_equal(stream(*BASE).normal(size=8), stream(*BASE).normal(size=8))


@pytest.mark.parametrize(
    "other",
    [
        (8, "view", 3, "anger", 0),
        (7, "noise", 3, "anger", 0),
        (7, "view", 4, "anger", 0),
        (7, "view", 3, "fear", 0),
        (7, "view", 3, "anger", 1),
        (7, "view", 3, "anger"),
        (7, "view", 3, "anger", 0, 0),
        (7, "view", 31, "anger", 0),
    ],
)
def test_another_name_gives_uncorrelated_draws(other: tuple) -> None:
    draws = stream(*BASE).normal(size=4000), stream(*other).normal(size=4000)
    assert abs(np.corrcoef(*draws)[0, 1]) < 0.08


def test_numbers_do_not_run_together() -> None:
    """(1, 23) and (12, 3) are different things."""
    assert stream(0, "x", 1, 23).integers(2**60) != stream(0, "x", 12, 3).integers(2**60)


def test_the_global_generator_is_left_alone() -> None:
    np.random.seed(5)
    before = np.random.get_state()[1].copy()
    stream(*BASE).normal(size=100)
    assert np.array_equal(before, np.random.get_state()[1])
