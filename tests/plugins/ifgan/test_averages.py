"""The average-expression images: what they are made of, and of whom not."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest
import torch
from ferbench_ifgan.averages import averages
from ferbench_ifgan.config import IfGanConfig, corpora
from PIL import Image

from ferbench.contracts.faces import LabelledFaces, TrainingFaces
from ferbench.contracts.method import AuxiliaryNeed
from ferbench.errors import Unsupported
from ferbench.grid.gather import training_faces
from ferbench.grid.plan import Request, make_plan
from ferbench.host import discover
from ferbench.settings import read_settings


def faces(labels, level, classes=("anger", "fear", "sadness"), size=40) -> LabelledFaces:
    """Noise around a level; face i is told by its noise."""
    noise = np.random.default_rng(level).integers(0, 20, (len(labels), size, size, 3))
    return LabelledFaces(
        {"face": (noise + level).astype(np.uint8)},
        np.arange(len(labels)),
        classes=classes,
        expression=np.array(labels),
        subject=None,
        sequence=np.arange(len(labels)),
    )


def by_hand(images: list[np.ndarray]) -> torch.Tensor:
    """The middle 32 x 32 of a plain mean of 40 x 40, as the networks see it."""
    mean = sum(image.astype(np.float64) for image in images) / len(images)
    window = torch.from_numpy(mean[4:36, 4:36]).permute(2, 0, 1)
    return ((window - 127.5) / 128).float()


def config(**settings) -> IfGanConfig:
    return IfGanConfig(crop=32, **settings)


def test_they_are_the_means_of_the_training_images_of_each_class() -> None:
    labels = [0, 1, 0, 1, 1, 0, 0]
    train = faces(labels, 90)
    found = averages(TrainingFaces(train=train), config())
    assert found.shape == (3, 3, 32, 32)
    for number in (0, 1):
        own = [
            image for image, label in zip(train.images(), labels, strict=True) if label == number
        ]
        torch.testing.assert_close(found[number], by_hand(own), rtol=1e-5, atol=1e-5)
    assert not found[2].any(), "grey where nobody shows the class"


def test_validation_neutral_and_other_corpora_do_not_enter() -> None:
    train = faces([0, 1, 2], 60)
    others = {
        "validation": faces([0, 1, 2], 230),
        "neutral": faces([0, 0], 230, ("neutral",)),
        "auxiliary": {"ckplus": faces([0, 1, 2], 230)},
    }
    alone = averages(TrainingFaces(train=train), config())
    beside = averages(TrainingFaces(train=train, **others), config(extra=("ckplus",)))
    assert torch.equal(alone, beside)


def test_no_validation_or_test_person_enters_in_any_fold(tmp_path: Path) -> None:
    """From the files to the averages: each person's pictures have a level of their own, and only
    the levels of the people that the protocol trains on are in the mean."""
    people, shown = 10, ("anger", "happiness")
    lines = ["file,subject_id,expression"]
    for person in range(people):
        for expression in shown:
            name = f"{person:02d}_{expression}.png"
            picture = np.full((256, 256, 3), 2 * person + 5 * shown.index(expression) + 40)
            Image.fromarray(picture.astype(np.uint8)).save(tmp_path / name)
            lines.append(f"{name},{person:02d},{expression}")
    (tmp_path / "manifest.csv").write_text("\n".join(lines))
    settings = read_settings(
        [f"dataset.manifest.root={tmp_path}", "dataset.manifest.align=whole"], folder=tmp_path
    )
    request = Request(["ifgan"], ["manifest"], "tiny", "kfold:5-val")
    plan = make_plan(request, discover(), settings)
    plan.supplies.make()
    held_out = set()
    for cell, fold in zip(plan.cells, plan.splits[0][1].folds, strict=True):
        classes = cell.identity["classes"]
        found = averages(training_faces(cell.material, fold.number, classes), config())
        parts = fold.samples.select("subject", "part").unique()
        trained = [int(s) for s, part in parts.iter_rows() if part == "train"]
        held_out |= {int(s) for s, part in parts.iter_rows() if part != "train"}
        assert len(trained) == 6
        for number, name in enumerate(shown):
            level = np.mean([2 * person for person in trained]) + 5 * number + 40
            expected = torch.full((3, 32, 32), float((level - 127.5) / 128))
            torch.testing.assert_close(found[classes.index(name)], expected, rtol=1e-4, atol=1e-4)
    assert held_out == set(range(people)), "each was held out in some fold"
    assert isinstance(plan.splits[0][1].folds[0].samples, pl.DataFrame)


def test_those_of_posed_corpora_are_of_all_their_images_and_of_no_others() -> None:
    train = faces([0, 1, 1], 200)
    first = faces([0, 1, 0], 60, ("anger", "fear", "neutral"))
    second = faces([1, 0], 100, ("anger", "sadness"))
    data = TrainingFaces(train=train, auxiliary={"ckplus": first, "mmi": second})
    found = averages(data, config(averages="posed", posed=("ckplus", "mmi")))
    a, b = first.images(), second.images()
    torch.testing.assert_close(found[0], by_hand([a[0], a[2], b[1]]), rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(found[1], by_hand([a[1]]), rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(found[2], by_hand([b[0]]), rtol=1e-5, atol=1e-5)


def test_a_class_that_no_posed_corpus_shows_is_refused() -> None:
    data = TrainingFaces(train=faces([0, 2], 60), auxiliary={"mmi": faces([0], 60, ("anger",))})
    with pytest.raises(Unsupported, match="no image of mmi shows sadness"):
        averages(data, config(averages="posed", posed=("mmi",)))


def test_other_corpora_are_asked_for_only_where_they_are_wanted() -> None:
    needs = [AuxiliaryNeed(name) for name in ("bu3dfe", "ckplus", "mmi")]
    assert corpora(config()) == ()
    assert corpora(config(averages="posed")) == tuple(needs)
    assert corpora(config(extra=("mmi",))) == (needs[2],)
    both = corpora(config(averages="posed", extra=("mmi", "rafdb")))
    assert both == (needs[2], AuxiliaryNeed("rafdb"), *needs[:2])
