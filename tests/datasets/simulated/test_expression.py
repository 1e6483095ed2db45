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
from ferbench.datasets.simulated.person.habits import RESTING_LOOKS, draw_habits

MEDIUM = LEVELS["medium"]
CLEAR = replace(MEDIUM, style=0.0, unit_noise=0.0, confusion=0.0, intensity=(1.0, 1.0))


def sequence(
    subject: int, expression: str, level: Level = MEDIUM, take: int = 0, frames: int = 6
) -> np.ndarray:
    habits = draw_habits(0, subject, level)
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
    rest = draw_habits(0, 4, level).resting
    for expression in POSED:
        assert np.array_equal(sequence(4, expression, level)[0], rest)


def test_a_resting_face_keeps_its_mouth_shut_and_is_personal() -> None:
    level = replace(MEDIUM, resting_units=0.2, resembling=0.0)
    faces = np.stack([draw_habits(0, s, level).resting for s in range(400)])
    shut = [ROW[unit] for unit in MOUTH_OPENERS]
    assert not faces[:, shut].any()
    others = np.delete(faces, shut, axis=1)
    assert np.sqrt((others**2).mean()) == pytest.approx(0.2, rel=0.05)
    assert not np.array_equal(faces[0], faces[1])


def test_some_resting_faces_resemble_an_expression() -> None:
    level = replace(MEDIUM, resting_units=0.0, resembling=0.3, resemblance=0.5)
    people = [draw_habits(0, s, level) for s in range(400)]
    looks = [person.looks for person in people if person.looks is not None]
    assert len(looks) / 400 == pytest.approx(0.3, abs=0.07)
    assert set(looks) == set(RESTING_LOOKS)
    for person in people:
        shown = person.resting
        if person.looks is None:
            assert not shown.any()
            continue
        ways = [way.shown_by(person.side) for way in PROTOTYPES[person.looks]]
        for way in ways:
            way[[ROW[unit] for unit in MOUTH_OPENERS]] = 0.0
        strengths = [(shown * way).sum() / (way * way).sum() for way in ways]
        assert any(
            np.allclose(shown, strength * way) and 0.3 <= strength <= 0.5
            for strength, way in zip(strengths, ways, strict=True)
        )


def test_a_person_keeps_to_a_way_of_their_own() -> None:
    """At `style` 0 it is a prototype; otherwise another one for each person, near a prototype."""
    plain = [draw_habits(0, s, replace(MEDIUM, style=0.0)).own["fear"] for s in range(8)]
    assert all(
        any(np.allclose(own.activations(), way.activations()) for way in PROTOTYPES["fear"])
        for own in plain
    )
    styled = [draw_habits(0, s, MEDIUM).own["fear"].activations() for s in range(40)]
    assert len({own.tobytes() for own in styled}) == 40
    for own in styled:
        nearest = min(np.abs(own - way.activations()).max() for way in PROTOTYPES["fear"])
        assert 0 < nearest < 0.6


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
    rest = draw_habits(0, 3, CLEAR).resting
    for expression in ("anger", "fear", "happiness", "surprise"):
        apex = sequence(3, expression, CLEAR)[-1]
        ways = [np.clip(rest + way.activations(), 0, LARGEST) for way in PROTOTYPES[expression]]
        assert any(np.allclose(apex, way) for way in ways)


def test_contempt_is_shown_by_one_side() -> None:
    level = replace(CLEAR, resting_units=0.0, resembling=0.0)
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


def drawn(level: Level, subjects: int) -> np.ndarray:
    """(subjects x 7, 2, 38): the true action units at onset and apex."""
    pairs = [sequence(s, e, level, frames=2) for s in range(subjects) for e in POSED]
    return np.array(pairs).reshape(len(pairs), 2, -1)


def linear_accuracy(units: np.ndarray, training: int) -> float:
    """Of a linear classifier of action units (subjects x 7, 38), on the people after `training`."""
    labels, seen = np.tile(np.arange(7), len(units) // 7), 7 * training
    classifier = LogisticRegression(C=10, max_iter=300).fit(units[:seen], labels[:seen])
    return float(classifier.score(units[seen:], labels[seen:]))


@pytest.fixture(scope="module")
def people() -> dict[str, np.ndarray]:
    """The action units of 130 people at each level."""
    return {name: drawn(level, 130) for name, level in LEVELS.items()}


def test_levels_are_ordered_by_what_the_action_units_tell(people: dict[str, np.ndarray]) -> None:
    """The ceiling; with more people to learn from it is higher (docs/calibration.md)."""
    easy, medium, hard, wild = (linear_accuracy(units[:, 1], 90) for units in people.values())
    assert easy >= 0.985
    assert 0.95 <= medium <= easy
    assert hard < medium - 0.03
    assert 0.6 < wild < hard - 0.03


def test_onsets_are_worth_something_and_neutral_faces_look_like_expressions(
    people: dict[str, np.ndarray],
) -> None:
    """Without rendering: the headroom, and that it comes from the faces at rest."""
    for level in ("hard", "wild"):
        onset, apex = people[level].swapaxes(0, 1)
        assert linear_accuracy(apex - onset, 90) > linear_accuracy(apex, 90) + 0.02
    faceless = drawn(replace(LEVELS["hard"], resting_units=0.0, resembling=0.0), 130)
    assert linear_accuracy(faceless[:, 1], 90) > linear_accuracy(people["hard"][:, 1], 90) + 0.02
    onset = people["medium"][:, 0].reshape(130, 7, -1).mean(1)
    looks = [draw_habits(0, subject, MEDIUM).looks for subject in range(130)]
    frowning = onset.reshape(130, 19, 2)[:, ROW[4]].mean(1)
    cross = np.array([look in ("anger", "sadness", "disgust") for look in looks])
    assert frowning[cross].mean() > frowning[~cross].mean() + 0.08
