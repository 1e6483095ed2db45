"""Action units, identity and view move the part of the picture that they should."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
import torch

from ferbench.datasets.simulated.acting.action_units import ACTION_UNITS, ROW
from ferbench.datasets.simulated.capture.view import View
from ferbench.datasets.simulated.person.identity import Glasses, HairStyle, Identity, draw_identity
from ferbench.datasets.simulated.rendering.batch import collate_people, collate_units, collate_views
from ferbench.datasets.simulated.rendering.camera import Camera
from ferbench.datasets.simulated.rendering.head import bare_head
from ferbench.datasets.simulated.rendering.layout import lay_out
from ferbench.datasets.simulated.rendering.raster import splat
from ferbench.datasets.simulated.rendering.renderer import draw_face
from ferbench.datasets.simulated.rendering.surface import head_grid

Picture = Callable[..., np.ndarray]

BROWS, EYES, MOUTH = slice(4, 12), slice(11, 20), slice(32, 52)
"""Rows of the 64 in which the features of the plain face lie."""

UPPER, LOWER = slice(0, 24), slice(32, 64)
WHERE = {
    1: (BROWS, LOWER),
    2: (BROWS, LOWER),
    4: (BROWS, LOWER),
    5: (EYES, LOWER),
    6: (slice(8, 36), slice(44, 64)),
    7: (EYES, LOWER),
    9: (slice(4, 40), slice(44, 64)),
    10: (slice(26, 48), UPPER),
    12: (MOUTH, BROWS),
    14: (MOUTH, UPPER),
    15: (MOUTH, UPPER),
    17: (MOUTH, UPPER),
    20: (MOUTH, UPPER),
    23: (MOUTH, UPPER),
    25: (MOUTH, UPPER),
    26: (MOUTH, UPPER),
    27: (MOUTH, UPPER),
    43: (EYES, LOWER),
}
"""Action unit -> rows that it moves, and rows that it leaves (almost) alone."""


def moved(one: np.ndarray, other: np.ndarray, rows: slice = slice(None)) -> float:
    """Mean absolute change within the rows, in grey levels."""
    return float(255 * np.abs(one - other)[rows].mean())


@pytest.mark.parametrize("unit", list(WHERE))
def test_each_action_unit_moves_its_own_part_of_the_face(unit: int, picture: Picture) -> None:
    here, elsewhere = WHERE[unit]
    neutral, acted = picture(), picture({unit: 1.0})
    assert moved(neutral, acted, here) > 0.6
    assert moved(neutral, acted, here) > 4 * moved(neutral, acted, elsewhere)


def test_lower_lip_depressor_needs_parted_lips_to_show_teeth(picture: Picture) -> None:
    parted, depressed = picture({25: 1.0}), picture({16: 1.0, 25: 1.0})
    assert moved(parted, depressed, MOUTH) > 0.6
    assert moved(parted, depressed, UPPER) < 0.1


def test_every_action_unit_is_tested() -> None:
    assert set(WHERE) | {16} == set(ACTION_UNITS)


@pytest.mark.parametrize("unit", [2, 4, 6, 12, 15, 43])
@pytest.mark.parametrize("side", [0, 1])
def test_one_side_acts_alone(unit: int, side: int, picture: Picture) -> None:
    change = np.abs(picture({unit: 1.0}, sides=(side,)) - picture()).sum((0, 2))
    halves = change[:32].sum(), change[32:].sum()
    assert halves[side] > 2.5 * halves[1 - side]


def test_stronger_activation_moves_more(picture: Picture) -> None:
    for unit in (1, 4, 12, 26):
        half, full = (moved(picture(), picture({unit: strength})) for strength in (0.5, 1.0))
        assert full > 1.2 * half


def darkest_row(image: np.ndarray, column: slice, rows: slice) -> int:
    return int(image[rows, column].mean((1, 2)).argmin()) + rows.start


def test_a_smile_lifts_the_corners_of_the_mouth_and_sadness_lowers_them(picture: Picture) -> None:
    def corner_height(units: dict[int, float]) -> float:
        """Of the reddest pixels left and right of the middle against those in the middle."""
        image = picture(units)
        red = image[MOUTH, :, 0] - image[MOUTH, :, 1]
        rows = np.arange(20)[:, None]
        weight = np.clip(red - np.quantile(red, 0.8), 0, None)
        place = (weight * rows).sum(0) / (weight.sum(0) + 1e-6)
        lips = weight.sum(0) > 0.1 * weight.sum(0).max()
        columns = np.flatnonzero(lips)
        ends = np.r_[columns[:2], columns[-2:]]
        return float(place[30:34].mean() - place[ends].mean())

    assert corner_height({12: 1.0}) > corner_height({}) + 1
    assert corner_height({15: 1.0}) < corner_height({}) - 1


def test_brows_go_up_and_down(picture: Picture) -> None:
    inner = slice(22, 28)
    level = darkest_row(picture(), inner, slice(3, 12))
    assert darkest_row(picture({1: 1.0, 2: 1.0}), inner, slice(3, 12)) < level
    assert darkest_row(picture({4: 1.0}), inner, slice(3, 14)) > level


def chins(people: list[Identity], units: dict[int, float]) -> np.ndarray:
    """Lowest row of each head, as a share of the picture's side."""
    activations = np.zeros((19, 2))
    for unit, strength in units.items():
        activations[ROW[unit]] = strength
    grid = head_grid(64)
    batch = collate_people(people, grid)
    acting = collate_units([activations] * len(people))
    views = collate_views([View()] * len(people))
    offset = draw_face(grid, batch, acting, views, lay_out(batch, acting)).offset
    camera = Camera(views, 64)
    _, y = camera.project(camera.turn(bare_head(grid, batch) + offset).flatten(2))
    return (y[:, (grid.out > 0).flatten()].amax(1) / 64).numpy()


def test_a_dropped_jaw_stays_in_the_frame(plain_person: Identity) -> None:
    people = [draw_identity(0, subject, 1.15) for subject in range(40)]
    assert chins([plain_person], {25: 1.0, 27: 1.0})[0] < 1.0
    assert chins(people, {}).max() < 0.97
    assert np.quantile(chins(people, {25: 1.0, 27: 0.7}), 0.8) < 1.0
    assert np.median(chins(people, {27: 1.0})) > np.median(chins(people, {})) + 0.08


def test_an_open_mouth_is_inside_the_frame(picture: Picture) -> None:
    change = np.abs(picture({25: 1.0, 27: 1.0}) - picture({})).sum((1, 2))
    dark = picture({25: 1.0, 27: 1.0})[:, 28:36].mean((1, 2))
    assert change[36:60].sum() > 0.75 * change.sum()
    assert dark[56:].min() > 0.2  # chin, not the inside of the mouth


def test_identity_changes_what_its_parameter_says(plain_person: Identity, picture: Picture) -> None:
    def with_shape(**changes: float) -> np.ndarray:
        return picture(person=replace(plain_person, shape=replace(plain_person.shape, **changes)))

    plain = picture()
    assert moved(plain, with_shape(mouth_width=2.0), MOUTH) > 0.5
    assert moved(plain, with_shape(mouth_width=2.0), UPPER) < 0.1
    assert moved(plain, with_shape(brow_thickness=2.0), BROWS) > 0.5
    assert moved(plain, with_shape(brow_thickness=2.0), LOWER) < 0.1
    for name in type(plain_person.shape).__dataclass_fields__:
        if name not in ("hair_recession", "forehead_folds"):  # seen on the old and the surprised
            assert moved(plain, with_shape(**{name: 2.0})) > 0.02, name


def test_hair_beard_and_glasses_show(plain_person: Identity, picture: Picture) -> None:
    plain = picture()
    bald = picture(person=replace(plain_person, hair_style=HairStyle.BALD))
    assert moved(plain, bald, slice(0, 6)) > 5
    fringe = picture(person=replace(plain_person, hair_style=HairStyle.FRINGE))
    assert moved(plain, fringe, slice(0, 10)) > 2
    bearded = picture(person=replace(plain_person, beard=1.0))
    assert moved(plain, bearded, slice(36, 54)) > 5
    glasses = Glasses(radius=0.17, squareness=3.0, grey=0.1)
    worn = picture(person=replace(plain_person, glasses=glasses))
    assert moved(plain, worn, slice(8, 24)) > 3 * moved(plain, worn, slice(40, 64))


def test_light_comes_from_where_the_view_says(picture: Picture) -> None:
    for x, brighter in ((-1.0, slice(20, 32)), (1.0, slice(32, 44))):
        cheeks = picture(view=View(light=(x, 0.2, 0.6)))[20:30]
        darker = slice(32, 44) if brighter.start == 20 else slice(20, 32)
        assert cheeks[:, brighter].mean() > cheeks[:, darker].mean() + 0.05


def test_pose_shift_and_exposure(picture: Picture) -> None:
    plain = picture()
    assert moved(plain, picture(view=View(pose=(0.4, 0.0, 0.0)))) > 4
    assert picture(view=View(exposure=1.3)).mean() > plain.mean() + 0.05
    shifted = picture(view=View(shift=(4 / 64, 0.0)))
    assert moved(shifted[:, 4:], plain[:, :-4]) < 0.3 * moved(shifted, plain)
    tilted = picture(view=View(pose=(0.0, 0.0, 0.3)))
    assert moved(tilted, plain) > 4


def test_the_plain_face_is_close_to_its_mirror_image(picture: Picture) -> None:
    frontal = picture(view=View(light=(0.0, 0.4, 0.9)))
    one_sided = picture({12: 1.0}, sides=(0,), view=View(light=(0.0, 0.4, 0.9)))
    asymmetry = moved(frontal, frontal[:, ::-1], LOWER)
    assert asymmetry < 0.5 * moved(one_sided, one_sided[:, ::-1], LOWER)


def test_the_nearest_point_wins_in_any_order() -> None:
    x = torch.tensor([[1.5, 1.5, 1.5]])
    depth = torch.tensor([[0.1, 0.5, 0.3]])
    colour = torch.tensor([[[0.1, 0.5, 0.3]] * 3])
    for order in ([0, 1, 2], [2, 1, 0], [1, 0, 2]):
        drawn, mask = splat(
            x[:, order],
            x[:, order],
            depth[:, order],
            torch.ones(1, 3, dtype=torch.bool),
            colour[:, :, order],
            side=3,
        )
        assert drawn[0, :, 1, 1].tolist() == [0.5] * 3
        assert mask.sum() == 1


def test_points_outside_and_hidden_ones_leave_no_trace() -> None:
    x = torch.tensor([[-3.0, 9.0, 2.0, 2.0, -0.5, 1.0]])
    y = torch.tensor([[1.0, 1.0, -5.0, 12.0, -0.5, 1.0]])
    visible = torch.tensor([[True, True, True, True, True, False]])
    _, mask = splat(x, y, torch.zeros(1, 6), visible, torch.ones(1, 3, 6), side=4)
    assert not mask.any()


def surface(side: int, missing: tuple[int, int]) -> tuple[torch.Tensor, torch.Tensor]:
    """Pixel coordinates of all pixels but one, each (1, N)."""
    y, x = torch.meshgrid(torch.arange(side), torch.arange(side), indexing="ij")
    kept = ~((y == missing[0]) & (x == missing[1]))
    return x[kept][None] + 0.5, y[kept][None] + 0.5


def test_holes_are_filled_from_their_neighbours() -> None:
    x, y = surface(5, missing=(2, 2))
    seen = torch.ones(x.shape, dtype=torch.bool)
    colour = torch.full((1, 3, x.shape[1]), 0.7)
    drawn, mask = splat(x, y, torch.zeros(x.shape), seen, colour, side=5)
    assert mask.all()
    assert torch.allclose(drawn, torch.tensor(0.7))


def test_what_lies_behind_does_not_shine_through_a_hole() -> None:
    x, y = surface(5, missing=(2, 2))
    x, y = (torch.cat([axis, torch.tensor([[2.5]])], 1) for axis in (x, y))
    depth = torch.zeros(x.shape)
    depth[0, -1] = -0.8
    colour = torch.full((1, 3, x.shape[1]), 0.7)
    colour[..., -1] = 0.0
    drawn, _ = splat(x, y, depth, torch.ones(x.shape, dtype=torch.bool), colour, side=5)
    assert torch.allclose(drawn, torch.tensor(0.7))
