"""Simulated pairs: what is indexed, who is in them, and what the portraits are."""

import subprocess
import sys

import numpy as np
import polars as pl
import pytest

from ferbench.contracts.faces import EXPRESSIONS
from ferbench.datasets.simulated.config import SimFacesConfig, SimPairsConfig
from ferbench.datasets.simulated.corpora.order import Order
from ferbench.datasets.simulated.corpora.shot import Shot
from ferbench.datasets.simulated.corpora.studio import Studio
from ferbench.datasets.simulated.dataset import SimFaces
from ferbench.datasets.simulated.simpairs import LAMPS, YAWS, Photograph, SimPairs
from ferbench.errors import UsageError
from ferbench.grid.pairing import paired

SMALL = SimPairsConfig(subjects=3, inputs=4, size=32)


def test_every_photograph_names_the_portrait_of_its_person():
    index = SimPairs(SMALL).index()
    assert index["sample"].to_list() == [
        f"P000{person}/{name}"
        for person in range(3)
        for name in ("00", "01", "02", "03", "portrait")
    ]
    table = paired(index, "simpairs")
    targets = table.filter(expression="target")
    assert targets["sample"].to_list() == [f"P000{person}/portrait" for person in range(3)]
    assert (table["sequence"] == table["subject"] + "/portrait").all()
    portraits = index.filter(pl.col("neutral_target").is_null())
    assert portraits["expression"].to_list() == ["neutral"] * 3


def test_a_picture_is_the_same_in_any_company_and_any_larger_corpus():
    few, many = SimPairs(SMALL), SimPairs(SimPairsConfig(subjects=5, inputs=6, size=32))
    names = ["P0002/portrait", "P0000/03", "P0001/00"]
    alone = [next(many.load([name])) for name in names]
    for one, other in zip(alone, few.load(names), strict=True):
        assert np.array_equal(one, other)
        assert one.shape == (32, 32, 3)
    hashes = [dict(c.index().select("sample", "file_hash").iter_rows()) for c in (few, many)]
    assert hashes[0].items() < hashes[1].items()
    other = SimPairs(SimPairsConfig(seed=1, subjects=3, inputs=4, size=32)).index()
    assert not set(other["file_hash"]) & set(hashes[0].values())


def test_nobody_of_simfaces_is_in_them():
    """The first person of each, drawn alike: other faces, although seed and number are the same."""
    face = next(SimFaces(SimFacesConfig(size=32)).load(["S000/anger/0/00"]))
    pair = next(SimPairs(SMALL).load(["P0000/portrait"]))
    assert np.abs(face.astype(int) - pair).mean() > 10


def test_photographs_are_of_every_kind():
    order = Order("simpairs", 100, "medium", 32)
    shots = [Photograph(person, n).shot(order) for person in range(100) for n in range(5)]
    assert {shot.expression for shot in shots} == set(EXPRESSIONS)
    assert {shot.yaw for shot in shots} == {0.0, *YAWS}
    assert {shot.light for shot in shots} == {None, *LAMPS}
    assert {shot.at for shot in shots} == {1, 2, 3, 4, 5}
    for share in ([shot.yaw == 0 for shot in shots], [shot.light is None for shot in shots]):
        assert 0.42 < np.mean(share) < 0.58


def test_portraits_do_not_depend_on_how_the_level_films():
    """Hard light and turned heads are for photographs; a portrait is straight, where it belongs."""
    shots = [Shot(n, "neutral", frames=2, at=0, portrait=True, yaw=40.0) for n in range(12)]
    pictures = np.stack(
        [r.image for r in Studio(Order("simpairs", 12, "wild", 32)).pictures(shots)]
    )
    corners = pictures[:, [0, 0], [0, -1]].astype(int)
    assert np.ptp(np.median(corners, axis=0)) <= 12, "one background, the same on both sides"
    mean = pictures.mean((0, 3))
    assert np.abs(mean - mean[:, ::-1]).mean() < 8, "on average the sides are alike"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"level": "brutal"}, "unknown level of simpairs 'brutal'"),
        ({"subjects": 0}, "simpairs: subjects is 0"),
        ({"inputs": 0}, "simpairs: inputs is 0"),
        ({"size": 8}, "simpairs: size is 8"),
        ({"seed": -1}, "simpairs: seed is -1"),
    ],
    ids=str,
)
def test_a_bad_value_is_one_clear_line(change, says):
    with pytest.raises(UsageError, match=says):
        SimPairsConfig(**change)


@pytest.mark.parametrize("sample", ["P0003/portrait", "P0000/04", "P0000/4", "P000", "S0000/00"])
def test_samples_that_do_not_exist_are_refused(sample):
    with pytest.raises(UsageError, match="has no sample"):
        list(SimPairs(SMALL).load([sample]))


def test_the_index_needs_no_torch():
    script = (
        "import sys; from ferbench.datasets.simulated.simpairs import SimPairs; "
        "from ferbench.datasets.simulated.config import SimPairsConfig; "
        "SimPairs(SimPairsConfig(subjects=2)).index(); print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr
