"""Which pairs there are, who is left out, and how an epoch draws them."""

import numpy as np
import pytest
from ferbench_idferm.hng.pairs import pairs_of

from ferbench.contracts.faces import TrainingFaces
from ferbench.errors import Unsupported, UsageError

INPUT, TARGET = 0, 1


def partners(pairs, epochs: int = 40) -> dict[int, set[int]]:
    """Level of an input -> levels of the targets that it was given."""
    found: dict[int, set[int]] = {}
    for seed in range(epochs):
        for batch in pairs.batches(0, 3, seed):
            for x, y in zip(batch.inputs, batch.targets, strict=True):
                found.setdefault(int(x[0, 5, 0]), set()).add(int(y[0, 5, 0]))
    return found


def test_an_input_has_the_targets_of_its_group_else_of_its_person(faces) -> None:
    """Person 0 has groups 0 and 1; its face 4 is of group 2, where there is no target."""
    data = faces(
        [0, 0, 0, 0, 0, 1, 1], [0, 0, 1, 1, 2, 3, 3], [INPUT, TARGET, INPUT, TARGET, INPUT, 0, 1]
    )
    pairs = pairs_of(data)
    own = {0: {1}, 1: {1}, 2: {3}, 3: {3}, 4: {1, 3}, 5: {6}, 6: {6}}
    assert partners(pairs) == own, "a target is the input of itself as well"
    assert (pairs.people, pairs.left_out) == (2, 0)


def test_people_without_a_neutral_face_are_left_out_and_counted(faces) -> None:
    data = faces([0, 0, 1, 2, 2], [0, 0, 1, 2, 2], [INPUT, TARGET, INPUT, INPUT, TARGET])
    pairs = pairs_of(data)
    assert (pairs.people, pairs.left_out) == (2, 1)
    assert set(partners(pairs)) == {0, 1, 3, 4}


def test_a_training_fold_gives_each_face_the_neutral_ones_of_its_person(faces) -> None:
    train = faces([4, 4, 7, 9], [0, 1, 2, 3], [0, 1, 0, 1], ("anger", "fear"))
    neutral = faces([7, 4, 4], [0, 1, 2], [0, 0, 0], ("neutral",))
    pairs = pairs_of(TrainingFaces(train=train, neutral=neutral))
    assert partners(pairs) == {0: {1, 2}, 1: {1, 2}, 2: {0}}
    assert (pairs.people, pairs.left_out) == (2, 1)


def test_the_guiding_set_is_all_targets(faces) -> None:
    data = faces([0, 0, 1, 1], [0, 0, 1, 1], [INPUT, TARGET, INPUT, TARGET])
    pairs, seen = pairs_of(data), set()
    for seed in range(40):
        for batch in pairs.batches(0, 4, seed):
            seen |= {int(g[0, 5, 0]) for g in batch.guiding}
    assert seen == {1, 3}


def test_an_input_is_mirrored_together_with_its_target(faces) -> None:
    pairs = pairs_of(faces([0, 0], [0, 0], [INPUT, TARGET]))
    edges = set()
    for seed in range(40):
        for batch in pairs.batches(0, 2, seed):
            for x, y, g in zip(batch.inputs, batch.targets, batch.guiding, strict=True):
                left = tuple(bool(face[0, 0, 0] == 200) for face in (x, y))
                edges.add(left)
                assert g[0, 0, 0] == 200
    assert edges == {(True, True), (False, False)}
    assert pairs.inputs.images(np.array([0]))[0, 0, 0, 0] == 200, "the stored face stays as it is"


def test_an_epoch_has_each_input_once_or_as_many_as_asked_for(faces) -> None:
    data = faces([0] * 10, [0] * 10, [INPUT] * 8 + [TARGET] * 2)
    pairs = pairs_of(data)
    every = [batch.inputs[:, 0, 5, 0] for batch in pairs.batches(0, 4, 1)]
    assert [len(batch) for batch in every] == [4, 3, 3]
    assert sorted(np.concatenate(every)) == list(range(10))
    few = np.concatenate([batch.inputs[:, 0, 5, 0] for batch in pairs.batches(6, 4, 1)])
    assert len(set(few.tolist())) == 6
    again = np.concatenate([batch.inputs[:, 0, 5, 0] for batch in pairs.batches(6, 4, 1)])
    assert np.array_equal(few, again)


@pytest.mark.parametrize("lack", ["neutral", "subject"])
def test_a_fold_that_has_no_pairs_says_what_it_lacks(faces, lack) -> None:
    subject = None if lack == "subject" else [0]
    train = faces(subject, [0], [0], ("anger",))
    neutral = None if lack == "neutral" else train
    what = {"neutral": "neutral references", "subject": "subject ids"}[lack]
    with pytest.raises(Unsupported, match=f"{what}.*hng.corpus=multipie"):
        pairs_of(TrainingFaces(train=train, neutral=neutral))


def test_a_fold_whose_neutral_faces_are_of_other_people_is_refused(faces) -> None:
    train = faces([0], [0], [0], ("anger",))
    with pytest.raises(UsageError, match="nobody has a frontal neutral face"):
        pairs_of(TrainingFaces(train=train, neutral=faces([5], [0], [0], ("neutral",))))
