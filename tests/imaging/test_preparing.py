"""How folders of prepared images come about: whole, once, and taken up where a run stopped."""

import os
from dataclasses import dataclass, field
from pathlib import Path

import filelock
import numpy as np
import pytest
from PIL import Image

from ferbench.contracts.method import Preparation
from ferbench.datasets.manifest import Manifest, ManifestConfig
from ferbench.datasets.simulated.config import SimFacesConfig, SimPairsConfig
from ferbench.datasets.simulated.dataset import SimFaces
from ferbench.datasets.simulated.simpairs import SimPairs
from ferbench.imaging import preparing
from ferbench.imaging.prepared import open_prepared
from ferbench.imaging.preparing import movable, prepare

SMALL, LARGE = Preparation(4, 6), Preparation(8, 8, "rgb")
SAMPLES = ["7", "3", "250", "0"]


@dataclass
class Pictures:
    """A dataset of flat pictures, `load` counted; the grey of sample `7` is 7."""

    loaded: list = field(default_factory=list)
    meddle: dict = field(default_factory=dict)

    def load(self, samples):
        for sample in samples:
            if sample in self.meddle:
                self.meddle[sample]()
            self.loaded.append(sample)
            yield np.full((9, 9, 3), int(sample), dtype=np.uint8)


def test_a_prepared_folder_holds_each_sample_in_its_row(tmp_path):
    folder, steps = tmp_path / "deep" / "images", []
    prepare(Pictures(), SAMPLES, {folder: SMALL}, steps.append)
    images, row_of = open_prepared(folder)
    assert images.shape == (4, 4, 6, 1)
    assert not images.flags.writeable
    assert isinstance(images, np.memmap)
    for sample in SAMPLES:
        assert (images[row_of[sample]] == int(sample)).all()
    assert steps == [1, 1, 1, 1]
    assert os.listdir(folder.parent) == ["images"]
    assert sorted(os.listdir(folder)) == ["images.npy", "prints.npy", "samples.json"]


def test_each_image_is_decoded_once_for_all_preparations(tmp_path):
    pictures = Pictures()
    prepare(pictures, SAMPLES, {tmp_path / "small": SMALL, tmp_path / "large": LARGE})
    assert pictures.loaded == SAMPLES
    assert open_prepared(tmp_path / "small")[0].shape == (4, *SMALL.shape)
    assert open_prepared(tmp_path / "large")[0][2].tolist() == np.full((8, 8, 3), 250).tolist()


def fail():
    raise RuntimeError("the disk is gone")


def interrupt():
    raise KeyboardInterrupt


@pytest.mark.parametrize(("how", "error"), [(fail, RuntimeError), (interrupt, KeyboardInterrupt)])
def test_a_load_that_ends_half_way_is_taken_up_again(tmp_path, how, error):
    folder, steps = tmp_path / "images", []
    with pytest.raises(error):
        prepare(Pictures(meddle={"250": how}), SAMPLES, {folder: SMALL})
    assert not folder.exists()
    again = Pictures()
    prepare(again, SAMPLES, {folder: SMALL}, steps.append)
    assert again.loaded == ["250", "0"]
    assert steps == [2, 1, 1]
    images, row_of = open_prepared(folder)
    assert [int(images[row_of[s]][0, 0, 0]) for s in SAMPLES] == [7, 3, 250, 0]
    assert os.listdir(tmp_path) == ["images"]


class Company(Pictures):
    """Draws 21 at once; each picture is as grey as the first that was drawn with it."""

    together = 21

    def load(self, samples):
        for n, _ in enumerate(super().load(samples)):
            yield np.full((9, 9, 3), int(samples[n - n % 21]), dtype=np.uint8)


def test_pictures_are_drawn_in_the_same_company_whatever_is_there_already(tmp_path):
    samples = [str(n) for n in range(150)]
    at_once, resumed = tmp_path / "at-once", tmp_path / "resumed"
    prepare(Company(), samples, {at_once: SMALL})
    with pytest.raises(RuntimeError):
        prepare(Company(meddle={"70": fail}), samples, {resumed: SMALL})
    again = Company()
    prepare(again, samples, {resumed: SMALL})
    assert again.loaded == samples[63:], "chunks that were left whole are not drawn again"
    expected = [n - n % 21 for n in range(150)]
    for folder in (at_once, resumed):
        assert open_prepared(folder)[0][:, 0, 0, 0].tolist() == expected


@pytest.mark.parametrize(("size", "together"), [(48, 21), (64, 16)])
@pytest.mark.parametrize(
    ("dataset", "config"), [(SimFaces, SimFacesConfig), (SimPairs, SimPairsConfig)]
)
def test_chunks_of_rendered_pictures_are_whole_batches(dataset, config, size, together):
    rendered, todo = dataset(config(size=size)), np.array([70, 299])
    assert rendered.together == together
    whole = 64 // together * together
    assert preparing.chunks(rendered, 300, todo) == [
        list(range(whole, 2 * whole)),
        list(range(300 // whole * whole, 300)),
    ]


def test_a_preparation_that_is_added_later_decodes_what_it_lacks(tmp_path):
    folders = {tmp_path / "small": SMALL, tmp_path / "large": LARGE}
    with pytest.raises(RuntimeError):
        prepare(Pictures(meddle={"250": fail}), SAMPLES, {tmp_path / "small": SMALL})
    again = Pictures()
    prepare(again, SAMPLES, folders)
    assert again.loaded == SAMPLES
    for folder in folders:
        images, row_of = open_prepared(folder)
        assert [int(images[row_of[s]][0, 0, 0]) for s in SAMPLES] == [7, 3, 250, 0]


@pytest.mark.parametrize("damage", ["done.npy", "images.npy"])
def test_a_draft_that_was_not_begun_whole_is_begun_again(tmp_path, damage):
    folder = tmp_path / "images"
    with pytest.raises(RuntimeError):
        prepare(Pictures(meddle={"0": fail}), SAMPLES, {folder: SMALL})
    (tmp_path / ".draft-images" / damage).write_bytes(b"")
    again = Pictures()
    prepare(again, SAMPLES, {folder: SMALL})
    assert again.loaded == SAMPLES


@pytest.mark.parametrize("surplus", [-1, 1])
def test_a_dataset_that_loads_too_few_or_too_many_is_refused(tmp_path, surplus):
    class Miscounts(Pictures):
        def load(self, samples):
            yield from super().load((samples * 2)[: len(samples) + surplus])

    with pytest.raises(ValueError, match="zip"):
        prepare(Miscounts(), SAMPLES, {tmp_path / "images": SMALL})
    assert not (tmp_path / "images").exists()


def test_of_two_writers_at_once_the_first_wins(tmp_path):
    folder = tmp_path / "images"
    other = Pictures()
    slow = Pictures(meddle={"0": lambda: prepare(other, SAMPLES, {folder: SMALL})})
    prepare(slow, SAMPLES, {folder: SMALL})
    assert other.loaded == slow.loaded == SAMPLES
    assert os.listdir(tmp_path) == ["images"]
    images, row_of = open_prepared(folder)
    assert (images[row_of["250"]] == 250).all()


def test_a_private_draft_leaves_nothing_behind(tmp_path):
    folder = tmp_path / "images"
    with filelock.FileLock(tmp_path / ".draft-images.lock"), pytest.raises(RuntimeError):
        prepare(Pictures(meddle={"0": fail}), SAMPLES, {folder: SMALL})
    assert not [path for path in tmp_path.iterdir() if path.is_dir()]


def test_pillow_greyscale_is_what_is_stored(tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (24, 36, 3), dtype=np.uint8)

    class One:
        def load(self, samples):
            yield noise

    prepare(One(), ["x"], {tmp_path / "images": Preparation(24, 36)})
    stored = open_prepared(tmp_path / "images")[0][0, :, :, 0]
    assert np.array_equal(stored, np.asarray(Image.fromarray(noise).convert("L")))


def test_several_processes_make_the_same_images(tmp_path, corpus, monkeypatch):
    monkeypatch.setattr(preparing, "WORTH_PROCESSES", 10)
    monkeypatch.setattr(preparing, "CHUNK", 8)
    manifest = Manifest(ManifestConfig(str(corpus())))
    samples = manifest.index()["sample"].to_list()
    steps = {}
    for workers in (1, 2):
        counted = steps.setdefault(workers, [])
        folder = tmp_path / str(workers)
        prepare(manifest, samples, {folder: SMALL}, counted.append, workers)
    assert sum(steps[1]) == sum(steps[2]) == len(samples) == 30
    assert len(steps[2]) == 4
    one, two = (open_prepared(tmp_path / name) for name in ("1", "2"))
    assert np.array_equal(one[0], two[0])
    assert one[1] == two[1]


def test_an_error_in_a_process_is_told_and_the_rest_kept(tmp_path, corpus, monkeypatch):
    from ferbench.errors import UsageError

    monkeypatch.setattr(preparing, "WORTH_PROCESSES", 10)
    monkeypatch.setattr(preparing, "CHUNK", 8)
    root = corpus()
    manifest = Manifest(ManifestConfig(str(root)))
    samples = manifest.index()["sample"].to_list()
    broken: Path = root / samples[-1]
    whole = broken.read_bytes()
    broken.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(UsageError, match=broken.name):
        prepare(manifest, samples, {tmp_path / "images": SMALL}, workers=2)
    broken.write_bytes(whole)
    steps: list[int] = []
    prepare(manifest, samples, {tmp_path / "images": SMALL}, steps.append)
    assert steps[0] >= 8
    assert sum(steps) == 30


def test_datasets_that_another_process_cannot_import_stay_here():
    assert movable(Pictures()) is None
