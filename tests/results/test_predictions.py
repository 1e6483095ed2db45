"""What `predict` returned, checked and put in a frame."""

import numpy as np
import polars as pl
import pytest
import torch

from ferbench.contracts.faces import Predictions
from ferbench.contracts.metric import PREDICTION_COLUMNS
from ferbench.errors import InvalidPredictions
from ferbench.results.predictions import check, frame

CLASSES = ("anger", "fear", "sadness")
GOOD = np.array([[0.2, 0.3, 0.5], [1.0, 0.0, 0.0]])


def changed(place, value):
    p = GOOD.copy()
    p[place] = value
    return p


@pytest.mark.parametrize(
    "probabilities",
    [GOOD, GOOD.astype(np.float32), GOOD.astype(np.float16), GOOD.tolist(), torch.tensor(GOOD),
     GOOD * 1.0005],
)  # fmt: skip
@pytest.mark.parametrize("embeddings", [None, np.zeros((2, 5)), np.ones((2, 1), np.float32)])
def test_distributions_pass(probabilities, embeddings):
    check(Predictions(probabilities, embeddings), 2, CLASSES)


@pytest.mark.parametrize(
    ("probabilities", "says"),
    [
        (GOOD[:1], r"shape \(1, 3\), not \(2, 3\): one row for each of 2 faces.*anger, fear, sadn"),
        (GOOD[:, :2], r"shape \(2, 2\), not \(2, 3\)"),
        (np.array([0, 2]), r"shape \(2,\), not \(2, 3\)"),
        (GOOD[None], r"shape \(1, 2, 3\), not \(2, 3\)"),
        (changed((1, 1), np.nan), "NaN or infinity for 1 of 2 faces"),
        (changed((slice(None), 0), np.inf), "NaN or infinity for 2 of 2 faces"),
        (changed((0, 0), -0.2), "not distributions"),
        (changed((0, slice(None)), [-0.5, 1.0, 0.5]), "not distributions"),
        (changed((0, 0), 0.25), "not distributions"),
        (GOOD * 1.01, "not distributions"),
        (np.log(GOOD + 1), "not distributions"),
        (np.zeros((2, 3)), "not distributions"),
    ],
)
def test_probabilities_that_are_refused(probabilities, says):
    with pytest.raises(InvalidPredictions, match=says):
        check(Predictions(probabilities), 2, CLASSES)


@pytest.mark.parametrize(
    ("embeddings", "shape"),
    [
        (np.zeros(2), r"\(2,\)"),
        (np.zeros((3, 4)), r"\(3, 4\)"),
        (np.zeros((2, 4, 4)), r"\(2, 4, 4\)"),
        (np.array([[0.0, np.nan], [0, 0]]), r"\(2, 2\)"),
        (np.array([[0.0, -np.inf], [0, 0]]), r"\(2, 2\)"),
    ],
)
def test_embeddings_that_are_refused(embeddings, shape):
    with pytest.raises(InvalidPredictions, match=rf"embeddings of shape {shape}.*\(2, D\) or None"):
        check(Predictions(GOOD, embeddings), 2, CLASSES)


@pytest.mark.parametrize("values", [np.zeros((2, 5)), np.ones((2, 1), np.float32), [[1.0], [2.0]]])
def test_further_features_pass(values):
    check(Predictions(GOOD, None, {"dispelled": values, "of two words": values}), 2, CLASSES)


@pytest.mark.parametrize(
    ("features", "says"),
    [
        ({"": np.zeros((2, 4))}, "a feature of the name ''"),
        ({"fine": np.zeros((2, 4)), "  ": np.zeros((2, 4))}, "a feature of the name '  '"),
        ({"f": np.zeros(2)}, r"feature 'f' of shape \(2,\).*wanted \(2, D\)"),
        ({"fine": np.zeros((2, 4)), "f": np.zeros((3, 4))}, r"feature 'f' of shape \(3, 4\)"),
        ({"f": np.zeros((2, 4, 4))}, r"feature 'f' of shape \(2, 4, 4\)"),
        ({"f": np.array([[0.0, np.nan], [0, 0]])}, "or not a finite one"),
        ({"f": np.array([[0.0, np.inf], [0, 0]])}, "or not a finite one"),
    ],
)
def test_further_features_that_are_refused(features, says):
    with pytest.raises(InvalidPredictions, match=says) as refusal:
        check(Predictions(GOOD, np.zeros((2, 4)), features), 2, CLASSES)
    assert "\n" not in str(refusal.value)


def test_the_frame_has_the_columns_of_the_contract():
    rows = pl.DataFrame(
        {
            "sample": ["a", "b"],
            "subject": ["S1", None],
            "unit": ["u", "u"],
            "expression": ["fear", "anger"],
            "sequence": ["s", "s"],
            "part": ["test", "test"],
        }
    )
    found = frame(Predictions(GOOD), rows, CLASSES, "selected")
    assert found.columns == [*PREDICTION_COLUMNS, "p_anger", "p_fear", "p_sadness"]
    assert found["state"].to_list() == ["selected"] * 2
    assert found["sample"].to_list() == ["a", "b"]
    assert found["subject"].to_list() == ["S1", None]
    assert found["expression"].to_list() == ["fear", "anger"]
    for number, name in enumerate(CLASSES):
        assert found[f"p_{name}"].dtype == pl.Float32
        assert np.allclose(found[f"p_{name}"], GOOD[:, number])
