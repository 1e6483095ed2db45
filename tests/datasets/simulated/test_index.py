"""The index: what is in the corpus, without rendering a face."""

import subprocess
import sys
import time
from dataclasses import replace

import polars as pl
import pytest

from ferbench.contracts.dataset import INDEX_COLUMNS, Available
from ferbench.contracts.faces import EXPRESSIONS
from ferbench.datasets.simulated import frames as frames_module
from ferbench.datasets.simulated.config import SimFacesConfig
from ferbench.datasets.simulated.dataset import SimFaces
from ferbench.datasets.simulated.levels import LEVELS
from ferbench.errors import UsageError

SMALL = SimFacesConfig(subjects=3, takes=2, frames=4, size=32)


def hashes(config: SimFacesConfig) -> dict[str, str]:
    index = SimFaces(config).index()
    return dict(zip(index["sample"], index["file_hash"], strict=True))


def test_columns_and_types() -> None:
    index = SimFaces(SMALL).index()
    assert index.columns == list(INDEX_COLUMNS)
    assert index.schema["frame"] == pl.Int64
    assert index.schema["split"] == pl.String
    assert index["split"].null_count() == len(index)


def test_one_row_for_every_frame_of_seven_expressions() -> None:
    index = SimFaces(SMALL).index()
    assert len(index) == 3 * 7 * 2 * 4
    assert index["sample"].is_unique().all()
    assert index["file_hash"].is_unique().all()
    assert index["sample"].is_sorted()
    assert index["subject"].unique().sort().to_list() == ["S000", "S001", "S002"]
    assert set(index["expression"]) == set(EXPRESSIONS)
    frames = index.group_by("sequence").agg(pl.col("frame").sort())["frame"]
    assert all(numbers.to_list() == [0, 1, 2, 3] for numbers in frames)


def test_only_the_onset_is_neutral() -> None:
    index = SimFaces(SMALL).index()
    neutral = index["expression"] == "neutral"
    assert (neutral == (index["frame"] == 0)).all()
    row = index.filter(sample="S001/contempt/1/02").row(0, named=True)
    assert row["sequence"] == "S001/contempt/1"
    assert row["expression"] == "contempt"


def test_names_stay_unique_and_sorted_beyond_their_padding() -> None:
    index = SimFaces(SimFacesConfig(subjects=1002, frames=2)).index()
    assert index["sample"].is_unique().all()
    assert index["sample"].is_sorted()


@pytest.mark.parametrize(
    "change", [{"seed": 1}, {"level": "hard"}, {"size": 33}, {"frames": 5}], ids=str
)
def test_hashes_change_with_whatever_changes_pictures(change: dict) -> None:
    before, after = hashes(SMALL), hashes(replace(SMALL, **change))
    assert before.keys() <= after.keys()
    assert all(before[sample] != after[sample] for sample in before)


@pytest.mark.parametrize("change", [{"subjects": 5}, {"takes": 3}], ids=str)
def test_hashes_do_not_change_where_pictures_stay(change: dict) -> None:
    before, after = hashes(SMALL), hashes(replace(SMALL, **change))
    assert before == {sample: after[sample] for sample in before}


@pytest.mark.parametrize("knob", list(LEVELS["easy"].__dataclass_fields__))
def test_hashes_change_with_every_knob_of_the_level(
    knob: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = hashes(SMALL)
    value = getattr(LEVELS["medium"], knob)
    moved = tuple(part + 0.01 for part in value) if isinstance(value, tuple) else value + 0.01
    monkeypatch.setitem(LEVELS, "medium", replace(LEVELS["medium"], **{knob: moved}))
    assert not set(before.values()) & set(hashes(SMALL).values())


def test_hashes_change_with_the_generator(monkeypatch: pytest.MonkeyPatch) -> None:
    before = hashes(SMALL)
    monkeypatch.setattr(frames_module, "GENERATOR_VERSION", 10**6)
    assert not set(before.values()) & set(hashes(SMALL).values())


def test_the_default_index_is_quick() -> None:
    corpus = SimFaces(SimFacesConfig())
    corpus.index()
    began = time.process_time()
    corpus.index()
    assert time.process_time() - began < 0.3


def test_the_index_needs_no_torch() -> None:
    script = (
        "import sys; from ferbench.datasets.simulated.dataset import SimFaces; "
        "from ferbench.datasets.simulated.config import SimFacesConfig; "
        "SimFaces(SimFacesConfig(subjects=2)).index(); print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.stdout.strip() == "False", done.stderr


def test_it_is_simulated_and_always_there() -> None:
    corpus = SimFaces(SMALL)
    assert corpus.origin == "simulated"
    assert isinstance(corpus.availability(), Available)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"level": "brutal"}, "known: easy, hard, medium, wild"),
        ({"subjects": 0}, "subjects"),
        ({"takes": 0}, "takes"),
        ({"frames": 1}, "frames"),
        ({"size": 8}, "size"),
        ({"size": 4096}, "size"),
        ({"seed": -1}, "seed"),
        ({"subjects": 2.5}, "subjects"),
    ],
    ids=str,
)
def test_a_bad_value_is_one_clear_line(change: dict, says: str) -> None:
    with pytest.raises(UsageError, match=says) as caught:
        SimFacesConfig(**change)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "sample",
    [
        "S003/anger/0/00",
        "S000/neutral/0/00",
        "S000/anger/2/00",
        "S000/anger/0/04",
        "S000/anger/0/0",
        "S0/anger/0/00",
        "T000/anger/0/00",
        "S-01/anger/0/00",
        "anything",
        "",
    ],
)
def test_an_unknown_sample_is_refused_at_once(sample: str) -> None:
    with pytest.raises(UsageError, match="no sample"):
        SimFaces(SMALL).load([sample])
