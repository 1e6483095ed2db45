"""Censored times: hand cases, and a plain loop over the definitions."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ferbench.board.survival import Time, median_at_least, median_time, ratio


def times(*seconds: float) -> list[Time]:
    """Positive: reached after so long. Negative: ended after so long without reaching."""
    return [Time(abs(s), s > 0) for s in seconds]


def pairs(*two: tuple[float, float]) -> list[tuple[Time, Time]]:
    return [(times(a)[0], times(b)[0]) for a, b in two]


def test_without_censoring_the_median_is_the_lower_middle_one() -> None:
    assert median_time(times(3, 1, 2)) == 2
    assert median_time(times(4, 3, 1, 2)) == 2


def test_cells_that_end_late_count_as_later() -> None:
    assert median_time(times(1, 2, -9)) == 2
    assert median_time(times(1, -9, -9)) is None
    assert median_at_least(times(1, -9, -8)) == 8


def test_cells_that_end_early_leave_the_others_to_decide() -> None:
    """S falls to 5/6, then to 5/6 * 3/4 * 2/3 = .417 at 4; as events only they would say 3."""
    assert median_time(times(1, -2, 3, 4, 5, 6)) == 4
    assert median_time(times(-1, -1, -1)) is None


@given(st.lists(st.integers(-8, 8).filter(bool), min_size=1, max_size=12))
def test_the_median_is_where_a_plain_loop_over_the_moments_puts_it(values: list[int]) -> None:
    cells = times(*values)
    survival, expected = 1.0, None
    for moment in range(1, 9):
        at_risk = [t for t in cells if t.seconds >= moment]
        for number, _ in enumerate([t for t in at_risk if t.reached and t.seconds == moment]):
            survival *= (len(at_risk) - number - 1) / (len(at_risk) - number)
        if expected is None and survival <= 0.5 + 1e-9:
            expected = moment
    assert median_time(cells) == expected


def test_a_ratio_of_uncensored_times_is_the_median_of_the_ratios() -> None:
    found = ratio(pairs((2, 1), (6, 2), (4, 1), (5, 1), (6, 1), (7, 1), (8, 1)))
    assert found.median_low == found.median_high == 5
    assert (found.low, found.high, found.pairs) == (2, 8, 7), "the sign test's k is 1 of 7"


def test_a_censored_time_is_a_bound() -> None:
    """Four of seven never reach: the median ratio is only known to be at least 3."""
    found = ratio(pairs((1, 1), (2, 1), (3, 1), (-3, 1), (-3, 1), (-3, 1), (-9, 1)))
    assert (found.median_low, found.median_high) == (3, math.inf)
    assert (found.low, found.high) == (1, math.inf)


def test_a_censored_denominator_bounds_from_above() -> None:
    found = ratio(pairs(*[(1, -4)] * 7))
    assert (found.median_low, found.median_high) == (0, 0.25)
    assert (found.low, found.high) == (0, 0.25)


def test_pairs_of_two_censored_times_say_nothing() -> None:
    found = ratio(pairs(*[(-1, -4)] * 7))
    assert (found.median_low, found.median_high, found.high) == (0, math.inf, math.inf)


def test_five_pairs_give_no_interval() -> None:
    found = ratio(pairs(*[(2, 1)] * 5))
    assert (found.median_low, found.low, found.high) == (2, 0, math.inf)
    assert ratio([]) is None


@pytest.mark.parametrize("count", [6, 12, 25])
def test_the_interval_leaves_out_as_much_as_the_sign_test_allows(count: int) -> None:
    found = ratio(pairs(*[(n, 1) for n in range(1, count + 1)]))
    rank = int(found.low)
    below = [sum(math.comb(count, i) for i in range(k)) / 2**count for k in (rank, rank + 1)]
    assert below[0] <= 0.025 < below[1]
    assert found.high == count + 1 - rank
