"""Intervals cover what they say, and a placebo does not win."""

from dataclasses import dataclass, replace

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit

from ferbench.board.statistics import (
    Observations,
    accuracy_interval,
    difference_interval,
    holm,
    resolution,
    spread,
)

FOLDS = 5
NODES, NODE_WEIGHTS = np.polynomial.hermite_e.hermegauss(41)


@dataclass(frozen=True)
class Study:
    """A simulated study of one method or two; effects are standard deviations in logits.

    A seed's training comes out better or worse in all folds (`seed`) and in each (`cell`), and
    for each person (`person_seed`); `gap` is how far the first method is above the second.
    """

    subjects: int
    seeds: int
    images: int
    logit: float
    gap: float = 0.0
    subject: float = 0.8
    image: float = 1.0
    seed: float = 0.1
    cell: float = 0.2
    person_seed: float = 0.3
    person_method: float = 0.4

    def draw(self, rng: np.random.Generator, methods: int) -> tuple[np.ndarray, np.ndarray]:
        """Right or wrong, (methods, seeds, units), and each method's true accuracy.

        With one seed the truth is that of these trained models on people at large.
        """
        owner = np.repeat(np.arange(self.subjects), self.images)
        fold = np.arange(self.subjects) % FOLDS
        person = rng.normal(0, self.subject, self.subjects)
        image = rng.normal(0, self.image, len(owner))
        right, truth = [], []
        for method in range(methods):
            level = self.logit + (self.gap if method == 0 else 0.0)
            trained = rng.normal(0, self.seed, (self.seeds, 1))
            trained = trained + rng.normal(0, self.cell, (self.seeds, FOLDS))
            own = person + rng.normal(0, self.person_method, self.subjects)
            own = own + rng.normal(0, self.person_seed, (self.seeds, self.subjects))
            logit = level + (trained[:, fold] + own)[:, owner] + image
            right.append(rng.random(logit.shape) < expit(logit))
            truth.append(self._truth(level, trained, np.bincount(fold) / self.subjects))
        return np.array(right), np.array(truth)

    def _truth(self, level: float, trained: np.ndarray, shares: np.ndarray) -> float:
        people = self.subject**2 + self.image**2 + self.person_seed**2 + self.person_method**2
        if self.seeds == 1:
            return float(_average(level + trained[0], people) @ shares)
        return float(_average(np.array([level]), people + self.seed**2 + self.cell**2)[0])

    def observations(self, value: np.ndarray) -> Observations:
        """(seeds, units) values as the statistics read them."""
        owner = np.repeat(np.arange(self.subjects), self.images)
        return observed(value, owner, owner % FOLDS)


def _average(logits: np.ndarray, variance: float) -> np.ndarray:
    grid = logits[:, None] + np.sqrt(variance) * NODES
    return expit(grid) @ NODE_WEIGHTS / NODE_WEIGHTS.sum()


def observed(value: np.ndarray, owner: np.ndarray, fold: np.ndarray) -> Observations:
    """(seeds, units) values with each unit's person and fold, all counting the same."""
    seeds, units = value.shape
    return Observations(
        value=value.ravel().astype(float),
        weight=np.full(value.size, 1 / value.size),
        subject=np.tile(owner, seeds),
        seed=np.repeat(np.arange(seeds), units),
        fold=np.tile(fold, seeds),
    )


def margin(share: float, replicates: int) -> float:
    """Three standard errors of a share seen in that many replicates."""
    return 3 * np.sqrt(share * (1 - share) / replicates)


ACCURACY_STUDIES = [
    Study(subjects, seeds, images, logit)
    for subjects, images, logit in ((20, 5, 0.0), (20, 7, 1.8), (60, 2, 1.8), (120, 3, 0.8))
    for seeds in (1, 2, 3, 5, 10)
] + [Study(60, 1, 5, 4.2), Study(60, 5, 5, 4.2)]


def test_the_interval_of_an_accuracy_covers_it_as_often_as_it_says() -> None:
    rng = np.random.Generator(np.random.Philox(1))
    replicates, everywhere = 800, []
    for study in ACCURACY_STUDIES:
        covered = 0
        for _ in range(replicates):
            right, truth = study.draw(rng, 1)
            found = accuracy_interval(study.observations(right[0]))
            covered += found.low <= truth[0] <= found.high
        share = covered / replicates
        assert 0.93 - margin(0.93, replicates) <= share <= 0.97 + margin(0.97, replicates), study
        everywhere.append(share)
    assert 0.94 <= np.mean(everywhere) <= 0.97


DIFFERENCE_STUDIES = [
    Study(subjects, seeds, images, logit, gap)
    for subjects, images, logit, gap in ((20, 5, 0.0, 0.0), (60, 2, 1.5, 0.3), (120, 3, 0.8, 0.4))
    for seeds in (1, 5, 10)
]
DIFFERENCE_STUDIES += [
    # Two seeds' totals say too little here; the folds, each trained anew, say the rest.
    Study(120, 2, 7, 0.0, seed=0.0, cell=0.6),
]


def test_the_interval_of_a_difference_covers_it_as_often_as_it_says() -> None:
    rng = np.random.Generator(np.random.Philox(2))
    replicates, everywhere = 800, []
    for study in DIFFERENCE_STUDIES:
        covered = 0
        for _ in range(replicates):
            right, truth = study.draw(rng, 2)
            gaps = right[0].astype(float) - right[1]
            found = difference_interval(study.observations(gaps))
            covered += found.low <= truth[0] - truth[1] <= found.high
        share = covered / replicates
        assert 0.93 - margin(0.93, replicates) <= share <= 0.97 + margin(0.97, replicates), study
        everywhere.append(share)
    assert 0.94 <= np.mean(everywhere) <= 0.975


def test_a_placebo_wins_by_chance_alone_where_subjects_alone_let_it_win_often() -> None:
    rng = np.random.Generator(np.random.Philox(3))
    study = Study(subjects=80, seeds=5, images=7, logit=1.0, seed=0.2, cell=0.2, person_method=0.2)
    replicates, wins, naive_wins = 500, 0, 0
    for _ in range(replicates):
        right, _ = study.draw(rng, 2)
        crossed = study.observations(right[0].astype(float) - right[1])
        wins += difference_interval(crossed).p < 0.05
        subjects_only = replace(crossed, seed=np.zeros_like(crossed.seed))
        naive_wins += difference_interval(subjects_only).p < 0.05
    assert wins / replicates < 0.05 + margin(0.05, replicates)
    assert naive_wins / replicates > 0.15


def test_a_real_gap_is_found() -> None:
    rng = np.random.Generator(np.random.Philox(4))
    study = Study(subjects=80, seeds=5, images=7, logit=1.0, gap=0.8)
    found = []
    for _ in range(40):
        right, _ = study.draw(rng, 2)
        found.append(difference_interval(study.observations(right[0].astype(float) - right[1])))
    assert np.mean([d.p < 0.05 and d.low > 0 for d in found]) > 0.9


def test_with_one_seed_and_one_unit_a_subject_it_is_the_variance_of_a_mean() -> None:
    values = np.array([[1, 1, 0, 1, 0, 1, 1, 1, 1, 0]])
    found = spread(observed(values, np.arange(10), np.zeros(10, dtype=int)))
    assert found.mean == pytest.approx(0.7)
    assert found.variance == pytest.approx(values.var(ddof=1) / 10)
    assert (found.degrees, found.subjects, found.seeds, found.over_seeds) == (9, 10, 1, False)


def test_one_persons_images_are_not_independent() -> None:
    people = np.array([[1, 1, 1, 1, 0, 0, 1, 1, 0, 0, 1, 1]])
    zeros = np.zeros(12, dtype=int)
    alone = spread(observed(people, np.arange(12), zeros))
    together = spread(observed(people, np.repeat(np.arange(3), 4), zeros))
    assert together.variance > 1.2 * alone.variance


def test_the_crossed_variance_is_that_of_the_two_way_analysis_of_variance() -> None:
    """Balanced, one unit a subject: V = (MS_subject + MS_seed - MS_rest) / (G S)."""
    rng = np.random.Generator(np.random.Philox(5))
    subjects, seeds = 30, 6
    fold = np.arange(subjects) % 3
    quality = rng.normal(0, 1.0, (seeds, 3))[:, fold]
    values = (rng.normal(0, 1, (seeds, subjects)) + rng.normal(0, 1, subjects) + quality) > 0
    y = values.astype(float)
    by_subject = subjects * seeds * y.mean(0).var(ddof=1) / subjects
    by_seed = subjects * y.mean(1).var(ddof=1)
    rest = y - y.mean(0) - y.mean(1, keepdims=True) + y.mean()
    rest_square = (rest**2).sum() / ((subjects - 1) * (seeds - 1))
    assert by_seed > rest_square
    expected = (by_subject + by_seed - rest_square) / (subjects * seeds)
    found = spread(observed(y, np.arange(subjects), fold))
    assert found.variance == pytest.approx(expected)
    assert found.over_seeds


def test_folds_that_lack_a_seed_do_not_turn_people_into_seeds() -> None:
    """Seed 1 has only the easy fold; within each person both seeds agree."""
    owner = np.repeat(np.arange(20), 3)
    fold = (owner >= 10).astype(int)
    easy = np.where(fold == 1, 1.0, 0.0)
    full = observed(np.stack([easy, easy]), owner, fold)
    keep = ~((full.seed == 1) & (full.fold == 0))
    parts = (full.value, full.weight, full.subject, full.seed, full.fold)
    value, weight, subject, seed, fold_code = (part[keep] for part in parts)
    found = spread(Observations(value, weight / weight.sum(), subject, seed, fold_code))
    alone = spread(Observations(value, weight / weight.sum(), subject, seed * 0, fold_code))
    assert found.over_seeds
    assert found.variance == pytest.approx(alone.variance)


@pytest.mark.parametrize(("value", "open_side"), [(1.0, "low"), (0.0, "high")])
def test_all_right_or_all_wrong_is_not_a_point(value: float, open_side: str) -> None:
    data = observed(np.full((3, 40), value), np.repeat(np.arange(20), 2), np.zeros(40, dtype=int))
    found = accuracy_interval(data)
    reach = stats.t.ppf(0.975, 19) ** 2
    expected = reach / (20 + reach)
    assert abs(getattr(found, open_side) - value) == pytest.approx(expected)
    assert found.mean == value


def test_methods_that_never_differ_are_not_proved_equal() -> None:
    data = observed(np.zeros((5, 40)), np.repeat(np.arange(20), 2), np.zeros(40, dtype=int))
    found = difference_interval(data)
    assert found.p == 1
    assert found.low == -found.high < -0.1


def test_the_intervals_end_where_the_test_begins() -> None:
    rng = np.random.Generator(np.random.Philox(6))
    for gap in (0.2, 0.4, 0.6):
        study = Study(subjects=60, seeds=5, images=3, logit=0.5, gap=gap)
        right, _ = study.draw(rng, 2)
        found = difference_interval(study.observations(right[0].astype(float) - right[1]))
        assert (found.p < 0.05) == (found.low > 0 or found.high < 0)


def test_one_subject_gives_no_interval() -> None:
    assert accuracy_interval(observed(np.ones((5, 4)), np.zeros(4, int), np.zeros(4, int))) is None


def test_holm() -> None:
    assert holm([0.01, 0.04, 0.03, 0.5]) == pytest.approx((0.04, 0.09, 0.09, 0.5))
    assert holm([0.6, 0.7]) == (1.0, 1.0)
    assert holm([]) == ()


def test_resolution_is_the_smallest_significant_sign_test() -> None:
    found = resolution(327)
    assert (found.discordant, found.units) == (6, 327)
    assert stats.binomtest(6, 6).pvalue < 0.05 < stats.binomtest(5, 5).pvalue
    assert resolution(5) is None
