"""A corpus as pairs: who is a target, who is left out, and which targets an input has."""

import polars as pl
import pytest

from ferbench.contracts.method import AuxiliaryNeed
from ferbench.errors import UsageError
from ferbench.grid.pairing import paired, split_need


def index(**columns: list[object]) -> pl.DataFrame:
    count = len(columns["expression"])
    samples = {"sample": [f"{number}.png" for number in range(count)]}
    return pl.DataFrame({**samples, **columns})


def roles(table: pl.DataFrame) -> list[tuple[str, str]]:
    return list(zip(table["sequence"], table["expression"], strict=True))


def test_neutral_faces_are_the_targets_of_their_person() -> None:
    table = paired(index(expression=["anger", "neutral", "fear"], subject=["a", "a", "b"]), "x")
    assert table.columns == ["sample", "subject", "sequence", "expression"]
    assert roles(table) == [("a", "input"), ("a", "target"), ("b", "input")]


def test_a_neutral_face_that_looks_aside_is_an_input() -> None:
    """Of several cameras the frontal one counts, and a target has the light of its input."""
    table = paired(
        index(
            expression=["neutral", "neutral", "happiness", "neutral"],
            subject=["a"] * 4,
            view=[0, 45, -45, 0],
            light=[7, 7, 1, 1],
        ),
        "multipie",
    )
    assert roles(table) == [
        ("a under 7", "target"),
        ("a under 7", "input"),
        ("a under 1", "input"),
        ("a under 1", "target"),
    ]


def test_a_corpus_may_name_the_targets_itself() -> None:
    """As `pairs.csv` does: inputs have no expression there, and a person may have two targets."""
    table = paired(
        index(
            expression=[None, None, "neutral", "neutral"],
            subject=["a"] * 4,
            neutral_target=["2.png", "3.png", None, None],
        ),
        "pairs",
    )
    assert roles(table) == [
        ("2.png", "input"),
        ("3.png", "input"),
        ("2.png", "target"),
        ("3.png", "target"),
    ]


def test_faces_of_nobody_are_left_out() -> None:
    table = paired(index(expression=["neutral", "neutral"], subject=["a", None]), "x")
    assert table["sample"].to_list() == ["0.png"]


def test_a_corpus_without_a_target_is_refused() -> None:
    turned = index(expression=["neutral", "fear"], subject=["a", "a"], view=[15, 0])
    with pytest.raises(UsageError, match=r"multipie has no neutral face .* from the front"):
        paired(turned, "multipie")


@pytest.mark.parametrize(
    ("named", "found"), [("multipie", ("multipie", False)), ("multipie:pairs", ("multipie", True))]
)
def test_pairs_are_asked_for_behind_the_name(named: str, found: tuple[str, bool]) -> None:
    assert split_need(AuxiliaryNeed(named)) == found


def test_another_kind_is_refused() -> None:
    with pytest.raises(UsageError, match="multipie:triplets: write multipie or multipie:pairs"):
        split_need(AuxiliaryNeed("multipie:triplets"))
