"""Scored units, by hand."""

import numpy as np
import polars as pl
import pytest

from ferbench.metrics.units import by_image, by_unit, class_names

ROWS = [
    # sample, subject, unit, expression, p_anger, p_fear, p_sadness
    ("a0", "S1", "a", "anger", 0.6, 0.3, 0.1),
    ("a1", "S1", "a", "anger", 0.1, 0.5, 0.4),
    ("a2", "S1", "a", "anger", 0.3, 0.4, 0.3),
    ("b0", "S2", "b", "fear", 0.2, 0.5, 0.3),
    ("c0", "S2", "c0", "sadness", 0.45, 0.1, 0.45),
]


@pytest.fixture
def predictions() -> pl.DataFrame:
    """Three frames of one sequence, one of another, and a still."""
    names = ["sample", "subject", "unit", "expression", "p_anger", "p_fear", "p_sadness"]
    return pl.DataFrame(ROWS, schema=names, orient="row").with_columns(state=pl.lit("last"))


def decided(units):
    return {row["unit"]: (row["predicted"], row["correct"]) for row in units.to_dicts()}


def test_classes_are_read_off_the_columns(predictions):
    assert class_names(predictions) == ("anger", "fear", "sadness")


def test_by_image(predictions):
    assert decided(by_image(predictions)) == {
        "a0": ("anger", True),
        "a1": ("fear", False),
        "a2": ("fear", False),
        "b0": ("fear", True),
        "c0": ("anger", False),
    }


def test_by_unit_mean_averages_the_frames(predictions):
    units = by_unit(predictions, "mean")
    assert decided(units) == {"a": ("fear", False), "b": ("fear", True), "c0": ("anger", False)}
    a = units.filter(pl.col("unit") == "a").row(0, named=True)
    assert np.allclose([a["p_anger"], a["p_fear"], a["p_sadness"]], [1 / 3, 0.4, 0.8 / 3])
    assert (a["subject"], a["expression"]) == ("S1", "anger")


def test_by_unit_max_takes_the_most_certain_frame(predictions):
    units = by_unit(predictions, "max")
    assert decided(units) == {"a": ("anger", True), "b": ("fear", True), "c0": ("anger", False)}
    a = units.filter(pl.col("unit") == "a").row(0, named=True)
    assert np.allclose([a["p_anger"], a["p_fear"], a["p_sadness"]], [0.6, 0.5, 0.4])


def test_of_equal_classes_the_first_in_order_is_named(predictions):
    still = by_image(predictions).filter(pl.col("unit") == "c0")
    assert still["predicted"].to_list() == ["anger"]


@pytest.mark.parametrize("join", ["mean", "max"])
def test_the_order_of_frames_does_not_matter(predictions, join):
    expected = by_unit(predictions, join).sort("unit")
    for seed in range(3):
        shuffled = predictions.sample(fraction=1, shuffle=True, seed=seed)
        found = by_unit(shuffled, join).sort("unit")
        assert found.drop("p_anger", "p_fear", "p_sadness").equals(
            expected.drop("p_anger", "p_fear", "p_sadness")
        )


def test_units_keep_the_order_in_which_they_come(predictions):
    assert by_unit(predictions.reverse(), "mean")["unit"].to_list() == ["c0", "b", "a"]


@pytest.mark.parametrize("units", [by_image, lambda frame: by_unit(frame, "mean")])
def test_columns_and_types_are_those_it_says(predictions, units):
    for rows in (predictions, predictions.clear()):
        found = units(rows)
        assert found.columns == [
            "unit", "subject", "expression", "predicted", "correct", "p_anger", "p_fear",
            "p_sadness",
        ]  # fmt: skip
        assert found.schema["correct"] == pl.Boolean
        assert found.schema["predicted"] == pl.String
