"""The validation part of an auxiliary corpus."""

import numpy as np
import pytest

from ferbench.contracts.faces import LabelledFaces
from ferbench.training.holdout import hold_out


def faces(subject: list[int] | None, count: int = 0) -> LabelledFaces:
    count = count or len(subject or [])
    return LabelledFaces(
        {"face": np.arange(count, dtype=np.uint8).reshape(-1, 1, 1, 1)},
        np.arange(count),
        classes=("anger", "fear"),
        expression=np.arange(count) % 2,
        subject=None if subject is None else np.array(subject),
        sequence=np.arange(count),
    )


def shown(part: LabelledFaces) -> list[int]:
    return part.images().ravel().tolist()


def test_a_tenth_of_the_people_is_held_out_with_all_their_images() -> None:
    whole = faces([n % 20 for n in range(60)])
    train, held = hold_out(whole, seed=3)
    assert len(set(held.subject.tolist())) == 2
    assert not set(held.subject.tolist()) & set(train.subject.tolist())
    assert sorted(shown(train) + shown(held)) == list(range(60))
    for part in (train, held):
        assert [n % 2 for n in shown(part)] == part.expression.tolist()
        assert [n % 20 for n in shown(part)] == part.subject.tolist()
        assert shown(part) == part.sequence.tolist()


def test_images_are_held_out_where_nobody_is_named() -> None:
    train, held = hold_out(faces(None, 50), seed=3)
    assert (len(train), len(held)) == (45, 5)
    assert train.subject is None


def test_the_seed_decides_who() -> None:
    whole = faces(list(range(40)))
    assert shown(hold_out(whole, 1)[1]) == shown(hold_out(whole, 1)[1])
    assert shown(hold_out(whole, 1)[1]) != shown(hold_out(whole, 2)[1])


@pytest.mark.parametrize("subject", [[0, 1], [0, 0, 0]])
def test_neither_part_is_empty(subject: list[int]) -> None:
    train, held = hold_out(faces(subject), seed=0)
    assert len(train) >= 1
    assert len(held) == 1
