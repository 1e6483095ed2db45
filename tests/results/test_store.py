"""The results store: whole cells or none."""

import os
import threading
from pathlib import Path

import polars as pl
import pytest

from ferbench.errors import UsageError
from ferbench.files import sweep_drafts
from ferbench.results.store import Store

FRAME = pl.DataFrame({"sample": ["a", "b"], "p_fear": [0.25, 0.75]})
OTHER = pl.DataFrame({"sample": ["c"], "p_fear": [1.0]})


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


def names(folder: Path) -> list[str]:
    return sorted(os.listdir(folder))


def test_a_cell_comes_back(tmp_path, make_record):
    store = Store(tmp_path / "runs" / "out")
    record = make_record(status="ok")
    store.save(record, FRAME)
    assert store.record(record.cell_id) == record
    assert store.predictions(record.cell_id).equals(FRAME)
    assert names(store.folder(record.cell_id)) == ["predictions.parquet", "record.json"]
    assert names(store.cells) == [record.cell_id]


def test_a_failed_cell_keeps_its_traceback_and_no_predictions(tmp_path, make_record):
    store = Store(tmp_path)
    store.save(make_record(), trace="Traceback ...")
    folder = store.folder(make_record().cell_id)
    assert names(folder) == ["record.json", "traceback.txt"]
    assert (folder / "traceback.txt").read_text() == "Traceback ..."


def test_a_cell_that_was_not_run_has_no_record(tmp_path):
    store = Store(tmp_path)
    assert store.record("0" * 16) is None
    assert not store.finished("0" * 16)


@pytest.mark.parametrize(
    ("status", "finished"),
    [("ok", True), ("skipped", True), ("failed", False), ("timeout", False)],
)
def test_finished_means_recorded_as_such(tmp_path, make_record, status, finished):
    store = Store(tmp_path)
    store.save(make_record(status=status))
    assert store.finished(make_record().cell_id) is finished


def test_a_later_attempt_replaces_an_earlier_one_wholly(tmp_path, make_record):
    store = Store(tmp_path)
    store.save(make_record(reason="first"), FRAME, "trace")
    store.save(make_record(reason="second", status="ok"), OTHER)
    assert store.record(make_record().cell_id).reason == "second"
    assert store.predictions(make_record().cell_id).equals(OTHER)
    assert names(store.folder(make_record().cell_id)) == ["predictions.parquet", "record.json"]
    assert names(store.cells) == [make_record().cell_id]


def dies(*args, **kwargs):
    raise Killed


STEPS = {
    "predictions": (pl.DataFrame, "write_parquet"),
    "record": (Path, "write_text"),
    "rename": (os, "replace"),
}


@pytest.mark.parametrize("step", STEPS)
def test_an_end_at_any_step_leaves_no_cell(tmp_path, make_record, monkeypatch, step):
    store = Store(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(*STEPS[step], dies)
        with pytest.raises(Killed):
            store.save(make_record(), FRAME)
    assert names(store.cells) == []
    assert list(store.records()) == []


@pytest.mark.parametrize("step", STEPS)
def test_an_end_at_any_step_keeps_the_earlier_attempt(tmp_path, make_record, monkeypatch, step):
    store = Store(tmp_path)
    store.save(make_record(reason="first"), FRAME)
    with monkeypatch.context() as patched:
        patched.setattr(*STEPS[step], dies)
        with pytest.raises(Killed):
            store.save(make_record(reason="second"), OTHER)
    assert store.record(make_record().cell_id).reason == "first"
    assert store.predictions(make_record().cell_id).equals(FRAME)
    assert names(store.cells) == [make_record().cell_id]


def test_a_reader_never_sees_a_mixture(tmp_path, make_record, monkeypatch):
    """At each step of a replacement there is the old cell, none, or the new one."""
    store, seen = Store(tmp_path), []
    store.save(make_record(reason="first"), FRAME)

    def watched(function):
        def call(*args, **kwargs):
            result = function(*args, **kwargs)
            record = store.record(make_record().cell_id)
            if record is not None:
                height = store.predictions(make_record().cell_id).height
                seen.append((record.reason, height))
            return result

        return call

    for owner, name in STEPS.values():
        monkeypatch.setattr(owner, name, watched(getattr(owner, name)))
    monkeypatch.setattr(os, "unlink", watched(os.unlink))
    store.save(make_record(reason="second"), OTHER)
    assert set(seen) == {("first", 2), ("second", 1)}


def test_a_record_that_is_no_json_leaves_nothing(tmp_path, make_record):
    store = Store(tmp_path)
    with pytest.raises(ValueError, match="JSON"):
        store.save(make_record(fit_wall_seconds=float("nan")), FRAME)
    assert names(store.cells) == []


def test_records_are_in_order_and_drafts_are_none(tmp_path, make_record):
    store = Store(tmp_path)
    for cell in ("c" * 16, "a" * 16, "b" * 16):
        store.save(make_record(cell_id=cell))
    draft = store.cells / ".draft-xyz"
    draft.mkdir()
    (draft / "record.json").write_text(make_record(cell_id="d" * 16).to_json())
    (store.cells / ("e" * 16)).mkdir()
    (store.cells / "notes.txt").write_text("mine")
    assert [record.cell_id[0] for record in store.records()] == ["a", "b", "c"]


def test_sweeping_removes_drafts_alone(tmp_path, make_record):
    store = Store(tmp_path)
    store.save(make_record(), FRAME)
    for name in (".draft-one", ".draft-two-earlier"):
        (store.cells / name).mkdir()
        (store.cells / name / "predictions.parquet").write_bytes(b"half")
    sweep_drafts(store.cells)
    assert names(store.cells) == [make_record().cell_id]
    sweep_drafts(tmp_path / "nothing")


def test_a_folder_without_results_is_an_error(tmp_path):
    with pytest.raises(UsageError, match=f"{tmp_path} holds no results: run `ferbench run --out"):
        list(Store(tmp_path).records())


def test_writers_of_different_cells_do_not_meet(tmp_path, make_record):
    store = Store(tmp_path)
    cells = [f"{number:016x}" for number in range(24)]
    threads = [
        threading.Thread(target=store.save, args=(make_record(cell_id=cell), FRAME))
        for cell in cells
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [record.cell_id for record in store.records()] == cells
    assert names(store.cells) == cells


@pytest.mark.parametrize("text", ["", "{", "{}"])
def test_a_spoilt_record_is_named_with_what_to_do(tmp_path, make_record, text):
    store = Store(tmp_path)
    record = make_record()
    store.save(record)
    path = store.folder(record.cell_id) / "record.json"
    path.write_text(text)
    with pytest.raises(UsageError, match=r"record\.json cannot be read \(.*delete its folder, and"):
        store.finished(record.cell_id)
