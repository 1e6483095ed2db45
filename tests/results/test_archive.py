"""Archives and merging."""

from dataclasses import replace

import polars as pl
import pytest

from ferbench.contracts.metric import PREDICTION_COLUMNS
from ferbench.errors import UsageError
from ferbench.results.agreement import Agreement, compare
from ferbench.results.archive import open_results, write_archive
from ferbench.results.merge import merge


def _cells(results):
    return {
        record.cell_id: (record, results.predictions(record.cell_id))
        for record in results.records()
        if record.status == "ok"
    }


@pytest.fixture
def ran(grid):
    """Three cells: two of `toy` and a failed one of `toy-b`; their losses have few digits."""
    return grid("toy", "toy-b", settings=("toy-b.fault=raise", "toy.epochs=2"))


def test_an_archive_reads_as_the_store_it_was_made_from(ran, tmp_path):
    store = ran.place.store
    write_archive(tmp_path / "archive", merge([(store.root, store)]))
    archive = open_results(tmp_path / "archive")
    assert list(archive.records()) == list(store.records())
    stored, archived = _cells(store), _cells(archive)
    assert stored.keys() == archived.keys()
    for cell_id, (_, frame) in stored.items():
        assert archived[cell_id][1].equals(frame)


def test_a_curve_keeps_seven_digits_of_a_loss_and_lacks_what_it_lacked(ran, tmp_path):
    record, frame = next(iter(_cells(ran.place.store).values()))
    curve = [
        {"epoch": 0, "loss": 2 / 3, "validation_accuracy": 2 / 3},
        {"epoch": 1, "loss": 1e-9 / 7, "metric": 123456789.0},
    ]
    first, second = tmp_path / "first", tmp_path / "second"
    write_archive(first, [(replace(record, curve=curve), frame)])
    (kept,) = open_results(first).records()
    assert kept.curve == [
        {"epoch": 0, "loss": 0.6666667, "validation_accuracy": 2 / 3},
        {"epoch": 1, "loss": 1.428571e-10, "metric": 123456800.0},
    ]
    assert [type(point["epoch"]) for point in kept.curve] == [int, int]
    write_archive(second, [(kept, frame)])
    assert list(open_results(second).records()) == [kept]


def test_cells_of_other_classes_keep_their_own_columns_in_the_order_of_the_classes(ran, tmp_path):
    """The classes that only a later cell has come last in the file, and not in that cell."""
    store = ran.place.store
    (few, frame), (many, _) = _cells(store).values()
    classes = ("anger", "contempt", *few.classes[1:])
    other = frame.with_columns(p_contempt=pl.lit(0.0, pl.Float32))
    other = other.select(*PREDICTION_COLUMNS, *(f"p_{name}" for name in classes))
    assert few.cell_id < many.cell_id
    cells = [(few, frame), (replace(many, classes=classes), other)]
    write_archive(tmp_path / "archive", cells)
    archive = open_results(tmp_path / "archive")
    assert archive.predictions(few.cell_id).columns == frame.columns
    found = archive.predictions(many.cell_id)
    assert found.columns == other.columns
    assert compare(found, other) == Agreement(alike=1.0, farthest=0.0)
    write_archive(tmp_path / "alone", cells[1:])
    sources = [(tmp_path / name, open_results(tmp_path / name)) for name in ("archive", "alone")]
    merged = [predicted for _, predicted in merge(sources)]
    assert [predicted.columns for predicted in merged] == [frame.columns, other.columns]


def test_merging_refuses_different_predictions_of_one_environment(ran, tmp_path):
    store = ran.place.store
    record, frame = next(iter(_cells(store).values()))
    write_archive(tmp_path / "a", [(record, frame)])
    write_archive(tmp_path / "b", [(record, frame.reverse())])
    sources = [(tmp_path / name, open_results(tmp_path / name)) for name in "ab"]
    with pytest.raises(UsageError, match=r"predicts differently in .*a and in .*b"):
        merge(sources)


def test_the_command_refuses_in_one_line_and_writes_nothing(ran, ferbench, tmp_path):
    record, frame = next(iter(_cells(ran.place.store).values()))
    write_archive(tmp_path / "a", [(record, frame)])
    write_archive(tmp_path / "b", [(record, frame.reverse())])
    code, out, err = ferbench("merge", "a", "b", "--into", "joined")
    assert (code, out) == (2, "")
    (line,) = err.splitlines()
    assert "one of them is wrong, nothing was merged" in line
    assert not (tmp_path / "joined").exists()
    assert ferbench("merge", "a", ran.place.out, "--into", "joined")[0] == 0
    assert len(list(open_results(tmp_path / "joined").records())) == 4


def test_merging_keeps_other_environments_by_a_stated_rule(ran, tmp_path):
    record, frame = next(iter(_cells(ran.place.store).values()))
    other = replace(record, hardware_class="a machine whose name comes first")
    write_archive(tmp_path / "a", [(record, frame)])
    write_archive(tmp_path / "b", [(other, frame.reverse())])
    for order in ("ab", "ba"):
        ((kept, _),) = merge([(tmp_path / n, open_results(tmp_path / n)) for n in order])
        assert kept.hardware_class == "a machine whose name comes first"


def test_a_finished_cell_replaces_a_failed_one(ran, tmp_path):
    record, frame = next(iter(_cells(ran.place.store).values()))
    failed = replace(record, status="failed", reason="it broke", started="2000")
    write_archive(tmp_path / "a", [(failed, None)])
    write_archive(tmp_path / "b", [(record, frame)])
    ((kept, found),) = merge([(tmp_path / n, open_results(tmp_path / n)) for n in "ab"])
    assert kept == record
    assert isinstance(found, pl.DataFrame)


def test_an_archive_too_large_to_commit_is_refused(ran, tmp_path, monkeypatch):
    monkeypatch.setattr("ferbench.results.archive.LARGEST_BYTES", 100)
    record, frame = next(iter(_cells(ran.place.store).values()))
    with pytest.raises(UsageError, match="leave out rows, or split it by dataset"):
        write_archive(tmp_path / "archive", [(record, frame)])
    assert list((tmp_path / "archive").iterdir()) == []
