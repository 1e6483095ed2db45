"""Panels of some faces: whose faces are taken, and what is refused."""

import numpy as np
import polars as pl
import pytest

from ferbench.contracts.panels import Panel
from ferbench.errors import PluginError
from ferbench.gallery.panel_figure import panel_figure, some_faces

pytest.importorskip("matplotlib")

SEVEN = ("anger", "contempt", "disgust", "fear", "happiness", "sadness", "surprise")


def rows(*faces: tuple[str | None, str]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "sample": [f"{number:03d}" for number in range(len(faces))],
            "subject": [person for person, _ in faces],
            "expression": [name for _, name in faces],
        },
        schema_overrides={"subject": pl.String},
    )


def taken(table: pl.DataFrame, count: int) -> list[tuple[str | None, str]]:
    found = table[some_faces(table, count)]
    return list(zip(found["subject"], found["expression"], strict=True))


def test_two_people_with_expressions_from_first_to_last():
    table = rows(*((person, name) for name in reversed(SEVEN) for person in ("b", "a", "c")))
    expected = [(person, name) for person in "ab" for name in ("anger", "fear", "surprise")]
    assert taken(table, 6) == expected
    assert taken(table, 5) == expected[:5]
    assert taken(table, 1) == [("a", "anger")]


def test_those_with_the_most_expressions_come_first():
    table = rows(("a", "fear"), ("a", "fear"), ("b", "fear"), ("b", "anger"), ("c", "fear"))
    assert taken(table, 3) == [("b", "anger"), ("b", "fear"), ("a", "fear")]
    assert len(taken(table, 5)) == 5, "others fill the places"
    assert len(taken(table, 9)) == 5, "there are no more"
    assert len(set(some_faces(table, 5))) == 5, "none twice"


def test_without_names_the_first_faces_are_taken():
    table = rows((None, "fear"), (None, "anger"), (None, "fear"))
    assert list(some_faces(table, 2)) == [0, 1]


def test_each_picture_and_its_heat_are_where_their_face_is():
    pictures = np.arange(3, dtype=np.uint8)[:, None, None, None] * np.ones((1, 4, 5, 3), np.uint8)
    heat = np.linspace(0, 1, 3)[:, None, None] * np.ones((1, 4, 5))
    panels = [Panel("seen", pictures), Panel("warm", pictures, heat)]
    figure = panel_figure(panels, ["a", "b", "c"], "m")
    shown = figure.axes[:6]
    for number, (seen, warm) in enumerate(zip(shown[::2], shown[1::2], strict=True)):
        (picture,) = seen.get_images()
        assert np.array_equal(picture.get_array(), pictures[number])
        below, above = warm.get_images()
        assert np.array_equal(below.get_array(), pictures[number])
        assert np.array_equal(above.get_array(), heat[number])
        assert above.get_clim() == (0, 1)
    assert [axes.get_title() for axes in shown[:2]] == ["seen", "warm"]
    assert len(figure.axes) == 7, "a bar of colours"
    assert len(panel_figure(panels[:1], ["a", "b", "c"], "m").axes) == 3, "no heat, no bar"


@pytest.mark.parametrize(
    ("pictures", "heat", "found"), [(2, None, "2"), (3, 4, "3 and 4"), (4, 4, "4")]
)
def test_a_panel_without_one_picture_a_face_is_refused(pictures, heat, found):
    good = Panel("good", np.zeros((3, 4, 4, 1), np.uint8))
    maps = None if heat is None else np.zeros((heat, 4, 4))
    bad = Panel("bad", np.zeros((pictures, 4, 4, 1), np.uint8), maps)
    with pytest.raises(PluginError, match=rf"panel 'bad' of m has {found} pictures for 3 faces"):
        panel_figure([good, bad], ["a", "b", "c"], "m")
