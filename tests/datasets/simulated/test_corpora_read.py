"""The adapters find in a written corpus what was asked for."""

import csv
from collections import Counter
from collections.abc import Callable

import numpy as np
import polars as pl
import pytest

from ferbench.datasets.bu3dfe import BU3DFE, BU3DFEConfig
from ferbench.datasets.ckplus import CKPlus, CKPlusConfig
from ferbench.datasets.fer2013 import FER2013, FER2013Config
from ferbench.datasets.folder import LANDMARKS, FolderDataset
from ferbench.datasets.jaffe import JAFFE, JAFFEConfig
from ferbench.datasets.kdef import KDEF, KDEFConfig
from ferbench.datasets.mmi import MMI, MMIConfig
from ferbench.datasets.mmi_draft import draft_index
from ferbench.datasets.multipie import MultiPIE, MultiPIEConfig
from ferbench.datasets.oulu_casia import OuluCasia, OuluCasiaConfig
from ferbench.datasets.rafdb import RAFDB, RAFDBConfig
from ferbench.datasets.sfew import SFEW, SFEWConfig
from ferbench.datasets.simulated.corpora.developing import cut
from ferbench.datasets.simulated.corpora.studio import Studio
from ferbench.datasets.simulated.corpora.writing import Corpus

ADAPTERS = {
    "ckplus": (CKPlus, CKPlusConfig),
    "mmi": (MMI, MMIConfig),
    "oulu_casia": (OuluCasia, OuluCasiaConfig),
    "bu3dfe": (BU3DFE, BU3DFEConfig),
    "rafdb": (RAFDB, RAFDBConfig),
    "sfew": (SFEW, SFEWConfig),
    "fer2013": (FER2013, FER2013Config),
    "multipie": (MultiPIE, MultiPIEConfig),
    "jaffe": (JAFFE, JAFFEConfig),
    "kdef": (KDEF, KDEFConfig),
}


@pytest.fixture
def read(written: Callable[[str], Corpus]) -> Callable[..., tuple[Corpus, FolderDataset]]:
    """Opens a written corpus with its adapter."""

    def opened(name: str, **config: str) -> tuple[Corpus, FolderDataset]:
        corpus = written(name)
        adapter, settings = ADAPTERS[name]
        return corpus, adapter(settings(root=str(corpus.root), **config))

    return opened


@pytest.mark.parametrize("name", ADAPTERS)
def test_counts_and_pictures(name, read):
    corpus, dataset = read(name)
    index = dataset.index()
    assert dataset.origin == "simulated"
    shots = [picture.shot for picture in corpus.blueprint.pictures(corpus.order)]
    if name in ("rafdb", "sfew", "fer2013"):
        assert index["subject"].null_count() == len(index)
    else:
        assert index["subject"].n_unique() == len({shot.subject for shot in shots})
    if name not in ("ckplus", "mmi", "multipie", "sfew"):
        assert len(index) == len(shots)
        assert dataset.skipped() == {}
    sample = index["sample"].to_list()[:: max(1, len(index) // 5)]
    for image in dataset.load(sample):
        assert image.ndim == 3
        assert image.dtype == np.uint8
        assert image.std() > 10


@pytest.mark.parametrize("light", ["Strong", "Weak", "Dark"])
@pytest.mark.parametrize("camera", ["VL", "NI"])
def test_oulu_casia_under_every_light(read, camera, light):
    corpus, dataset = read("oulu_casia", camera=camera, light=light)
    index = dataset.index()
    assert len(index) == len(list(corpus.blueprint.pictures(corpus.order)))
    assert index["sequence"].n_unique() == 6 * index["subject"].n_unique()
    assert dataset.origin == "simulated"


def test_ckplus_labels_and_landmarks(read):
    from ferbench.datasets.simulated.corpora.ckplus import _sequences

    corpus, dataset = read("ckplus")
    index = dataset.index()
    asked = [s for s in _sequences(corpus.order) if s.labelled]
    last = index.sort("frame").group_by("sequence").last()
    assert Counter(last["expression"]) == Counter(s.expression for s in asked)
    assert len(index) == sum(len(s.frames) for s in asked)
    onset = index.filter(pl.col("frame") == 0)
    assert set(onset["expression"]) == {"neutral"}
    assert index[LANDMARKS].null_count() == 0
    unlabelled = sum(1 for s in _sequences(corpus.order) if not s.labelled)
    assert dataset.skipped() == {"sequences without an emotion label": unlabelled}


def test_mmi_frames_from_rest_to_the_offset(read):
    from ferbench.datasets.simulated.corpora.mmi import _recordings

    corpus, dataset = read("mmi")
    index = dataset.index()
    asked = {r.sequence: r for r in _recordings(corpus.order) if r.labelled}
    assert set(index["sequence"]) == set(asked)
    for (sequence,), rows in index.group_by("sequence"):
        recording = asked[sequence]
        assert len(rows) == recording.phases[2]
        assert (rows["expression"] == "neutral").sum() == recording.rest
        stages = recording.stages()
        assert stages[recording.phases[0] - 1] > 0
        assert stages[recording.phases[1] - 1] == 1
        assert stages[recording.phases[2] - 1] > 0 == stages[recording.phases[2]]


def test_mmi_videos_show_the_rendered_pictures(read):
    corpus, dataset = read("mmi")
    index = dataset.index().sort("sequence", "frame")
    video = index["sample"][0].partition("#")[0]
    shots = [p for p in corpus.blueprint.pictures(corpus.order) if p.into == video]
    rendered = Studio(corpus.order, corpus.blueprint.field).pictures([p.shot for p in shots])
    seen = dataset.load([f"{video}#{number:05d}" for number in range(1, len(shots) + 1)])
    for picture, expected, image in zip(shots, rendered, seen, strict=True):
        assert image.shape == (24, 30, 3)
        assert np.array_equal(image, cut(expected.image, expected.face, picture.size).image)


def test_the_draft_of_mmi_times_what_its_index_times(read):
    corpus, _ = read("mmi")
    lines = draft_index(corpus.root).splitlines()
    drafted = {row["sequence"]: row for row in csv.DictReader(lines)}
    stated = list(csv.DictReader((corpus.root / "index.csv").read_text().splitlines()))
    assert {row["sequence"] for row in stated} < drafted.keys()
    for row in stated:
        assert drafted[row["sequence"]]["video_or_frames"] == row["video_or_frames"]
        for time in ("onset", "apex", "offset"):
            assert abs(int(drafted[row["sequence"]][time]) - int(row[time])) <= 2


def test_rafdb_originals_have_landmarks(read):
    _, dataset = read("rafdb", images="original")
    points = np.array(dataset.index()[LANDMARKS].to_list()).reshape(-1, 5, 2)
    apart = points[:, 1, 0] - points[:, 0, 0]
    assert (apart > 4).all()
    assert (points[:, 2, 1] > points[:, :2, 1].min(1)).all()


def test_splits_are_those_of_the_release(read):
    for name, splits in (
        ("rafdb", {"train", "test"}),
        ("fer2013", {"train", "validation", "test"}),
        ("sfew", {"train", "validation"}),
    ):
        _, dataset = read(name)
        assert splits <= set(dataset.index()["split"])


def test_ferplus_has_a_majority_for_most(read):
    _, dataset = read("fer2013", labels="ferplus")
    index = dataset.index()
    assert len(index) > 80
    assert sum(dataset.skipped().values()) == 120 - len(index)


def test_multipie_has_five_views_and_four_lights(read):
    _, dataset = read("multipie")
    index = dataset.index()
    assert set(index["view"]) == {-45, -15, 0, 15, 45}
    assert set(index["light"]) == {0, 1, 7, 13}
    assert set(index["expression"]) <= {"neutral", "happiness", "surprise", "disgust"}
