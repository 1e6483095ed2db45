"""Similarity transforms: known ones, Umeyama's own recipe, and the least of the squares."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ferbench.imaging.align.geometry import (
    TEMPLATE,
    applied,
    inverted,
    similarity,
    template,
    turning,
)

NUMBERS = st.floats(-50, 50)
TRANSFORMS = st.tuples(st.floats(0.05, 20), st.floats(-np.pi, np.pi), NUMBERS, NUMBERS)


def made(scale, angle, x, y):
    cosine, sine = scale * np.cos(angle), scale * np.sin(angle)
    return np.array([[cosine, -sine, x], [sine, cosine, y]])


def umeyama(source, target):
    """Equations 40 to 43 of the paper, with the singular value decomposition, for one pair."""
    source_mean, target_mean = source.mean(0), target.mean(0)
    centred, goal = source - source_mean, target - target_mean
    u, d, vt = np.linalg.svd(goal.T @ centred / len(source))
    signs = np.array([1.0, 1.0 if np.linalg.det(u) * np.linalg.det(vt) > 0 else -1.0])
    rotation = u @ np.diag(signs) @ vt
    scale = (d * signs).sum() / (centred**2).sum(1).mean()
    return np.column_stack([scale * rotation, target_mean - scale * rotation @ source_mean])


@given(transform=TRANSFORMS)
def test_a_similarity_is_recovered_and_undone(transform):
    truth = made(*transform)[None]
    moved = applied(truth, TEMPLATE)
    found = similarity(np.broadcast_to(TEMPLATE, (1, 5, 2)), moved)
    assert np.allclose(found, truth, atol=1e-6)
    assert np.allclose(applied(inverted(truth), moved), TEMPLATE, atol=1e-6)


@given(seed=st.integers(0, 2**32 - 1), mirrored=st.booleans())
def test_it_is_umeyamas_least_squares_one_by_one(seed, mirrored):
    draw = np.random.default_rng(seed)
    source, target = draw.normal(size=(2, 3, 5, 2)) * [[[[30]]], [[[9]]]]
    if mirrored:
        target = source * [-1, 1] + draw.normal(size=source.shape)
    found = similarity(source, target)
    for one, p, q in zip(found, source, target, strict=True):
        assert np.allclose(one, umeyama(p, q), atol=1e-8)


def test_no_other_similarity_comes_nearer():
    draw = np.random.default_rng(0)
    source, target = draw.normal(size=(2, 1, 5, 2))
    found = similarity(source, target)
    least = ((applied(found, source) - target) ** 2).sum()
    a, b, x = found[0, 0, 0], found[0, 1, 0], found[0, :, 2]
    for step in draw.normal(size=(200, 4)) * 0.01:
        p, q = a + step[0], b + step[1]
        other = np.array([[[p, -q, x[0] + step[2]], [q, p, x[1] + step[3]]]])
        assert ((applied(other, source) - target) ** 2).sum() > least


def test_a_mirrored_face_is_not_mirrored_back():
    found = similarity(TEMPLATE[None] * [-1, 1], TEMPLATE)
    assert np.linalg.det(found[0, :, :2]) > 0


def test_one_template_serves_all_faces():
    faces = np.random.default_rng(0).normal(size=(4, 5, 2))
    together = similarity(faces, TEMPLATE)
    assert np.allclose(together[2], similarity(faces[2:3], TEMPLATE[None])[0])
    assert similarity(np.empty((0, 5, 2)), TEMPLATE).shape == (0, 2, 3)


@pytest.mark.parametrize("value", [0.0, 7.0])
def test_landmarks_in_one_place_are_refused(value):
    with pytest.raises(ValueError, match="all lie in one place"):
        similarity(np.full((1, 5, 2), value), TEMPLATE)


def test_the_template_is_symmetric_and_inside_the_unit_square():
    assert np.allclose(TEMPLATE[[0, 3]] * [-1, 1] + [1, 0], TEMPLATE[[1, 4]])
    assert TEMPLATE[2, 0] == 0.5
    assert TEMPLATE.min() > 0
    assert TEMPLATE.max() < 1


@pytest.mark.parametrize("size", [(48, 48), (128, 110), (96, 200)])
@pytest.mark.parametrize("margin", [-0.1, 0.0, 0.25])
def test_the_face_lies_in_the_middle_with_its_margin(size, margin):
    points = template(*size, margin)
    side = min(size) / (1 + 2 * margin)
    eyes = points[1] - points[0]
    assert np.allclose(eyes, [0.4 * side, 0])
    corner = points[0] + 0.5 - 0.3 * side
    assert np.allclose(corner, (np.array(size[::-1]) - side) / 2)
    if margin == 0.25:
        assert np.isclose(side, min(size) / 1.5)


def test_a_margin_that_leaves_no_face_is_refused():
    with pytest.raises(ValueError, match=r"margin of -0\.5 leaves no room"):
        template(48, 48, -0.5)


@pytest.mark.parametrize("degrees", [0.0, 30.0, -60.0, 90.0, 180.0])
def test_a_turned_picture_holds_all_of_the_old_one(degrees):
    transform, (height, width) = turning(degrees, 40, 100)
    corners = np.array([[-0.5, -0.5], [99.5, -0.5], [99.5, 39.5], [-0.5, 39.5]])
    moved = applied(transform, corners)[0]
    assert moved.min() > -0.5 - 1e-6
    assert (moved.max(0) < [width - 0.5 + 1e-6, height - 0.5 + 1e-6]).all()
    assert np.ptp(moved, axis=0) == pytest.approx([width, height], abs=1)
    if degrees % 90 == 0:
        assert (height, width) == ((100, 40) if degrees == 90 else (40, 100))
