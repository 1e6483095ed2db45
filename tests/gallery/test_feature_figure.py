"""Features on a plane: what is near stays near, and who gets a colour."""

import numpy as np
import pytest

from ferbench.gallery.feature_figure import PEOPLE, feature_figure, plane

pytest.importorskip("matplotlib")


def blobs(groups: int, each: int) -> tuple[np.ndarray, np.ndarray]:
    """Features far apart by group."""
    rng = np.random.default_rng(0)
    group = np.repeat(np.arange(groups), each)
    return 20 * rng.normal(size=(groups, 16))[group] + rng.normal(size=(len(group), 16)), group


def test_neighbours_on_the_plane_are_neighbours_in_space():
    features, group = blobs(3, 12)
    points = plane(features)
    assert points.shape == (36, 2)
    distance = np.linalg.norm(points[:, None] - points[None], axis=2)
    np.fill_diagonal(distance, np.inf)
    assert np.array_equal(group[distance.argmin(axis=1)], group)
    assert np.array_equal(plane(features), points)


def test_both_rows_show_the_same_points_and_few_people_have_colours():
    features, group = blobs(PEOPLE + 3, 3)
    people = np.array([f"P{number:02d}" for number in group])
    expression = np.array(["anger", "fear", "sadness"] * (PEOPLE + 3))
    figure = feature_figure({"one": features, "two": features[:, ::-1]}, expression, people)
    above, other, below, _ = figure.axes
    assert [axes.get_title() for axes in (above, other)] == ["one", "two"]

    def points(axes):
        found = np.concatenate([np.asarray(group.get_offsets()) for group in axes.collections])
        return found[np.lexsort(found.T)]

    assert len(points(above)) == len(features)
    assert np.array_equal(points(above), points(below))
    named = [axes.get_legend() for axes in figure.axes]
    said = [[text.get_text() for text in legend.get_texts()] for legend in named if legend]
    assert said == [
        ["anger", "fear", "sadness"],
        [*(f"P{number:02d}" for number in range(PEOPLE)), "3 others"],
    ]


def test_a_point_has_the_colour_of_its_expression():
    features, _ = blobs(2, 6)
    expression = np.array(["fear"] * 6 + ["anger"] * 6)
    (axes,) = feature_figure({"one": features}, expression, None).axes
    placed = plane(features)
    _, anger, fear = axes.collections
    assert np.array_equal(np.asarray(fear.get_offsets()), placed[:6])
    assert np.array_equal(np.asarray(anger.get_offsets()), placed[6:])
    legend = axes.get_legend()
    colours = [handle.get_color() for handle in legend.legend_handles]
    assert [text.get_text() for text in legend.get_texts()] == ["anger", "fear"]
    for group, colour in zip((anger, fear), colours, strict=True):
        from matplotlib.colors import to_rgb

        assert np.allclose(group.get_facecolor()[0, :3], to_rgb(colour))
