"""Frame rules: which images of a recording a protocol looks at."""

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ferbench.errors import UsageError
from ferbench.protocols.frames import labelled, pick, references

SCHEMA = {"sample": pl.String, "sequence": pl.String, "frame": pl.Int64, "expression": pl.String}


def video(expressions, name="v", frames=None):
    """An index of one sequence; samples are named by their place."""
    frames = frames or range(len(expressions))
    pairs = zip(frames, expressions, strict=True)
    rows = [(f"{name}{i}", name, f, e) for i, (f, e) in enumerate(pairs)]
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def picked(index, rule):
    return sorted(pick(labelled(index), rule)["sample"])


def referred(index):
    return sorted(references(labelled(index))["sample"])


POSED = ["neutral", "neutral", "anger", "anger", "anger", "anger", "anger"]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [("apex", ["v6"]), ("last3", ["v4", "v5", "v6"]), ("mid3", ["v3", "v4", "v5"])],
)
def test_a_posed_sequence_ending_at_its_apex(rule, expected):
    assert picked(video(POSED), rule) == expected
    assert referred(video(POSED)) == ["v0"]


@pytest.mark.parametrize(
    ("shown", "last3", "mid3"),
    [
        (1, ["v1"], ["v1"]),
        (2, ["v1", "v2"], ["v1", "v2"]),
        (3, ["v1", "v2", "v3"], ["v1", "v2", "v3"]),
        (4, ["v2", "v3", "v4"], ["v1", "v2", "v3"]),
        (6, ["v4", "v5", "v6"], ["v2", "v3", "v4"]),
    ],
)
def test_short_sequences_give_the_frames_they_have(shown, last3, mid3):
    index = video(["neutral"] + ["fear"] * shown)
    assert picked(index, "last3") == last3
    assert picked(index, "mid3") == mid3
    assert picked(index, "apex") == [f"v{shown}"]


@pytest.mark.parametrize("rule", ["apex", "last3", "mid3"])
@pytest.mark.parametrize("expression", ["neutral", "disgust"])
def test_a_still_is_used_by_every_rule(rule, expression):
    assert picked(video([expression]), rule) == ["v0"]


def test_a_neutral_still_is_a_reference_and_an_expressive_one_is_not():
    assert referred(video(["neutral"])) == ["v0"]
    assert referred(video(["disgust"])) == []


def test_a_wholly_neutral_recording_shows_neutral():
    index = video(["neutral"] * 5)
    assert picked(index, "apex") == ["v4"]
    assert picked(index, "last3") == ["v2", "v3", "v4"]
    assert referred(index) == ["v0"]


def test_neutral_frames_after_the_apex_are_never_picked():
    index = video(["neutral", "anger", "anger", "neutral", "neutral"])
    assert picked(index, "apex") == ["v2"]
    assert picked(index, "last3") == ["v1", "v2"]
    assert referred(index) == ["v0"]


def test_frame_numbers_may_have_gaps_and_rows_any_order():
    index = video(["neutral", "fear", "fear", "fear", "fear"], frames=[7, 11, 40, 41, 900])
    for seed in range(5):
        shuffled = index.sample(fraction=1, shuffle=True, seed=seed)
        assert picked(shuffled, "last3") == ["v2", "v3", "v4"]
        assert picked(shuffled, "apex") == ["v4"]
        assert referred(shuffled) == ["v0"]


def test_the_frame_number_decides_and_not_the_name():
    index = video(["fear", "fear", "fear", "fear"], frames=[3, 2, 1, 0])
    assert picked(index, "apex") == ["v0"]


def test_unlabelled_frames_are_passed_over():
    index = video(["neutral", None, "fear", "fear", None])
    assert picked(index, "apex") == ["v3"]
    assert picked(index, "last3") == ["v2", "v3"]


def test_each_sequence_is_ruled_on_its_own():
    index = pl.concat([video(POSED, "a"), video(["neutral", "fear"], "b"), video(["neutral"], "c")])
    assert picked(index, "last3") == ["a4", "a5", "a6", "b1", "c0"]
    assert referred(index) == ["a0", "b0", "c0"]


def test_two_expressions_in_one_recording_are_refused():
    with pytest.raises(UsageError, match=r"sequence 'v' shows anger and fear.*its own sequence id"):
        labelled(video(["neutral", "fear", "anger"]))


@given(
    onset=st.integers(0, 4),
    shown=st.integers(1, 12),
    order=st.randoms(use_true_random=False),
    rule=st.sampled_from(["apex", "last3", "mid3"]),
)
def test_rules_pick_a_run_of_expressive_frames(onset, shown, order, rule):
    index = video(["neutral"] * onset + ["sadness"] * shown)
    places = list(range(len(index)))
    order.shuffle(places)
    found = [int(name[1:]) - onset for name in picked(index[places], rule)]
    found.sort()
    assert found == list(range(found[0], found[0] + min(shown, 1 if rule == "apex" else 3)))
    if rule == "mid3":
        before, after = found[0], shown - 1 - found[-1]
        assert 0 <= after - before <= 1
    else:
        assert found[-1] == shown - 1
    assert found[0] >= 0
    assert referred(index[places]) == (["v0"] if onset else [])
