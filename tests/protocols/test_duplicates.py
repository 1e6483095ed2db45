"""Near-duplicates: planted copies are found, different faces are not, and splits say so."""

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image

from ferbench.datasets.simulated.config import SimFacesConfig
from ferbench.datasets.simulated.dataset import SimFaces
from ferbench.errors import UsageError
from ferbench.protocols.duplicates import near_duplicates
from ferbench.protocols.named import parse_generic
from ferbench.protocols.split import Prints, cut
from ferbench.protocols.thumbnails import thumbnails

SUBJECTS = 20


@pytest.fixture(scope="module")
def faces():
    """Apex frames of 20 simulated people at 64 pixels, 7 expressions each, and their subjects."""
    dataset = SimFaces(SimFacesConfig(level="medium", subjects=SUBJECTS, frames=2, size=64))
    index = dataset.index().filter(pl.col("expression") != "neutral")
    return index, list(dataset.load(index["sample"].to_list()))


def moved(image, across=0.0, down=0.0, turn=0.0):
    """Shifted by shares of the side and turned by degrees; the rim filled with black."""
    side = image.shape[0]
    picture = Image.fromarray(image).rotate(turn, Image.Resampling.BILINEAR)
    shift = (1, 0, -across * side, 0, 1, -down * side)
    return np.asarray(
        picture.transform(picture.size, Image.Transform.AFFINE, shift, Image.Resampling.BILINEAR)
    )


def brighter(image, gain, offset):
    return np.clip(image * gain + offset, 0, 255).astype(np.uint8)


COPIES = {
    "the same": lambda image: image,
    "mirrored": lambda image: image[:, ::-1],
    "shifted": lambda image: moved(image, 0.05, -0.05),
    "shifted by part of a pixel": lambda image: moved(image, -0.022, 0.018),
    "brightened": lambda image: brighter(image, 1.25, 10),
    "darkened": lambda image: brighter(image, 0.7, 0),
    "turned": lambda image: moved(image, turn=5),
    "turned the other way": lambda image: moved(image, turn=-3),
    "halved": lambda image: np.asarray(Image.fromarray(image).resize((32, 32))),
    "mirrored and shifted": lambda image: moved(image[:, ::-1], -0.03, 0.04),
}


@pytest.mark.parametrize("kind", COPIES)
def test_planted_copies_are_found(faces, kind):
    _, images = faces
    count = len(images)
    chosen = list(range(0, count, 5))
    prints = thumbnails([*images, *(COPIES[kind](images[i]) for i in chosen)])
    sides = np.array([0] * count + [1] * len(chosen))
    found = set(near_duplicates(prints, sides))
    planted = {(i, count + place) for place, i in enumerate(chosen)}
    assert len(found & planted) >= 0.92 * len(planted)
    subject = [i // 7 for i in range(count)]
    strangers = [(i, j) for i, j in found if subject[i] != subject[chosen[j - count]]]
    assert strangers == []


def test_different_people_are_not_taken_for_copies(faces):
    index, images = faces
    subjects = np.unique(index["subject"].to_numpy(), return_inverse=True)[1]
    assert near_duplicates(thumbnails(images), subjects) == []


def test_without_sides_every_pair_is_compared(faces):
    _, images = faces
    prints = thumbnails([images[0], images[30], images[0][:, ::-1], images[60]])
    assert near_duplicates(prints) == [(0, 2)]
    assert near_duplicates(prints, np.array([4, 1, 4, 2])) == []
    assert near_duplicates(prints, np.array([4, 1, 3, 2])) == [(0, 2)]


@pytest.mark.parametrize("count", [0, 1])
def test_too_few_images_have_no_pairs(faces, count):
    assert near_duplicates(thumbnails(faces[1][:count])) == []


def test_blank_images_are_not_copies_of_anything(faces):
    blank = [np.full((64, 64, 3), value, np.uint8) for value in (0, 128, 255)]
    assert near_duplicates(thumbnails([*faces[1][:10], *blank])) == []


def test_sizes_and_colour_do_not_matter(faces):
    image = faces[1][3]
    large = np.asarray(Image.fromarray(image).resize((200, 200), Image.Resampling.BICUBIC))
    grey = np.asarray(Image.fromarray(image).convert("L"))
    prints = thumbnails([*faces[1][20:40], image, large, grey])
    assert prints.shape[0] == 23
    assert near_duplicates(prints) == [(20, 21), (20, 22), (21, 22)]


def corpus(faces, who=lambda subject: subject):
    """An index of the simulated faces whose subjects are what `who` makes of them."""
    index, images = faces
    named = pl.col("subject").map_elements(who, return_dtype=pl.String, skip_nulls=False)
    return index.with_columns(subject=named), Prints(index["sample"].to_list(), thumbnails(images))


def planted(index, prints, faces, subject, split=None):
    """The corpus with a mirrored, shifted copy of its first image, said to be of `subject`."""
    row = index.row(0, named=True) | {"sample": "copy", "sequence": "copy", "file_hash": "copy"}
    row |= {"subject": subject, "split": split}
    more = pl.concat([index, pl.DataFrame([row], schema=index.schema)])
    copy = moved(faces[1][0][:, ::-1], 0.03, 0.02)
    images = np.concatenate([prints.images, thumbnails([copy])])
    return more, Prints([*prints.samples, "copy"], images)


def test_a_clean_split_is_certified(faces):
    index, prints = corpus(faces)
    assert "not looked for" in cut(parse_generic("kfold:5-val"), index).certificate.lines()[-1]
    split = cut(parse_generic("kfold:5-val"), index, prints)
    assert split.certificate.near_duplicates == 0
    assert split.certificate.lines()[-1] == (
        "no near-duplicate of 140 images crosses them (perceptual hash)"
    )
    plain = cut(parse_generic("kfold:5-val"), index)
    assert plain.certificate.fold_hash == split.certificate.fold_hash
    assert plain.fingerprint == split.fingerprint


def test_a_planted_copy_under_another_name_is_refused(faces):
    index, prints = planted(*corpus(faces), faces, "S000 again")
    with pytest.raises(UsageError) as refusal:
        cut(parse_generic("kfold:5-val"), index, prints)
    assert index["sample"][0] in str(refusal.value)
    assert "copy in " in str(refusal.value)
    assert "near-duplicates" in str(refusal.value)
    tolerated = cut(parse_generic("kfold:5-val"), index, prints, tolerate=True).certificate
    assert tolerated.near_duplicates >= 1
    assert set(tolerated.example) == {index["sample"][0], "copy"}


def test_a_copy_on_the_same_side_is_allowed(faces):
    index, prints = corpus(faces)
    index, prints = planted(index, prints, faces, index["subject"][0])
    assert cut(parse_generic("kfold:5-val"), index, prints).certificate.near_duplicates == 0


def test_without_subjects_a_copy_is_counted_and_named(faces):
    index, prints = corpus(faces, who=lambda subject: None)
    half = pl.int_range(pl.len()) < 70
    index = index.with_columns(split=pl.when(half).then(pl.lit("train")).otherwise(pl.lit("test")))
    index, prints = planted(index, prints, faces, None, "test")
    certificate = cut(parse_generic("split"), index, prints).certificate
    assert certificate.near_duplicates >= 1
    assert not certificate.subjects_provable
    line = certificate.lines()[-1]
    assert line.startswith(f"WARNING: {certificate.near_duplicates} pairs of near-duplicate images")
    assert line.endswith(f"such as {index['sample'][0]} and copy")


def test_a_sample_without_a_fingerprint_is_an_error(faces):
    index, prints = corpus(faces)
    with pytest.raises(KeyError):
        cut(parse_generic("kfold:5"), index, Prints(prints.samples[1:], prints.images[1:]))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    owners=st.lists(st.integers(0, 8), min_size=12, max_size=40),
    name=st.sampled_from(["kfold:3", "kfold:3-val", "loso", "loso-val"]),
    data=st.data(),
)
def test_no_subject_crosses_whatever_the_index(make_index, owners, name, data):
    owners = [*owners, 0, 1, 2, 0, 1, 2]
    labels = data.draw(st.lists(st.sampled_from(["anger", "fear", "neutral"]),
                                min_size=len(owners), max_size=len(owners)))  # fmt: skip
    labels[-6:] = ["anger"] * 3 + ["fear"] * 3
    rows = [
        {"sample": f"i{n:02d}", "subject": f"S{who}", "expression": label}
        for n, (who, label) in enumerate(zip(owners, labels, strict=True))
    ]
    for fold in cut(parse_generic(name), make_index(rows)).folds:
        sides = {}
        for part, subject in fold.samples.select("part", "subject").iter_rows():
            sides.setdefault(subject, set()).add("train" if part == "neutral" else part)
        assert all(len(found) == 1 for found in sides.values())
