"""Identities: personal, reproducible, and independent of what is drawn beside them."""

from dataclasses import astuple, replace

import numpy as np

from ferbench.datasets.simulated.levels import LEVELS
from ferbench.datasets.simulated.person.habits import draw_habits
from ferbench.datasets.simulated.person.identity import LIMIT, HairStyle, draw_identity

PEOPLE = [draw_identity(0, subject, 1.0) for subject in range(300)]


def test_a_person_is_the_same_each_time_and_no_one_else() -> None:
    assert draw_identity(0, 7, 1.0) == PEOPLE[7]
    assert len({person.texture for person in PEOPLE}) == len(PEOPLE)
    assert draw_identity(1, 7, 1.0) != PEOPLE[7]


def test_spread_scales_the_shape_and_nothing_else() -> None:
    plain, wide = PEOPLE[3], draw_identity(0, 3, 1.5)
    assert np.allclose(np.array(astuple(wide.shape)), 1.5 * np.array(astuple(plain.shape)))
    assert (wide.skin, wide.age, wide.hair_style) == (plain.skin, plain.age, plain.hair_style)


def test_the_population_is_varied() -> None:
    shapes = np.array([astuple(person.shape) for person in PEOPLE])
    assert np.abs(shapes).max() <= LIMIT
    assert np.all((shapes.std(0) > 0.8) & (shapes.std(0) < 1.1))
    assert {person.hair_style for person in PEOPLE} == set(HairStyle)
    assert 0.1 < np.mean([person.glasses is not None for person in PEOPLE]) < 0.3
    assert 0.1 < np.mean([person.beard > 0 for person in PEOPLE]) < 0.4
    skin = np.array([person.skin for person in PEOPLE]).mean(1)
    assert skin.max() > 2.5 * skin.min()


def test_only_men_have_beards() -> None:
    assert all(person.masculinity > 0 for person in PEOPLE if person.beard or person.moustache)


def test_habits_vary_with_style_and_not_without() -> None:
    plain, styled = (replace(LEVELS["medium"], style=style) for style in (0.0, 1.0))
    assert np.array_equal(draw_habits(0, 1, plain).gain, np.ones((19, 2)))
    people = [draw_habits(0, s, styled) for s in range(300)]
    gains = np.stack([person.gain for person in people])
    assert 0.25 < np.log(gains.mean(2)).std() < 0.31
    assert 0.08 < (gains[..., 0] / gains.sum(2) - 0.5).std() * 2 < 0.18
    assert {person.side for person in people} == {0, 1}
