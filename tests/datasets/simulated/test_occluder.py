"""Hands, masks and sunglasses: how often they come, what they cover, and that they turn along."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from ferbench.datasets.simulated.capture.occluder import (
    Hand,
    Mask,
    Occluder,
    Sunglasses,
    draw_occluder,
)
from ferbench.datasets.simulated.capture.view import View, draw_views
from ferbench.datasets.simulated.levels import LEVELS
from ferbench.datasets.simulated.person.identity import Glasses, Identity
from ferbench.datasets.simulated.rendering.batch import Scene
from ferbench.datasets.simulated.rendering.renderer import render

Picture = Callable[..., np.ndarray]

MASK = Mask((0.55, 0.72, 0.80), top=-0.1)
SUNGLASSES = Sunglasses(radius=0.2, squareness=3.0, lens=(0.02, 0.02, 0.02), frame=0.05)
HAND = Hand(x=0.0, y=-0.55, angle=-0.6, size=1.0)
ALL = (MASK, SUNGLASSES, HAND)

EYES, MOUTH = slice(8, 20), slice(34, 52)
"""Rows of the 64 of the plain face."""


def change(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """(64, 64) absolute difference, mean of the colours."""
    return np.abs(one - other).mean(2)


def drawn(level: str, count: int) -> list[Occluder | None]:
    return [draw_occluder(0, subject, "fear", 0, LEVELS[level]) for subject in range(count)]


def test_occluders_come_as_often_as_the_level_says_and_in_all_kinds() -> None:
    wild = drawn("wild", 900)
    share = LEVELS["wild"].occlusion
    assert np.mean([each is not None for each in wild]) == pytest.approx(share, abs=0.05)
    for kind in (Hand, Mask, Sunglasses):
        assert np.mean([isinstance(each, kind) for each in wild]) == pytest.approx(
            share / 3, abs=0.03
        )
    assert not any(drawn("medium", 50))


def test_an_occluder_stays_through_a_recording_and_shifts_no_other_draw() -> None:
    covered = replace(LEVELS["wild"], occlusion=1.0)
    free = replace(LEVELS["wild"], occlusion=0.0)
    views = draw_views(0, 3, "fear", 0, covered, 6)
    assert len({view.occluder for view in views}) == 1
    assert views[0].occluder is not None
    bare = tuple(replace(view, occluder=None) for view in views)
    assert bare == draw_views(0, 3, "fear", 0, free, 6)


def test_a_mask_hides_the_mouth_and_leaves_the_eyes(picture: Picture) -> None:
    masked = picture(view=View(occluder=MASK))
    assert change(masked, picture())[MOUTH, 20:44].mean() > 0.08
    assert change(masked, picture())[:16].max() < 0.03
    smiling = picture({12: 1.0, 25: 1.0}, view=View(occluder=MASK))
    bare = change(picture({12: 1.0, 25: 1.0}), picture())[MOUTH].mean()
    assert change(smiling, masked)[MOUTH].mean() < 0.2 * bare


def test_sunglasses_hide_the_eyes_and_leave_the_mouth(picture: Picture) -> None:
    worn, closed = View(occluder=SUNGLASSES), picture({43: 1.0})
    assert change(picture(view=worn), picture())[MOUTH].max() == 0
    assert picture(view=worn)[EYES, 18:46].mean() < 0.7 * picture()[EYES, 18:46].mean()
    behind = change(picture({43: 1.0}, view=worn), picture(view=worn))[EYES].mean()
    assert behind < 0.15 * change(closed, picture())[EYES].mean()


def test_sunglasses_replace_glasses(plain_person: Identity, picture: Picture) -> None:
    glasses = Glasses(radius=0.17, squareness=3.0, grey=0.3)
    wearer, view = replace(plain_person, glasses=glasses), View(occluder=SUNGLASSES)
    assert np.array_equal(picture(person=wearer, view=view), picture(view=view))


@pytest.mark.parametrize("x", [-0.36, 0.36])
def test_a_hand_lies_where_it_says_in_the_skins_colour(
    x: float, plain_person: Identity, picture: Picture
) -> None:
    hand = Hand(x, y=-0.2, angle=-0.3 * np.sign(x), size=1.0)
    covered = change(picture(view=View(occluder=hand)), picture()) > 0.03
    columns = np.flatnonzero(covered.any(0))
    assert np.sign(columns.mean() - 31.5) == np.sign(x)
    assert covered.mean() > 0.08
    dark = replace(plain_person, skin=(0.2, 0.12, 0.08))
    fingers = picture(person=dark, view=View(occluder=hand))[24:30, columns[len(columns) // 2]]
    assert fingers.mean() < 0.8 * picture(view=View(occluder=hand))[24:30, 32].mean()


@pytest.mark.parametrize("occluder", ALL)
def test_occluders_turn_with_the_head(occluder: Occluder, picture: Picture) -> None:
    def middle(yaw: float) -> float:
        """Column around which the occluder lies."""
        pose = (yaw, 0.0, 0.0)
        with_, without = (picture(view=View(pose=pose, occluder=each)) for each in (occluder, None))
        weight = (change(with_, without)[:56] > 0.03).sum(0)
        return float((weight * np.arange(64)).sum() / weight.sum())

    assert middle(-0.4) < middle(0.0) - 2
    assert middle(0.4) > middle(0.0) + 2


def test_an_occluder_changes_no_other_picture_of_its_batch(plain_person: Identity) -> None:
    still = np.zeros((19, 2))
    scenes = [Scene(plain_person, still, View(occluder=each)) for each in (None, *ALL)]
    together = render(scenes, 48)
    for number, scene in enumerate(scenes):
        assert torch.equal(together[number], render([scene], 48)[0])
