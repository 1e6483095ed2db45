"""Warping and aligning: dots land on the template, detail averages out, nothing is dropped."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ferbench.imaging.align import Face, align, align_all, aligned
from ferbench.imaging.align import faces as faces_module
from ferbench.imaging.align.geometry import TEMPLATE, applied, similarity, template
from ferbench.imaging.align.warp import warp

POINTS = np.array([[130.0, 101], [190, 121], [149, 149], [121, 170], [164, 187]])
IDENTITY = np.array([[[1.0, 0, 0], [0, 1, 0]]])
NOISE = np.random.default_rng(0).integers(0, 256, (60, 50, 3), dtype=np.uint8)


def dots(points, height=300, width=320, radius=2.5):
    """One channel a point: a soft dot at it."""
    y, x = np.mgrid[:height, :width]
    spots = [np.exp(-((x - px) ** 2 + (y - py) ** 2) / (2 * radius**2)) for px, py in points]
    return (255 * np.stack(spots, axis=-1)).round().astype(np.uint8)


def centre(plane):
    """(x, y) of the mass of a picture (H, W)."""
    y, x = np.mgrid[: plane.shape[0], : plane.shape[1]]
    mass = plane.astype(np.float64)
    return np.array([(mass * x).sum(), (mass * y).sum()]) / mass.sum()


def placed_on_template(size, margin, angle, scale):
    """Where the five dots of a face, put on the template by a similarity, are in the picture."""
    turn = scale * np.exp(1j * np.deg2rad(angle))
    unit = (TEMPLATE - 0.5) @ [1, 1j] * turn
    return np.stack([unit.real + 160.3, unit.imag + 149.6], axis=1)


@pytest.mark.parametrize("size", [(48, 48), (128, 110), (300, 300)])
@pytest.mark.parametrize(("angle", "scale"), [(0, 120), (20, 60), (-50, 150), (180, 100)])
def test_dots_land_on_the_template(size, angle, scale):
    points = placed_on_template(size, 0.1, angle, scale)
    found = align([dots(points)], points[None], *size, 0.1)[0]
    for channel, goal in enumerate(template(*size, 0.1)):
        assert np.abs(centre(found[..., channel]) - goal).max() < 0.1


def test_points_that_fit_no_template_land_where_the_similarity_says():
    found = align([dots(POINTS)], POINTS[None], 112, 96, 0.2)[0]
    goals = applied(similarity(POINTS[None], template(112, 96, 0.2)), POINTS)[0]
    for channel, goal in enumerate(goals):
        assert np.abs(centre(found[..., channel]) - goal).max() < 0.1


def pictures(images):
    return torch.from_numpy(np.stack(images)).permute(0, 3, 1, 2).float()


def test_the_identity_changes_nothing():
    found = warp(pictures([NOISE]), IDENTITY, 60, 50)
    assert (found - pictures([NOISE])).abs().max() < 1e-2


def test_a_shift_by_whole_pixels_is_a_crop_and_edges_repeat():
    shift = np.array([[[1.0, 0, 3], [0, 1, -2]]])
    found = warp(pictures([NOISE]), shift, 60, 50)[0].permute(1, 2, 0).numpy()
    assert np.abs(found[:58, 3:] - NOISE[2:, :47]).max() < 1e-2
    assert np.abs(found[:58, :3] - NOISE[2:, :1]).max() < 1e-2
    assert np.abs(found[58:, 3:] - NOISE[-1:, :47]).max() < 1e-2


def test_shrinking_does_not_alias():
    """Stripes of one pixel have no business in a picture an eighth the size."""
    checks = (np.indices((400, 400)).sum(0) % 2 * 255).astype(np.uint8)[..., None]
    stripes = np.tile(np.array([0, 255], dtype=np.uint8), (400, 200))[..., None]
    for turn in (0.0, 0.3):
        small = np.concatenate([0.12 * made(turn), [[24], [24]]], axis=1)
        small[:, 2] -= small[:, :2] @ [199.5, 199.5]
        found = warp(pictures([checks, stripes]), np.repeat(small[None], 2, 0), 48, 48)
        assert (found[:, :, 8:40, 8:40] - 127.5).abs().max() < 12


def made(angle):
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def test_shrinking_by_a_whole_factor_is_the_mean_over_the_area():
    image = np.random.default_rng(1).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    quarter = np.array([[[0.25, 0, -0.375], [0, 0.25, -0.375]]])
    found = warp(pictures([image]), quarter, 10, 15)[0].permute(1, 2, 0).numpy()
    assert np.abs(found - image.reshape(10, 4, 15, 4, 3).mean((1, 3))).max() < 2e-2
    by_pillow = np.asarray(Image.fromarray(image).resize((15, 10), Image.Resampling.BOX))
    assert np.abs(found - by_pillow).max() <= 1


@settings(max_examples=25)
@given(
    seed=st.integers(0, 2**32 - 1),
    sizes=st.lists(st.tuples(st.integers(1, 40), st.integers(1, 40)), min_size=1, max_size=4),
    channels=st.sampled_from([1, 3]),
)
def test_a_face_does_not_depend_on_the_others(seed, sizes, channels):
    draw = np.random.default_rng(seed)
    images = [draw.integers(0, 256, (*size, channels), dtype=np.uint8) for size in sizes]
    points = draw.uniform(0, 40, (len(images), 5, 2))
    together = align(images, points, 12, 10, 0.1)
    assert together.shape == (len(images), 12, 10, channels)
    assert together.dtype == np.uint8
    for number, image in enumerate(images):
        alone = align([image], points[number : number + 1], 12, 10, 0.1)
        assert np.array_equal(alone[0], together[number])


@given(value=st.integers(0, 255), height=st.integers(1, 30), width=st.integers(1, 30))
def test_a_flat_picture_stays_flat(value, height, width):
    image = np.full((height, width, 3), value, dtype=np.uint8)
    assert (align([image], POINTS[None], 9, 7, 0.0) == value).all()


def unused(images):
    raise AssertionError("no face had to be sought")


def test_landmarks_of_the_dataset_come_first():
    image = dots(POINTS)[..., :3]
    face = aligned(image, POINTS, (64, 60), 0.1, find=unused)
    assert np.array_equal(face, align([image], POINTS[None], 64, 60, 0.1)[0])


def test_what_was_not_found_is_told_and_keeps_its_row():
    images = [dots(POINTS + shift)[..., :3] for shift in (0, 10, 20, 30)]
    asked = []

    def find(some):
        asked.extend(some)
        return [Face(POINTS + 10, 0.99), None, Face(POINTS + 30, 0.8)]

    found = align_all(images, [POINTS, None, None, None], (48, 40), 0.1, find)
    assert [id(image) for image in asked] == [id(image) for image in images[1:]]
    assert found.found.tolist() == [True, True, False, True]
    assert np.isnan(found.landmarks[2]).all()
    assert np.array_equal(found.landmarks[3], POINTS + 30)
    assert not found.images[2].any()
    for row in (0, 1, 3):
        alone = align(images[row : row + 1], found.landmarks[row][None], 48, 40, 0.1)[0]
        assert np.array_equal(found.images[row], alone)
        assert np.abs(found.images[row].astype(int) - found.images[0]).max() <= 1
    assert aligned(images[0], None, (48, 40), 0.1, lambda some: [None]) is None


def test_all_or_nothing_found_and_no_pictures_at_all():
    images = [NOISE, NOISE]
    nothing = align_all(images, [None, None], (8, 9), 0.0, lambda some: [None] * len(some))
    assert nothing.images.shape == (2, 8, 9, 3)
    assert not nothing.found.any()
    empty = align_all([], [], (8, 9), 0.0, unused)
    assert (empty.images.shape, empty.landmarks.shape) == ((0, 8, 9, 3), (0, 5, 2))


def test_without_a_given_one_the_detector_of_the_process_looks(monkeypatch):
    monkeypatch.setattr(faces_module, "detector", lambda: lambda some: [Face(POINTS, 1.0)])
    assert aligned(dots(POINTS)[..., :3], None, (48, 48), 0.0) is not None


@pytest.mark.parametrize("bad", [np.zeros((4, 2)), np.zeros((5, 3)), np.full((5, 2), np.nan)])
def test_other_than_five_finite_points_are_refused(bad):
    with pytest.raises(ValueError, match=r"picture 1 .* five finite points .*: left eye, right"):
        align_all([NOISE, NOISE], [POINTS, bad], (48, 48), 0.0, unused)


def test_the_pictures_are_not_written_to():
    image = NOISE.copy()
    image.setflags(write=False)
    aligned(image, POINTS, (20, 20), 0.0)
    assert np.array_equal(image, NOISE)
