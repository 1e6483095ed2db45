"""The built-in metrics on predictions that can be scored by hand."""

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from ferbench.metrics.builtin import BUILTIN_METRICS
from ferbench.metrics.confusion import confusion_matrix
from ferbench.metrics.units import by_image

PREDICTIONS = pl.DataFrame(
    {
        "sample": ["s0", "s1", "s2", "s3", "s4", "s5"],
        "subject": ["a", "a", "a", "b", "b", None],
        "unit": ["u0", "u0", "u0", "u1", "u2", "u3"],
        "expression": ["happy", "happy", "happy", "sad", "sad", "angry"],
        "state": ["last"] * 6,
        "p_angry": [0.1, 0.1, 0.0, 0.2, 0.1, 0.7],
        "p_happy": [0.9, 0.3, 0.3, 0.5, 0.1, 0.2],
        "p_sad": [0.0, 0.6, 0.7, 0.3, 0.8, 0.1],
    }
)
"""By image: right wrong wrong, wrong, right, right. The mean of u0 is happy .5 against sad .43."""

METRICS = {metric.name: metric for metric in BUILTIN_METRICS}


def test_accuracy_by_image_and_by_unit() -> None:
    values = {name: METRICS[name].compute(PREDICTIONS) for name in METRICS if "accuracy" in name}
    assert values == {
        "accuracy_image": pytest.approx(3 / 6),
        "accuracy_unit_mean": pytest.approx(3 / 4),
        "accuracy_unit_max": pytest.approx(3 / 4),
    }


def test_mean_and_max_can_disagree() -> None:
    """Two frames at sad .6 outvote one at happy .7 in the mean; the surest frame decides by max."""
    frames = PREDICTIONS.head(3).with_columns(
        p_angry=pl.lit(0.0), p_happy=pl.Series([0.7, 0.4, 0.3]), p_sad=pl.Series([0.3, 0.6, 0.65])
    )
    assert METRICS["accuracy_unit_mean"].compute(frames) == 0
    assert METRICS["accuracy_unit_max"].compute(frames) == 1


def test_macro_f1_is_the_mean_over_classes() -> None:
    """angry 1; happy 1 of 3 found, 1 of 2 called; sad 1 of 2 found, 1 of 3 called."""
    happy = 2 * (1 / 3) * (1 / 2) / (1 / 3 + 1 / 2)
    assert METRICS["macro_f1"].compute(PREDICTIONS) == pytest.approx((1 + happy + happy) / 3)


def test_a_class_that_occurs_nowhere_does_not_count_as_zero() -> None:
    only = PREDICTIONS.filter(pl.col("sample").is_in(["s0", "s4"]))
    assert METRICS["macro_f1"].compute(only) == 1


def test_calibration_error_is_the_gap_between_confidence_and_accuracy() -> None:
    """All in one bin, confidence .8: two of four right, so off by .3."""
    frame = pl.DataFrame(
        {
            "sample": list("abcd"),
            "subject": list("abcd"),
            "unit": list("abcd"),
            "expression": ["happy", "happy", "sad", "sad"],
            "p_happy": [0.8] * 4,
            "p_sad": [0.2] * 4,
        }
    )
    assert METRICS["calibration_error"].compute(frame) == pytest.approx(0.3)
    right = frame.with_columns(
        p_happy=pl.Series([1.0, 1.0, 0.0, 0.0]), p_sad=pl.Series([0.0, 0.0, 1.0, 1.0])
    )
    assert METRICS["calibration_error"].compute(right) == pytest.approx(0)


def test_a_probability_a_hair_above_one_is_no_logit() -> None:
    frame = pl.DataFrame(
        {
            "sample": list("ab"),
            "subject": list("ab"),
            "unit": list("ab"),
            "expression": ["happy", "happy"],
            "p_happy": [1.0000001, 0.6],
            "p_sad": [0.0, 0.4],
        }
    )
    assert METRICS["calibration_error"].compute(frame) == pytest.approx(0.2)


def test_rows_of_the_confusion_matrix_are_true_classes() -> None:
    counts = confusion_matrix(by_image(PREDICTIONS), ("angry", "happy", "sad"))
    assert counts.tolist() == [[1, 0, 0], [0, 1, 2], [0, 1, 1]]


def test_nothing_predicted_is_no_number() -> None:
    for metric in BUILTIN_METRICS:
        assert metric.compute(PREDICTIONS.clear()) is None


def test_metrics_leave_the_predictions_as_they_are() -> None:
    before = PREDICTIONS.clone()
    for metric in BUILTIN_METRICS:
        metric.compute(PREDICTIONS)
    assert_frame_equal(PREDICTIONS, before)


def test_names_are_unique_and_directions_known() -> None:
    assert len(METRICS) == len(BUILTIN_METRICS)
    assert not METRICS["calibration_error"].higher_is_better
    assert METRICS["macro_f1"].higher_is_better
