"""How near predictions are to the recorded ones."""

import polars as pl
import pytest

from ferbench.results.agreement import NONE, Agreement, compare

STORED = pl.DataFrame(
    {
        "sample": ["a", "b"],
        "subject": ["1", "1"],
        "unit": ["a", "b"],
        "expression": ["anger", "fear"],
        "state": ["last", "last"],
        "p_anger": [0.9, 0.4],
        "p_fear": [0.1, 0.6],
    }
)


def test_agreement_by_hand():
    found = STORED.with_columns(p_anger=pl.Series([0.8, 0.7]), p_fear=pl.Series([0.2, 0.3]))
    near = compare(found, STORED)
    assert near.alike == 0.5
    assert near.farthest == pytest.approx(0.3)


def test_the_order_of_rows_and_classes_does_not_matter():
    turned = STORED.reverse().select(*STORED.columns[:5], "p_fear", "p_anger")
    assert compare(turned, STORED) == compare(STORED, turned) == Agreement(1.0, 0.0)


@pytest.mark.parametrize(
    "other",
    [
        STORED.head(1),
        STORED.with_columns(sample=pl.Series(["a", "c"])),
        STORED.with_columns(state=pl.lit("selected")),
        STORED.rename({"p_fear": "p_disgust"}),
        STORED.with_columns(p_disgust=pl.lit(0.0)),
    ],
)
def test_those_of_other_images_states_or_classes_agree_in_nothing(other):
    assert compare(other, STORED) == compare(STORED, other) == NONE
