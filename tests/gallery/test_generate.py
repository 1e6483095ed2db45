"""`ferbench generate`: from photographs to files, and what it says where it cannot."""

import dataclasses
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from ferbench.datasets.simulated.config import SimPairsConfig
from ferbench.datasets.simulated.simpairs import SimPairs
from ferbench.errors import UsageError
from ferbench.gallery import neutral
from ferbench.gallery.neutral import choose, open_generator, targets, write_png
from ferbench.grid.stage_store import StageOutcome
from ferbench.grid.workplace import Workplace
from ferbench.host import discover
from ferbench.nets.dr_gan import Decoder, DrGanShape, Encoder
from ferbench.results.record import Record
from ferbench.training.states import module_state

LONDON = Path(__file__).parents[1] / "data" / "london"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A results folder as `idferm` leaves it: a random generator for each of two folds."""
    place = Workplace(tmp_path_factory.mktemp("run"), "inline")
    shape = DrGanShape(16, latent=16)
    facts = {f.name: "" for f in dataclasses.fields(Record) if f.default is f.default_factory}
    for fold in (0, 1):
        torch.manual_seed(fold)
        networks = Encoder(shape), Decoder(shape)
        for network in networks:
            for layer in (*network.layers, getattr(network, "fc", None)):
                if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
                    nn.init.kaiming_normal_(layer.weight)
        state = {"shape": dataclasses.asdict(shape)}
        state |= {
            name: module_state(network)
            for name, network in zip(("encoder", "decoder"), networks, strict=True)
        }
        place.stages.save(f"stage-{fold}", StageOutcome("hng", 1.0), state)
        stages = {"hng": f"stage-{fold}", "references": f"references-{fold}"}
        for seed in (0, 1):
            own = {"cell_id": f"cell-{fold}-{seed}", "dataset": "simfaces", "classes": ("a",)}
            own |= {"dataset_config": {}, "config": {}, "folds_total": 2, "seed": seed}
            place.store.save(Record(**{**facts, **own, "fold": fold, "stages": stages}))
    return place.out


@pytest.fixture
def photographs(tmp_path):
    """Two framed faces, one of them in colour and not square, as files."""
    faces = SimPairs(SimPairsConfig(subjects=1, inputs=2, size=80)).load(["P0000/00", "P0000/01"])
    files = [tmp_path / "one.jpg", tmp_path / "two.png"]
    for file, face, rows in zip(files, faces, (80, 70), strict=True):
        Image.fromarray(face[:rows]).save(file)
    return files


def test_each_photograph_gets_its_face_beside_it(run, ferbench, photographs):
    code, out, errors = ferbench("generate", "--run", run, "--fold", 1, "--whole", *photographs)
    assert (code, out) == (0, "")
    one, two = (file.with_name(f"{file.stem}-neutral.png") for file in photographs)
    assert errors.splitlines() == [f"wrote {one}", f"wrote {two}"]
    place = Workplace(run, "inline")
    generator = open_generator(choose(place, discover(), None, 1), place)
    square = Image.open(photographs[0]).convert("L").resize((64, 64), Image.Resampling.BILINEAR)
    expected = generator.neutral(np.array(square)[None, ..., None])[0, ..., 0]
    assert Image.open(one).mode == "L"
    assert np.abs(np.asarray(Image.open(one), dtype=int) - expected).max() <= 2
    assert np.asarray(Image.open(two)).shape == (64, 64)
    assert not [path for path in photographs[0].parent.iterdir() if "draft" in path.name]


def test_faces_are_found_and_aligned(run, ferbench, monkeypatch, tmp_path):
    """The detector's points decide what is seen: moved, another face comes out."""
    photograph = LONDON / "001_neutral.jpg"
    seen = []

    def points(self, sample, image):
        seen.append(image.shape)
        eye = np.array([[0.4, 0.4], [0.6, 0.4], [0.5, 0.5], [0.42, 0.6], [0.58, 0.6]])
        return (eye + 0.1 * (len(seen) - 1)) * image.shape[1::-1]

    monkeypatch.setattr(neutral, "can_detect", lambda: True)
    monkeypatch.setattr(neutral.Faces, "find", points)
    made = []
    for folder in ("a", "b"):
        given = ("--run", run, "--fold", 0, "--into", tmp_path / folder, photograph)
        assert ferbench("generate", *given)[0] == 0
        made.append(np.asarray(Image.open(tmp_path / folder / "001_neutral-neutral.png")))
    assert seen[0] == np.asarray(Image.open(photograph)).shape
    assert not np.array_equal(*made)
    monkeypatch.setattr(neutral.Faces, "find", lambda self, sample, image: None)
    code, _, errors = ferbench("generate", *given)
    assert (code, errors.count("\n")) == (1, 1)
    assert errors.startswith(f"ferbench: no face was found in {photograph}: ")
    monkeypatch.setattr(neutral, "can_detect", lambda: False)
    assert "needs the extra `align`" in ferbench("generate", *given)[2]


def test_what_cannot_be_read_is_told_of_and_the_rest_is_written(run, ferbench, photographs):
    bad = photographs[0].with_name("bad.jpg")
    bad.write_bytes(b"no picture")
    given = ("--run", run, "--fold", 0, "--whole", bad, photographs[1])
    code, _, errors = ferbench("generate", *given)
    first, second = errors.splitlines()
    assert code == 1
    assert first.startswith(f"ferbench: cannot read the image {bad}")
    assert second == f"wrote {bad.with_name('two-neutral.png')}"
    assert not bad.with_name("bad-neutral.png").exists()


def test_one_generator_must_be_meant(run, ferbench, photographs, tmp_path):
    without = dataclasses.replace(next(Workplace(run, "inline").store.records()), stages={})
    Workplace(tmp_path / "none", "inline").store.save(without)
    for given, says in (
        ((), r"has 2 generators (simfaces fold 0, simfaces fold 1): choose one with"),
        (("--fold", 7), "has no such generator; it has those of simfaces fold 0, simfaces fold 1"),
        (("--dataset", "ckplus"), "has no such generator"),
        (("--run", tmp_path / "none"), "has no generator: run a method that trains one"),
    ):
        code, _, errors = ferbench("generate", "--run", run, *given, "--whole", photographs[0])
        assert (code, errors.count("\n")) == (2, 1), given
        assert says in errors


def test_two_photographs_of_one_name_are_refused(tmp_path):
    same = [tmp_path / "a" / "x.jpg", tmp_path / "b" / "x.png"]
    assert targets(same, None) == [file.with_name("x-neutral.png") for file in same]
    with pytest.raises(UsageError, match="would both be written to"):
        targets(same, tmp_path)


def test_a_face_is_never_seen_half_written(tmp_path, monkeypatch):
    """What was there stays until the whole new one is; nothing is left beside it."""
    file = tmp_path / "x-neutral.png"
    write_png(np.zeros((4, 4, 1), dtype=np.uint8), file)
    before = file.read_bytes()

    def killed(self, target, **_):
        Path(target).write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(Image.Image, "save", killed)
    with pytest.raises(KeyboardInterrupt):
        write_png(np.ones((4, 4, 3), dtype=np.uint8), file)
    assert [path.name for path in tmp_path.iterdir()] == [file.name]
    assert file.read_bytes() == before
