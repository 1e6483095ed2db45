"""Faces of several corpora as those of one."""

import numpy as np

from ferbench.contracts.faces import LabelledFaces
from ferbench.training.joined_faces import JoinedFaces, with_corpora


def faces(level: int, classes: tuple[str, ...], labels: list[int]) -> LabelledFaces:
    """Face i is filled with level + i."""
    levels = np.arange(level, level + len(labels), dtype=np.uint8)
    stored = np.tile(levels[::-1, None, None, None], (1, 4, 4, 1))
    return LabelledFaces(
        {"face": stored},
        np.arange(len(labels))[::-1],
        classes=classes,
        expression=np.array(labels),
        subject=np.arange(len(labels)),
        sequence=np.zeros(len(labels)),
    )


FIRST = faces(10, ("anger", "fear"), [0, 1, 1])
SECOND = faces(50, ("fear", "neutral", "anger"), [2, 1, 0, 1])


def told(joined: LabelledFaces) -> list[tuple[int, str]]:
    """Each face's level and class."""
    assert len(joined.images()) == len(joined)
    shown = [joined.classes[e] for e in joined.expression]
    return list(zip(joined.images()[:, 0, 0, 0].tolist(), shown, strict=True))


def test_faces_of_the_first_ones_classes_come_one_after_the_other() -> None:
    joined = JoinedFaces([FIRST, SECOND])
    assert joined.classes == ("anger", "fear")
    expected = [(10, "anger"), (11, "fear"), (12, "fear"), (50, "anger"), (52, "fear")]
    assert told(joined) == expected
    assert joined.subject is None
    assert joined.inputs == ("face",)
    assert len(set(joined.sequence[:3])) == 1
    assert joined.sequence[3] != joined.sequence[0]


def test_parts_of_it_are_parts_of_the_whole() -> None:
    joined = JoinedFaces([FIRST, SECOND])
    which = np.array([4, 0, 3])
    expected = [(52, "fear"), (10, "anger"), (50, "anger")]
    assert told(joined.part(which)) == expected
    assert told(joined.part(np.array([1, 4, 0, 3])).part(np.array([1, 2, 3]))) == expected
    assert np.array_equal(joined.only(which).images(), joined.images(which))
    assert np.array_equal(joined.unlabelled().images(), joined.images())
    assert np.array_equal(joined.part(which).sequence, joined.sequence[which])


def test_nothing_is_joined_where_no_corpus_is_named() -> None:
    assert with_corpora(FIRST, {"other": SECOND}, ()) is FIRST
    assert len(with_corpora(FIRST, {"other": SECOND}, ("other",))) == 5


def test_only_what_is_asked_for_is_read() -> None:
    joined = JoinedFaces([FIRST, SECOND])
    joined.parts[1].images = lambda rows, name: np.zeros((len(rows), 4, 4, 1), dtype=np.uint8)
    assert joined.images(np.array([0, 3]))[:, 0, 0, 0].tolist() == [10, 0]
