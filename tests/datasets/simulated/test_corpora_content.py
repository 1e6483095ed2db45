"""Written corpora: whose pictures they hold, how many, and of what."""

from collections import Counter

import numpy as np
import pytest
from PIL import Image

from ferbench.datasets.simulated.corpora.catalogue import BLUEPRINTS, find_blueprint
from ferbench.datasets.simulated.corpora.order import Order
from ferbench.datasets.simulated.corpora.shot import Shot
from ferbench.datasets.simulated.corpora.studio import Studio
from ferbench.datasets.simulated.corpora.writing import open_corpus
from ferbench.datasets.simulated.person.identity import draw_identity


def test_corpora_draw_their_people_from_disjoint_streams():
    orders = [Order(name, 1, "medium", 24, seed) for name in BLUEPRINTS for seed in (0, 1)]
    people = [draw_identity(order.population, 0, 1.0) for order in orders]
    people += [draw_identity(seed, 0, 1.0) for seed in (0, 1)]  # those of simfaces
    assert len({person.texture for person in people}) == len(people)
    assert len({person.shape for person in people}) == len(people)
    shapes = np.array([[getattr(p.shape, f) for f in p.shape.__slots__] for p in people])
    apart = np.corrcoef(shapes) - np.eye(len(people))
    assert np.abs(apart).max() < 0.7


def test_corpora_show_different_people():
    shots = [Shot(subject, "neutral") for subject in range(3)]
    pictures = {
        name: np.stack([r.image for r in Studio(Order(name, 3, "easy", 24)).pictures(shots)])
        for name in ("ckplus", "oulu_casia", "kdef")
    }
    flat = np.concatenate([p.reshape(3, -1) for p in pictures.values()]).astype(float)
    distances = np.abs(flat[:, None] - flat[None]).mean(-1)[np.triu_indices(9, 1)]
    assert distances.min() > 8, "grey levels, on average over a picture"


def test_a_picture_is_the_same_in_any_company():
    order = Order("kdef", 2, "wild", 24)
    shots = [Shot(s, "fear", number=n, yaw=20.0 * n) for s in range(2) for n in range(3)]
    together = [r.image for r in Studio(order, 1.3).pictures(shots)]
    for shot, image in zip(shots, together, strict=True):
        (alone,) = Studio(order, 1.3).pictures([shot])
        assert np.array_equal(alone.image, image)


def test_a_wider_field_shows_the_same_face_in_its_middle():
    order, shot = Order("ckplus", 1, "easy", 64), Shot(0, "happiness")
    (narrow,), (wide,) = (list(Studio(order, f, True).pictures([shot])) for f in (1.0, 1.5))
    assert narrow.image.shape[:2] == (64, 64)
    assert wide.image.shape[:2] == (96, 96)
    assert wide.face == 64
    middle = wide.image[16:80, 16:80].astype(int)
    assert np.abs(middle - narrow.image).mean() < 4
    assert np.allclose(wide.landmarks, narrow.landmarks + 16, atol=0.6)


def test_intensities_rise(tmp_path):
    corpus = open_corpus("bu3dfe", tmp_path, subjects=1, size=48, level="easy")
    corpus.write()

    def grey(code):
        (path,) = (tmp_path / "F0001").glob(f"F0001_{code}*_F2D.bmp")
        return np.asarray(Image.open(path).convert("L"), dtype=float)

    neutral = grey("NE00")
    for code in ("HA", "SU"):
        apart = [np.abs(grey(f"{code}{k:02d}") - grey(f"{code}01")).mean() for k in (2, 3, 4)]
        assert apart == sorted(apart)
    assert neutral.shape == (48, 48)


def published(name: str) -> Order:
    return find_blueprint(name).order(None, None, None, 0)


def test_the_full_ckplus_has_the_published_counts():
    from ferbench.datasets.simulated.corpora.ckplus import _sequences

    sequences = list(_sequences(published("ckplus")))
    labelled = [s for s in sequences if s.labelled]
    assert len(sequences) == 593
    assert len({s.place for s in sequences}) == 123
    assert len({s.place for s in labelled}) == 118
    assert Counter(s.expression for s in labelled) == {
        "anger": 45, "contempt": 18, "disgust": 59, "fear": 25,
        "happiness": 69, "sadness": 28, "surprise": 83,
    }  # fmt: skip
    assert {len(s.frames) for s in sequences} > set(range(8, 24))


def test_the_full_mmi_has_the_published_counts():
    from ferbench.datasets.simulated.corpora.mmi import _recordings

    labelled = [r for r in _recordings(published("mmi")) if r.labelled]
    assert len({r.person for r in labelled}) == 31
    assert Counter(r.expression for r in labelled) == {
        "anger": 33, "disgust": 32, "fear": 28, "happiness": 42, "sadness": 32, "surprise": 41,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "subjects", "pictures"),
    [
        ("bu3dfe", None, 2500),
        ("jaffe", None, 213),
        ("kdef", None, 4900),
        ("rafdb", 3000, 15_339),
        ("sfew", None, 958 + 436 + 372),
        ("fer2013", 3600, 35_887),
    ],
)
def test_full_corpora_have_the_published_number_of_pictures(name, subjects, pictures):
    blueprint = find_blueprint(name)
    order = blueprint.order(subjects, None, None, 0)
    assert sum(1 for _ in blueprint.pictures(order)) == pictures


@pytest.mark.parametrize("name", BLUEPRINTS)
@pytest.mark.parametrize("subjects", [3, 17, None])
def test_no_two_pictures_share_a_file_or_a_look(name, subjects):
    blueprint = find_blueprint(name)
    order = blueprint.order(min(subjects or 10**6, blueprint.subjects), None, None, 0)
    pictures = list(blueprint.pictures(order))
    files = [file for picture in pictures for file in picture.files]
    looks = {(p.shot.subject, p.shot.expression, p.shot.take, p.shot.number) for p in pictures}
    assert len(set(files)) == len(files)
    assert len(looks) == len(pictures)
    assert all(0 <= p.shot.at < p.shot.frames for p in pictures)
