"""References: resized, put beside faces or among them, and those of strangers."""

import numpy as np
import pytest
from ferbench_idferm.references import among_them, beside, references_of, resized, strangers
from PIL import Image

from ferbench.contracts.faces import LabelledFaces
from ferbench.errors import PluginError, Unsupported


def faces(expression, subject, size=8, classes=("anger", "fear", "neutral")) -> LabelledFaces:
    """Face i is grey level i all over; its store is twice as long, and backwards."""
    count = len(expression)
    store = np.arange(2 * count, dtype=np.uint8)[::-1, None, None, None]
    return LabelledFaces(
        {"face": np.broadcast_to(store, (2 * count, size, size, 1)).copy()},
        np.arange(2 * count)[::-1][:count],
        classes=classes,
        expression=np.array(expression),
        subject=None if subject is None else np.array(subject),
        sequence=np.arange(count),
    )


def flat(count, level=100, size=8):
    levels = (level + np.arange(count, dtype=np.uint8))[:, None, None, None]
    return np.broadcast_to(levels, (count, size, size, 1)).copy()


def test_a_smaller_face_is_what_pillow_makes_of_it():
    """As faces themselves are made small: bilinear and antialiased, at most a level off."""
    large = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 1), dtype=np.uint8)
    small = resized(large, 48, 44)
    assert (small.shape, small.dtype) == ((3, 48, 44, 1), np.uint8)
    for one, other in zip(large[..., 0], small[..., 0], strict=True):
        pillow = Image.fromarray(one).resize((44, 48), Image.Resampling.BILINEAR)
        assert np.abs(np.asarray(pillow, dtype=int) - other).max() <= 1
    assert resized(large, 64, 64) is large


def test_each_face_has_its_own_reference_behind_it():
    pairs = beside(faces([0, 1, 2], [4, 4, 5]), flat(3))
    assert pairs.images()[:, 0, 0].tolist() == [[0, 100], [1, 101], [2, 102]]
    assert pairs.part(np.array([2, 0])).images()[:, 0, 0].tolist() == [[2, 102], [0, 100]]
    assert pairs.subject.tolist() == [4, 4, 5]


@pytest.mark.parametrize(
    ("classes", "label"), [(("anger", "fear"), 2), (("neutral", "anger"), 0)], ids=["new", "joined"]
)
def test_among_the_faces_references_are_neutral(classes, label):
    pool = among_them(faces([0, 1, 1], [4, 4, 5], classes=classes), flat(3), "neutral")
    assert pool.images()[:, 0, 0, 0].tolist() == [0, 1, 2, 100, 101, 102]
    assert pool.expression.tolist() == [0, 1, 1, label, label, label]
    assert pool.subject.tolist() == [4, 4, 5, 4, 4, 5]
    assert pool.classes == (classes if label == 0 else ("anger", "fear", "neutral"))


def test_references_of_other_faces_are_refused():
    with pytest.raises(PluginError, match="2 references were generated for 3 faces"):
        references_of(faces([0, 1, 2], [0, 0, 1]), {"images": flat(2, size=64)})


class TestStrangers:
    def test_they_are_other_people_with_the_same_expression(self):
        expression, subject = np.tile([0, 1, 2], 6), np.repeat(np.arange(6), 3)
        for seed in range(5):
            chosen = strangers(faces(expression, subject), seed)
            assert (subject[chosen] != subject).all()
            assert (expression[chosen] == expression).all()

    def test_what_nobody_else_shows_is_of_anyone_else(self):
        chosen = strangers(faces([0, 1, 1], [7, 8, 9]), 0)
        assert chosen[0] in (1, 2)
        assert chosen[1:].tolist() == [2, 1]

    def test_they_depend_on_the_seed_alone(self):
        shown = faces(np.tile([0, 1], 20), np.arange(40) // 2)
        assert np.array_equal(strangers(shown, 3), strangers(shown, 3))
        assert not np.array_equal(strangers(shown, 3), strangers(shown, 4))

    @pytest.mark.parametrize(
        ("subject", "says"), [(None, "names no people"), ([3, 3, 3], "has one person")]
    )
    def test_without_other_people_there_are_none(self, subject, says):
        with pytest.raises(Unsupported, match=says):
            strangers(faces([0, 1, 2], subject), 0)
