"""Action units: onset, apex, the way between, personal habits, and the ceiling of each level."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from ferbench.contracts.faces import EXPRESSIONS
from ferbench.datasets.simulated.acting.action_units import (
    ACTION_UNITS,
    CONFUSABLE,
    LARGEST,
    MOUTH_OPENERS,
    POSED,
    PROTOTYPES,
    ROW,
)
from ferbench.datasets.simulated.acting.sequence import draw_sequence
from ferbench.datasets.simulated.levels import LEVELS, Level
from ferbench.datasets.simulated.person.habits import draw_habits

MEDIUM = LEVELS["medium"]
CLEAR = replace(MEDIUM, style=0.0, unit_noise=0.0, confusion=0.0, intensity=(1.0, 1.0))


def sequence(
    subject: int, expression: str, level: Level = MEDIUM, take: int = 0, frames: int = 6
) -> np.ndarray:
    habits = draw_habits(0, subject, level.style, level.resting_units)
    return draw_sequence(0, subject, expression, take, habits, level, frames)


def distances(activations: np.ndarray) -> np.ndarray:
    """How far each frame is from the onset."""
    return np.abs(activations - activations[0]).sum((1, 2))


def test_the_tables_fit_together() -> None:
    assert len(ACTION_UNITS) == 19
    assert set(PROTOTYPES) == set(CONFUSABLE) == set(POSED) == set(EXPRESSIONS) - {"neutral"}
    for expression, others in CONFUSABLE.items():
        assert expression not in others
        assert set(others) <= set(EXPRESSIONS)
    assert all(set(way.units) <= set(ACTION_UNITS) for ways in PROTOTYPES.values() for way in ways)


def test_the_onset_shows_the_resting_face_and_no_expression() -> None:
    level = replace(MEDIUM, unit_noise=0.0)
    rest = draw_habits(0, 4, level.style, level.resting_units).resting
    for expression in POSED:
        assert np.array_equal(sequence(4, expression, level)[0], rest)


def test_a_resting_face_keeps_its_mouth_shut_and_is_personal() -> None:
    faces = np.stack([draw_habits(0, s, 1.0, 0.2).resting for s in range(400)])
    shut = [ROW[unit] for unit in MOUTH_OPENERS]
    assert not faces[:, shut].any()
    others = np.delete(faces, shut, axis=1)
    assert np.sqrt((others**2).mean()) == pytest.approx(0.2, rel=0.05)
    assert not np.array_equal(faces[0], faces[1])


@pytest.mark.parametrize("expression", POSED)
def test_the_apex_is_the_strongest_frame_and_the_way_there_is_upwards(expression: str) -> None:
    for subject in range(6):
        far = distances(sequence(subject, expression, frames=9))
        assert far[0] == 0
        assert far.argmax() >= 7
        assert np.corrcoef(far, np.arange(9))[0, 1] > 0.9
        assert far[-1] > 0.9 * far.max()


def test_the_last_frame_is_the_apex_whatever_the_number_of_frames() -> None:
    short, long = sequence(2, "fear", frames=2), sequence(2, "fear", frames=11)
    assert short.shape == (2, 19, 2)
    assert np.allclose(short[0], long[0])
    assert np.allclose(short[-1], long[-1])


def test_units_have_timings_of_their_own() -> None:
    start, middle, end = sequence(1, "fear", CLEAR, frames=3)
    moving = np.abs(end - start)[:, 0] > 0.3
    share = ((middle - start) / np.where(end == start, 1, end - start))[moving, 0]
    assert share.std() > 0.02


def test_a_clear_apex_is_one_of_the_prototypes_over_the_resting_face() -> None:
    rest = draw_habits(0, 3, 0.0, MEDIUM.resting_units).resting
    for expression in ("anger", "fear", "happiness", "surprise"):
        apex = sequence(3, expression, CLEAR)[-1]
        ways = [np.clip(rest + way.activations(), 0, LARGEST) for way in PROTOTYPES[expression]]
        assert any(np.allclose(apex, way) for way in ways)


def test_contempt_is_shown_by_one_side() -> None:
    level = replace(CLEAR, resting_units=0.0)
    sides = []
    for subject in range(30):
        apex = sequence(subject, "contempt", level)[-1]
        left, right = apex[ROW[14]]
        assert max(left, right) > 3 * min(left, right)
        sides.append(left > right)
    assert 0 < sum(sides) < 30


def test_takes_differ_and_habits_persist() -> None:
    takes = np.stack([sequence(5, "sadness", take=take)[-1] for take in range(12)])
    others = np.stack([sequence(subject, "sadness")[-1] for subject in range(20, 32)])
    assert not np.array_equal(takes[0], takes[1])
    assert takes.std(0).sum() < 0.8 * others.std(0).sum()


def test_activations_stay_in_range_at_every_level() -> None:
    for level in LEVELS.values():
        for subject in range(20):
            acted = sequence(subject, POSED[subject % 7], level)
            assert acted.min() >= 0
            assert acted.max() <= LARGEST


def linear_accuracy(level: Level, subjects: int = 90) -> float:
    """Of a linear classifier on the true action units at the apex, on unseen subjects."""
    apexes = [sequence(s, e, level, frames=2)[-1].ravel() for s in range(subjects) for e in POSED]
    labels = np.tile(np.arange(7), subjects)
    units, seen = np.array(apexes), 7 * 60
    classifier = LogisticRegression(C=10, max_iter=500).fit(units[:seen], labels[:seen])
    return float(classifier.score(units[seen:], labels[seen:]))


def test_levels_are_ordered_by_what_the_action_units_tell() -> None:
    easy, medium, hard, wild = (linear_accuracy(level) for level in LEVELS.values())
    assert easy >= 0.97
    assert 0.93 <= medium <= easy
    assert hard < medium
    assert 0.6 < wild < hard


def test_resting_units_alone_make_it_harder() -> None:
    calm = linear_accuracy(replace(LEVELS["hard"], resting_units=0.0))
    cross = linear_accuracy(replace(LEVELS["hard"], resting_units=0.5))
    assert cross < calm - 0.05
