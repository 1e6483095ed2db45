"""Supplies: tables and images are made once, whole, and only where they are needed."""

from dataclasses import dataclass, field

import numpy as np
import polars as pl
import pytest

from ferbench.contracts.method import Preparation
from ferbench.grid.material import Supplies
from ferbench.imaging.prepared import open_prepared


@dataclass
class Pictures:
    """A dataset that notes what it loads, and may break."""

    loaded: list = field(default_factory=list)
    breaks_at: str = ""

    def load(self, samples):
        for sample in samples:
            if sample == self.breaks_at:
                raise OSError("unreadable")
            self.loaded.append(sample)
            yield np.full((6, 6, 3), int(sample), dtype=np.uint8)


@dataclass
class Corpus:
    dataset: Pictures = field(default_factory=Pictures)
    fingerprint: str = "abc"
    alignment: str = "whole"
    pseudo_ids: bool = False
    index: pl.DataFrame = field(default_factory=pl.DataFrame)
    name: str = "pictures"


TABLE = pl.DataFrame({"sample": ["3", "1", "2", "1"], "fold": [0, 0, 1, 1]})
INPUTS = {"face": Preparation(4, 4), "colour": Preparation(6, 6, "rgb")}


def test_everything_is_made_once(tmp_path):
    corpus, steps = Corpus(), []
    for _ in range(2):
        supplies = Supplies(tmp_path)
        material = supplies.order(corpus, "table", TABLE, INPUTS)
        assert supplies.order(corpus, "table", TABLE, {"face": INPUTS["face"]}).images == {
            "face": material.images["face"]
        }
        supplies.make(steps.append)
        assert supplies.missing() == 0
    assert corpus.dataset.loaded == ["1", "2", "3"]
    assert sum(steps) == 3
    assert pl.read_parquet(material.table).equals(TABLE)
    for name, preparation in INPUTS.items():
        images, row_of = open_prepared(material.images[name])
        assert images.shape == (3, *preparation.shape)
        assert {sample: int(images[row][0, 0, 0]) for sample, row in row_of.items()} == {
            "1": 1, "2": 2, "3": 3,
        }  # fmt: skip


def test_missing_counts_the_images_to_be_decoded(tmp_path):
    supplies = Supplies(tmp_path)
    supplies.order(Corpus(), "table", TABLE, INPUTS)
    assert supplies.missing() == 3


def test_after_a_broken_image_only_what_is_missing_is_made(tmp_path):
    corpus = Corpus(Pictures(breaks_at="2"))
    supplies = Supplies(tmp_path)
    material = supplies.order(corpus, "table", TABLE, {"face": INPUTS["face"]})
    with pytest.raises(OSError, match="unreadable"):
        supplies.make()
    assert not material.images["face"].exists()
    assert supplies.missing() == 3
    corpus.dataset.breaks_at = ""
    supplies.make()
    assert corpus.dataset.loaded == ["1", "2", "3"]
    assert open_prepared(material.images["face"])[1].keys() == {"1", "2", "3"}
    assert list(tmp_path.rglob("*draft*")) == []
