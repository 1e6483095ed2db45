"""A corpus: what its fingerprint covers, what stays out of records, and wrong landmarks."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from PIL import Image

from ferbench.contracts.dataset import INDEX_COLUMNS
from ferbench.errors import UsageError
from ferbench.grid.corpus import as_recorded, fingerprint, open_corpus
from ferbench.grid.plan import Request, make_plan
from ferbench.host import discover
from ferbench.imaging import finding
from ferbench.imaging.finding import resolve
from ferbench.results.record import Record
from ferbench.settings import read_settings

INDEX = pl.DataFrame({name: ["a", "b"] for name in INDEX_COLUMNS})
POINTS = [float(n) for n in range(10)]


def test_the_fingerprint_changes_with_every_cell():
    index = INDEX.with_columns(
        intensity=pl.Series([1, 2]), landmarks=pl.Series([POINTS, None], dtype=pl.List(pl.Float64))
    )
    moved = [*POINTS[:9], 9.5]
    others = [
        index.with_columns(subject=pl.Series(["a", "c"])),
        index.with_columns(intensity=pl.Series([1, 3])),
        index.with_columns(landmarks=pl.Series([moved, None], dtype=pl.List(pl.Float64))),
        index.with_columns(landmarks=pl.Series([None, POINTS], dtype=pl.List(pl.Float64))),
        index.drop("intensity"),
        index.drop("landmarks"),
        INDEX,
    ]
    found = {fingerprint("x", other) for other in [index, *others]}
    found |= {fingerprint("y", index), fingerprint("x", index, pseudo_ids=True)}
    assert len(found) == len(others) + 3


def test_the_fingerprint_does_not_change_with_the_order_of_rows_and_columns():
    index = INDEX.with_columns(view=pl.Series([1, 2]), light=pl.Series([3, 4]))
    other = index.reverse().select(sorted(index.columns))
    assert fingerprint("x", other) == fingerprint("x", index)


@pytest.mark.parametrize(
    "points", [POINTS[:8], [*POINTS, 1.0], [], [*POINTS[:9], float("nan")], [*POINTS[:9], None]]
)
@pytest.mark.parametrize("choice", ["auto", "whole"])
def test_landmarks_of_a_bad_shape_name_the_sample(points, choice):
    index = INDEX.with_columns(landmarks=pl.Series([POINTS, points], dtype=pl.List(pl.Float64)))
    with pytest.raises(UsageError, match="dataset x: the landmarks of b are ") as refusal:
        resolve(choice, False, index, "x")
    assert "\n" not in str(refusal.value)


def test_landmarks_that_are_no_list_are_refused():
    index = INDEX.with_columns(landmarks=pl.Series(["1 2", None]))
    with pytest.raises(UsageError, match="landmarks of a are '1 2'"):
        resolve("auto", False, index, "x")


@pytest.mark.parametrize("installed", [True, False])
def test_framed_pictures_are_taken_whole_unless_they_have_landmarks(monkeypatch, installed):
    """As RAF-DB's originals have, whose aligned pictures are framed."""
    monkeypatch.setattr(finding, "can_detect", lambda: installed)
    assert resolve("auto", True, INDEX, "x") == "whole"
    index = INDEX.with_columns(landmarks=pl.Series([POINTS, None], dtype=pl.List(pl.Float64)))
    assert resolve("auto", True, index, "x") == ("detected" if installed else "given")


@pytest.mark.parametrize("installed", [True, False])
@pytest.mark.parametrize("shipped", [True, False])
@pytest.mark.parametrize("choice", ["auto", "whole", "detected"])
def test_what_an_alignment_meant_can_be_asked_for_again(monkeypatch, choice, shipped, installed):
    monkeypatch.setattr(finding, "can_detect", lambda: installed)
    index = INDEX.with_columns(landmarks=pl.Series([POINTS, None], dtype=pl.List(pl.Float64)))
    index = index if shipped else INDEX
    meant = resolve(choice, False, index, "x")
    assert resolve(meant, False, index, "x") == meant
    assert (meant == "given") == (choice == "auto" and shipped and not installed)


@pytest.mark.parametrize(("images", "meant"), [("aligned", "whole"), ("original", "detected")])
def test_rafdbs_originals_are_not_framed_even_without_annotations(
    monkeypatch, tmp_path, images, meant
):
    monkeypatch.setattr(finding, "can_detect", lambda: True)
    (tmp_path / "EmoLabel").mkdir()
    (tmp_path / "EmoLabel/list_patition_label.txt").write_text("train_1.jpg 1\n")
    for name in ("aligned/train_1_aligned.jpg", "original/train_1.jpg"):
        file = tmp_path / "Image" / name
        file.parent.mkdir(parents=True)
        Image.new("RGB", (8, 8)).save(file)
    overrides = {"root": str(tmp_path), "images": images}
    corpus = open_corpus(discover().dataset("rafdb"), overrides)
    assert (corpus.alignment, corpus.framed) == (meant, images == "aligned")


def test_given_landmarks_that_are_not_there_are_refused_in_one_line():
    index = INDEX.with_columns(landmarks=pl.Series([None, None], dtype=pl.List(pl.Float64)))
    for without in (INDEX, index):
        with pytest.raises(UsageError, match=r"dataset.x is 'given', but .* without landmarks: ."):
            resolve("given", False, without, "x")


def test_where_mmi_keeps_its_list_is_no_part_of_what_it_is(tmp_path):
    """The same list under two names is one corpus; another list is another."""
    root = tmp_path / "mmi"
    (root / "Sessions" / "1" / "S001-001").mkdir(parents=True)
    for number in range(1, 4):
        frame = root / "Sessions" / "1" / "S001-001" / f"S001-001_{number:04d}.png"
        frame.write_bytes(f"frame {number}".encode())
    head = "sequence,subject,expression,video_or_frames,onset,apex,offset\n"
    found = []
    for name, shown in (("one.csv", "fear"), ("two.csv", "fear"), ("three.csv", "anger")):
        line = f"S001-001,S001,{shown},Sessions/1/S001-001,2,2,3\n"
        (tmp_path / name).write_text(head + line)
        settings = {"root": str(root), "index": str(tmp_path / name), "align": "whole"}
        found.append(open_corpus(discover().dataset("mmi"), settings))
    assert found[0].config == found[1].config == {"align": "whole"}
    assert found[0].fingerprint == found[1].fingerprint != found[2].fingerprint


TOYS = Path(__file__).parents[1] / "data" / "toys"


def test_a_stage_is_trained_anew_where_pictures_or_their_alignment_changed(corpus, tmp_path):
    """File names, and so the fold lists, stay the same."""
    root = corpus()

    def stages(align: str) -> set[str]:
        chosen = [f"dataset.manifest.root={root}", f"dataset.manifest.align={align}"]
        settings = read_settings(chosen, [TOYS], folder=tmp_path)
        request = Request(["toy-staged"], ["manifest"], "tiny", None, 1)
        return set(make_plan(request, discover(settings.plugins), settings).stages)

    before = stages("whole")
    assert before == stages("whole")
    assert before.isdisjoint(stages("detected"))
    first = next(root.rglob("*.png"))
    Image.open(first).rotate(90).save(first)
    assert before.isdisjoint(stages("whole"))


def test_a_cell_is_run_again_with_the_corpora_that_it_learnt_from():
    """As recorded; where they lie is the user's to say."""
    given = ("dataset.simpairs.subjects=9", "dataset.ckplus.root=/ck", "dataset.mmi.root=/mmi")
    settings = read_settings(given)
    request = Request(["idferm"], ["simfaces"], "study", "kfold:3", 1, 1)
    made = make_plan(request, discover(), read_settings(["dataset.simpairs.subjects=5"]))
    (cell,) = made.cells
    assert cell.identity["auxiliary"]["simpairs:pairs"]["subjects"] == 5
    recorded = replace(Record(**cell.identity), dataset="ckplus", dataset_config={"align": "whole"})
    found = as_recorded(recorded, settings).datasets
    assert found["simpairs"]["subjects"] == 5
    assert "fingerprint" not in found["simpairs"]
    assert found["ckplus"] == {"align": "whole", "root": "/ck"}
    assert found["mmi"] == {"root": "/mmi"}
    again = make_plan(request, discover(), as_recorded(Record(**cell.identity), settings)).cells
    assert [cell.id] == [c.id for c in again]
