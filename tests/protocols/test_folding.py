"""Fold makers: groups of subjects and their roles."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ferbench.errors import UsageError
from ferbench.protocols.folding import groups, roles

SUBJECTS = st.sets(st.text("0123456789ABS", min_size=1, max_size=5), min_size=2, max_size=60)


@st.composite
def cuts(draw):
    """Subjects in any order, and a number of folds that they allow."""
    subjects = draw(st.permutations(sorted(draw(SUBJECTS))))
    return subjects, draw(st.integers(2, len(subjects)))


@given(cut=cuts(), folding=st.sampled_from(["stride", "block", "loso"]))
def test_groups_are_disjoint_cover_all_and_are_balanced(cut, folding):
    subjects, count = cut
    found = groups(subjects, folding, count)
    assert len(found) == (len(subjects) if folding == "loso" else count)
    assert sorted(itertools.chain(*found)) == sorted(subjects)
    sizes = [len(group) for group in found]
    assert max(sizes) - min(sizes) <= 1
    assert min(sizes) >= 1


@given(cut=cuts())
def test_stride_deals_sorted_subjects_out_in_turn(cut):
    subjects, count = cut
    found = groups(subjects, "stride", count)
    for place, subject in enumerate(sorted(subjects)):
        assert subject in found[place % count]


@given(cut=cuts())
def test_blocks_are_runs_of_sorted_subjects(cut):
    subjects, count = cut
    assert list(itertools.chain(*groups(subjects, "block", count))) == sorted(subjects)


def test_hand_cases():
    names = ["e", "a", "d", "b", "c", "g", "f"]
    assert groups(names, "stride", 3) == [["a", "d", "g"], ["b", "e"], ["c", "f"]]
    assert groups(names, "block", 3) == [["a", "b"], ["c", "d", "e"], ["f", "g"]]
    assert groups(names, "loso", 0) == [[name] for name in "abcdefg"]


def test_118_subjects_in_ten_groups_as_on_ckplus():
    subjects = [f"S{number:03d}" for number in range(118)]
    for folding in ("stride", "block"):
        assert sorted(len(group) for group in groups(subjects, folding, 10)) == [11] * 2 + [12] * 8


@pytest.mark.parametrize(
    ("subjects", "folding", "count", "says"),
    [
        (3, "stride", 5, "3 subjects cannot be cut into 5 folds: .*--protocol kfold:3"),
        (3, "block", 4, "3 subjects cannot be cut into 4 folds"),
        (9, "stride", 1, "at least 2 folds, not 1: use kfold:2"),
        (9, "stride", 0, "at least 2 folds, not 0"),
        (1, "loso", 0, "at least 2 subjects, not 1"),
        (1, "stride", 5, "at least 2 subjects, not 1"),
        (0, "block", 5, "at least 2 subjects, not 0"),
    ],
)
def test_too_few_subjects_or_folds(subjects, folding, count, says):
    with pytest.raises(UsageError, match=says):
        groups([str(number) for number in range(subjects)], folding, count)


@given(count=st.integers(3, 20), validation=st.booleans())
def test_every_group_tests_once_and_validates_once(count, validation):
    tests, validations = [], []
    for fold in range(count):
        part = roles(fold, count, validation)
        assert sorted(part) == list(range(count))
        assert sorted(part.values()).count("train") == count - 1 - validation
        tests += [group for group, role in part.items() if role == "test"]
        validations += [group for group, role in part.items() if role == "validation"]
    assert tests == list(range(count))
    assert validations == ([*range(1, count), 0] if validation else [])


def test_validation_needs_a_third_group():
    assert roles(0, 2, validation=False) == {0: "test", 1: "train"}
    with pytest.raises(UsageError, match="at least 3 folds, not 2: drop `-val`"):
        roles(0, 2, validation=True)
