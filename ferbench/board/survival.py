"""Times that some cells never reach: medians and ratios with censored values.

A time is a pair (seconds, reached). Where `reached` is false the event had not happened when the
cell ended after `seconds`: the true time is longer, and nothing more is known (right-censored).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import binom

from ferbench.board.statistics import LEVEL


@dataclass(frozen=True, slots=True)
class Time:
    """Seconds until the event, or until the cell ended without it."""

    seconds: float
    reached: bool


@dataclass(frozen=True, slots=True)
class Ratio:
    """The median over pairs of a time by another one, and its 95 % interval.

    The median itself lies between `median_low` and `median_high`: equal where censoring leaves no
    doubt, and infinite or 0 where it says nothing.
    """

    median_low: float
    median_high: float
    low: float
    high: float
    pairs: int


def median_time(times: Sequence[Time]) -> float | None:
    """Kaplan and Meier's median: the first t with S(t) <= 1/2; None where S stays above.

    S(t) = product over event times t_i <= t of (1 - d_i / n_i), with d_i events at t_i among the
    n_i cells that had neither reached nor ended before t_i.
    """
    survival = 1.0
    for moment in sorted({time.seconds for time in times if time.reached}):
        at_risk = sum(time.seconds >= moment for time in times)
        events = sum(time.reached and time.seconds == moment for time in times)
        survival *= 1 - events / at_risk
        if survival <= 0.5 + 1e-12:
            return moment
    return None


def median_at_least(times: Sequence[Time]) -> float:
    """A bound that the median time surely exceeds: every true time is at least the one seen."""
    return float(np.median([time.seconds for time in times]))


def ratio(pairs: Sequence[tuple[Time, Time]]) -> Ratio | None:
    """The median of time / other over pairs of cells, with bounds that hold under any censoring.

    A pair in which only `time` is censored says "at least the ratio seen"; only `other`, "at most";
    both, nothing. The interval is the sign test's: the k-th lowest of the lower bounds to the k-th
    highest of the upper ones, k the largest with P(Binomial(n, 1/2) < k) < 2.5 %; below six pairs
    there is none, so 0 to infinity.
    """
    if not pairs:
        return None
    lows, highs = [], []
    for time, other in pairs:
        seen = time.seconds / other.seconds if other.seconds > 0 else math.inf
        lows.append(seen if other.reached else 0.0)
        highs.append(seen if time.reached else math.inf)
    lows.sort()
    highs.sort()
    count = len(pairs)
    rank = int(binom.ppf(LEVEL / 2, count, 0.5))
    middle = (count - 1) // 2, count // 2
    return Ratio(
        median_low=_middle(lows, *middle),
        median_high=_middle(highs, *middle),
        low=lows[rank - 1] if rank >= 1 else 0.0,
        high=highs[count - rank] if rank >= 1 else math.inf,
        pairs=count,
    )


def _middle(values: Sequence[float], one: int, other: int) -> float:
    """The mean of the two middle ones, the same where they are one."""
    return (values[one] + values[other]) / 2
