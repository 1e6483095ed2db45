"""Intervals, differences and tie groups, with subjects and seeds as crossed sources of chance.

A board's number is an average over test units (people chance to be in the corpus) and over seeds
(trainings chance to come out as they did). Both vary, so both enter every variance. The subject is
the unit of chance, not the image, because one person's images succeed and fail together.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

SEEDS_FOR_A_CLAIM = 5
"""With fewer seeds the spread between trainings is too poorly known to claim a difference."""

LEVEL = 0.05


@dataclass(frozen=True, slots=True)
class Observations:
    """One value per test unit and seed, in parallel arrays of length N.

    value:   1 right, 0 wrong; or the difference of two methods: -1, 0, 1.
    weight:  what the value counts in the average; sums to 1.
    subject, seed, fold: codes 0, 1, 2, ...; where people are unknown every unit is a subject.
    """

    value: np.ndarray
    weight: np.ndarray
    subject: np.ndarray
    seed: np.ndarray
    fold: np.ndarray


@dataclass(frozen=True, slots=True)
class Spread:
    """An average with its sampling variance, and how much that variance is to be trusted.

    degrees:    Satterthwaite's degrees of freedom of the variance.
    over_seeds: whether the variance holds the chance of training. With one seed it cannot, and
                then speaks of these trained models on other people, not of the method.
    """

    mean: float
    variance: float
    degrees: float
    subjects: int
    seeds: int
    over_seeds: bool


@dataclass(frozen=True, slots=True)
class Interval:
    """A 95 % interval; `low` and `high` in the unit of the mean."""

    mean: float
    low: float
    high: float
    subjects: int
    seeds: int
    over_seeds: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """A paired difference of two accuracies: 95 % interval and two-sided p."""

    mean: float
    low: float
    high: float
    p: float
    subjects: int
    seeds: int
    over_seeds: bool

    @property
    def enough_seeds(self) -> bool:
        """Whether the difference may be called a claim at all."""
        return self.over_seeds and self.seeds >= SEEDS_FOR_A_CLAIM


@dataclass(frozen=True, slots=True)
class Resolution:
    """The smallest gap that can be significant: `discordant` of `units`, all in one direction."""

    discordant: int
    units: int


def average(data: Observations) -> float:
    """The weighted mean, rounded so that all right is 1 and equals are equal to the last bit."""
    return round(float(data.weight @ data.value), 12)


def spread(data: Observations) -> Spread | None:
    """The mean and its crossed variance, V = V_subject + (V_seed - V_interaction, if positive).

    V_subject     = G / (G - 1) * sum_g r_g^2          r_g: weighted residual of subject g
    V_seed        = S / (S - 1) * sum_s t_s^2          t_s: deviation of seed s from the mean
    V_interaction = n / ((G - 1)(S - 1)) * sum_gs e_gs^2

    V_subject already holds one share of the interaction; subtracting it keeps the sum unbiased.
    Seed deviations are taken within each subject, so that an incomplete grid does not mistake
    people for seeds. None where there are fewer than two subjects.
    """
    subjects, seeds, folds = (int(c.max()) + 1 for c in (data.subject, data.seed, data.fold))
    if subjects < 2:
        return None
    mean = average(data)
    residual = np.bincount(data.subject, data.weight * (data.value - mean), subjects)
    by_subject = float(subjects / (subjects - 1) * (residual**2).sum())
    subjects_only = Spread(mean, by_subject, subjects - 1, subjects, seeds, over_seeds=False)

    # A block is a subject in a fold: what one trained model sees of one person.
    block_codes, block = np.unique(data.subject * folds + data.fold, return_inverse=True)
    fold_of_block, blocks = block_codes % folds, len(block_codes)
    cell = block * seeds + data.seed
    weight = np.bincount(cell, data.weight, blocks * seeds).reshape(blocks, seeds)
    total = np.bincount(cell, data.weight * data.value, blocks * seeds).reshape(blocks, seeds)
    deviation = total - weight * (total.sum(1) / weight.sum(1))[:, None]
    in_fold = np.eye(folds)[fold_of_block].T
    fold_seeds = ((in_fold @ weight) > 0).sum(1)
    degrees_folds = int((fold_seeds - 1).sum())
    if degrees_folds == 0 or blocks < 2:
        return subjects_only

    by_seed = float(seeds / (seeds - 1) * (deviation.sum(0) ** 2).sum())
    degrees_seed = seeds - 1
    if seeds < SEEDS_FOR_A_CLAIM:
        # Two to four totals say little. Each fold is trained anew, so within folds the same
        # variance has more degrees of freedom, unless seeds have something in common across
        # folds: the larger of the two is on the safe side.
        again = fold_seeds > 1
        per_fold = ((in_fold @ deviation) ** 2).sum(1)[again]
        by_fold = float((fold_seeds[again] / (fold_seeds[again] - 1) * per_fold).sum())
        if by_fold > by_seed:
            by_seed, degrees_seed = by_fold, degrees_folds
    seed_weight = weight.sum(0)
    left = deviation - weight * (deviation.sum(0) / seed_weight)
    degrees_left = (blocks - 1) * (seeds - 1)
    interaction = float((weight > 0).sum() / degrees_left * (left**2).sum())
    between = max(by_seed - interaction, 0.0)
    variance = by_subject + between
    uncertainty = by_subject**2 / (subjects - 1)
    if between > 0:
        uncertainty += by_seed**2 / degrees_seed + interaction**2 / degrees_left
    degrees = variance**2 / uncertainty if uncertainty > 0 else subjects - 1
    return Spread(mean, variance, degrees, subjects, seeds, over_seeds=True)


def accuracy_interval(data: Observations) -> Interval | None:
    """Wilson's interval with the effective sample size n = p(1 - p) / V and Student's quantile.

    Wilson's stays inside [0, 1] and keeps its length when nearly everything is right; where all
    is right, V is 0 and n is the number of subjects.
    """
    found = spread(data)
    if found is None:
        return None
    share = found.mean
    quantile = float(stats.t.ppf(1 - LEVEL / 2, found.degrees))
    binomial = share * (1 - share)
    size = max(binomial / found.variance, 1.0) if found.variance > 1e-15 else found.subjects
    shrink = quantile**2 / size
    centre = (share + shrink / 2) / (1 + shrink)
    half = quantile / (1 + shrink) * math.sqrt(binomial / size + shrink / (4 * size))
    low, high = max(centre - half, 0.0), min(centre + half, 1.0)
    return Interval(share, low, high, found.subjects, found.seeds, found.over_seeds)


def difference_interval(data: Observations) -> Difference | None:
    """Student's interval and test with the crossed variance of the paired differences.

    Where two methods never differ the variance is 0; the interval then reaches as far as a Wilson
    interval for none of the subjects does, for "no difference seen" is not "no difference".
    """
    found = spread(data)
    if found is None:
        return None
    if found.variance > 1e-15:
        error = math.sqrt(found.variance)
        half = float(stats.t.ppf(1 - LEVEL / 2, found.degrees)) * error
        p = 2 * float(stats.t.sf(abs(found.mean) / error, found.degrees))
    else:
        square = float(stats.norm.ppf(1 - LEVEL / 2)) ** 2
        half = square / (found.subjects + square)
        p = 1.0 if found.mean == 0 else 2 * 0.5**found.subjects
    low, high = max(found.mean - half, -1.0), min(found.mean + half, 1.0)
    counts = (found.subjects, found.seeds, found.over_seeds)
    return Difference(found.mean, low, high, p, *counts)


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Holm's adjusted p values, in the order given."""
    order = sorted(range(len(p_values)), key=lambda i: (p_values[i], i))
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, index in enumerate(order):
        highest = max(highest, min(1.0, (len(order) - rank) * p_values[index]))
        adjusted[index] = highest
    return tuple(adjusted)


def resolution(units: int) -> Resolution | None:
    """The fewest units on which one method must beat another, losing none, for p < 0.05.

    McNemar's exact test of k units that all differ in one direction has p = 2 * 2^-k.
    """
    discordant = math.floor(math.log2(2 / LEVEL)) + 1
    return Resolution(discordant, units) if units >= discordant else None
