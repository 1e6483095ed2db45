"""The head is solid: no holes in any pose, whole glasses in small pictures, and its own shadows."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from ferbench.datasets.simulated.capture.view import View
from ferbench.datasets.simulated.person.identity import (
    Glasses,
    HairStyle,
    Identity,
    draw_identity,
)
from ferbench.datasets.simulated.rendering.batch import (
    Scene,
    collate_people,
    collate_units,
    collate_views,
)
from ferbench.datasets.simulated.rendering.head import bare_head
from ferbench.datasets.simulated.rendering.layout import lay_out
from ferbench.datasets.simulated.rendering.renderer import draw_face, render
from ferbench.datasets.simulated.rendering.shading import normals
from ferbench.datasets.simulated.rendering.shadows import lamp_light
from ferbench.datasets.simulated.rendering.surface import head_grid

Picture = Callable[..., np.ndarray]

STILL = np.zeros((19, 2))
FROM_THE_LEFT = (-0.8, 0.2, 0.6)


def reached(free: np.ndarray, start: np.ndarray) -> np.ndarray:
    """The part of `free` (H, W) that is connected with `start`, diagonals included."""
    while True:
        wider = np.pad(start, 1)
        wider = np.lib.stride_tricks.sliding_window_view(wider, (3, 3)).any((2, 3)) & free
        if np.array_equal(wider, start):
            return start
        start = wider


def difference(scenes: tuple[Scene, Scene], size: int) -> np.ndarray:
    """(size, size): largest difference of the colours of two pictures."""
    one, other = render(scenes, size)
    return (one - other).abs().amax(0).numpy()


@pytest.mark.parametrize("size", [48, 128])
@pytest.mark.parametrize("yaw", [-45, -30, 0, 30, 45])
def test_no_background_shows_through_the_head(yaw: int, size: int) -> None:
    """Where the background is seen, one can walk to the picture's border."""
    for subject in (2, 6, 8, 10):  # tied, bald, short and a fringe
        person = replace(draw_identity(0, subject, 1.15), glasses=None)
        view = View(pose=(np.radians(yaw), 0.0, 0.0))
        scenes = tuple(Scene(person, STILL, replace(view, background=grey)) for grey in (0.1, 0.9))
        seen = difference(scenes, size) > 0.1
        border = np.zeros_like(seen)
        border[0], border[:, 0], border[:, -1] = seen[0], seen[:, 0], seen[:, -1]
        assert np.array_equal(reached(seen, border), seen)


@pytest.mark.parametrize("yaw", [-45, -20, 20, 45])
def test_the_back_of_the_head_does_not_show_through_the_face(
    yaw: int, plain_person: Identity
) -> None:
    """The colour of the hair changes no pixel around nose and mouth."""
    view = View(pose=(np.radians(yaw), 0.0, 0.0))
    dark, fair = (
        Scene(replace(plain_person, hair=(grey, grey, grey)), STILL, view) for grey in (0.02, 0.9)
    )
    changed = difference((dark, fair), 96) > 0.01
    middle = 48 + round(24 * np.sin(np.radians(yaw)))
    assert not changed[30:78, middle - 14 : middle + 14].any()


def test_glasses_are_whole_in_small_pictures(plain_person: Identity) -> None:
    for radius, squareness in ((0.15, 2.0), (0.2, 4.5)):
        worn = replace(plain_person, glasses=Glasses(radius, squareness, grey=0.03))
        frames = difference((Scene(worn, STILL, View()), Scene(plain_person, STILL, View())), 48)
        frames = frames[:, 8:40] > 0.04  # without the temples, which hair covers
        start = np.zeros_like(frames)
        start[tuple(np.argwhere(frames)[0])] = True
        assert frames.sum() > 50
        assert np.array_equal(reached(frames, start), frames)


def test_ears_show_unless_long_hair_hides_them(plain_person: Identity) -> None:
    def seen(style: HairStyle) -> float:
        person = replace(plain_person, hair_style=style)
        larger = replace(person, shape=replace(person.shape, ear_size=2.0))
        return float(
            difference((Scene(person, STILL, View()), Scene(larger, STILL, View())), 64).max()
        )

    for style in (HairStyle.BALD, HairStyle.SHORT, HairStyle.TIED):
        assert seen(style) > 0.1
    assert seen(HairStyle.LONG) == 0


def test_every_hairstyle_looks_different(plain_person: Identity) -> None:
    scenes = [Scene(replace(plain_person, hair_style=style), STILL, View()) for style in HairStyle]
    pictures = render(scenes, 48)
    for number, picture in enumerate(pictures):
        apart = (pictures - picture).abs().amax(1).flatten(1)
        assert (apart > 0.1).float().mean(1)[torch.arange(len(scenes)) != number].min() > 0.005


def lit(people: list[Identity], light: tuple[float, float, float], face: bool) -> torch.Tensor:
    """(rows, columns): the lamp's light on the first of `people`, with or without features."""
    grid = head_grid(64)
    batch, units = collate_people(people, grid), collate_units([STILL] * len(people))
    views = collate_views([View(light=light)] * len(people))
    points = bare_head(grid, batch)
    if face:
        points = points + draw_face(grid, batch, units, views, lay_out(batch, units)).offset
    return lamp_light(grid, points, views)[0]


def test_the_nose_throws_its_shadow_away_from_the_light(plain_person: Identity) -> None:
    grid = head_grid(64)
    beside = (grid.y > -0.32) & (grid.y < -0.15) & (grid.out > 0)
    left, right = ((grid.x * side > 0.1) & (grid.x * side < 0.2) & beside for side in (-1, 1))
    lamp = lit([plain_person], FROM_THE_LEFT, face=True)
    assert lamp[right].mean() < lamp[left].mean() - 0.2
    mirrored = lit([plain_person], (0.8, 0.2, 0.6), face=True)
    assert mirrored[left].mean() < mirrored[right].mean() - 0.2


def test_a_head_without_features_throws_no_shadow_on_its_lit_side(plain_person: Identity) -> None:
    """Convex: no ray that leaves it meets it again."""
    grid = head_grid(64)
    light = torch.tensor(FROM_THE_LEFT) / torch.tensor(FROM_THE_LEFT).norm()
    normal = normals(bare_head(grid, collate_people([plain_person], grid)))[:, 0]
    facing = (normal * light[:, None, None]).sum(0) > 0.3
    above_the_chin = grid.y > -0.5
    assert lit([plain_person], FROM_THE_LEFT, face=False)[facing & above_the_chin].min() > 0.97


def test_old_people_are_greyer() -> None:
    people = [draw_identity(0, subject, 1.0) for subject in range(300)]

    def colourful(old: bool) -> float:
        """Mean saturation of the hair."""
        chosen = [np.array(p.hair) for p in people if (p.age > 0.65 if old else p.age < 0.3)]
        return float(np.mean([(hair.max() - hair.min()) / hair.max() for hair in chosen]))

    assert colourful(old=True) < 0.5 * colourful(old=False)
