"""Cells that go wrong: each is recorded with its reason, and every other cell finishes."""

from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("fault", "status", "says"),
    [
        ("raise", "failed", "RuntimeError: the toy is broken (toys.py:"),
        ("memory", "oom", "MemoryError: no memory for the toy"),
        ("nan", "failed", "predict returned NaN or infinity for 6 of 6 faces"),
        ("shape", "failed", "probabilities of shape (6, 2), not (6, 3)"),
        ("negative", "failed", "not distributions"),
        ("cost", "failed", "TypeError: a record holds numbers and text, not <object"),
        ("unsupported", "skipped", "the toy does not like these faces"),
    ],
)
def test_a_faulty_method_is_recorded_and_the_others_finish(grid, fault, status, says):
    ran = grid("toy", "toy-b", settings=(f"toy.fault={fault}",))
    records = ran.records()
    assert {records["toy/0"].status, records["toy/1"].status} == {status}
    assert says in records["toy/0"].reason
    assert "\n" not in records["toy/0"].reason
    assert {records["toy-b/0"].status, records["toy-b/1"].status} == {"ok"}
    trace = ran.place.store.folder(records["toy/0"].cell_id) / "traceback.txt"
    assert trace.exists()


def test_unmet_needs_are_skipped_with_the_reason(grid):
    records = grid("toy-needs-neutral").records()
    assert records["toy-needs-neutral/0"].status == "skipped"
    assert records["toy-needs-neutral/0"].reason == (
        "toy-needs-neutral needs neutral, which manifest does not have"
    )


def test_failed_cells_are_to_do_again_and_finished_ones_are_not(grid):
    first = grid("toy", "toy-b", settings=("toy.fault=raise",))
    assert len(first.outcome.unfinished) == 2
    again = grid("toy", "toy-b", settings=("toy.fault=raise",))
    assert again.outcome.already == 2
    assert [record.method for record in again.outcome.ran] == ["toy", "toy"]


def test_records_say_where_torch_warned_of_bits_that_may_differ(grid):
    """Each of its cells, though Python shows a warning once; and no other. It is still shown."""
    with pytest.warns(UserWarning, match="put_ does not have a deterministic implementation"):
        ran = grid("toy", "toy-b", settings=("toy.fault=bits",))
    found = {name: record.deterministic for name, record in ran.records().items()}
    assert found == {"toy/0": False, "toy/1": False, "toy-b/0": True, "toy-b/1": True}


def test_a_cell_is_as_sure_of_its_bits_as_its_stage_and_torch_is_left_as_it_was(grid, tmp_path):
    import torch

    settings = (
        "toy-staged.fault=bits",
        *(f"toy-staged{b}.log={tmp_path / 'log'}" for b in ("", "-b")),
    )
    with pytest.warns(UserWarning, match="put_ does not have a deterministic implementation"):
        records = grid("toy-staged", "toy-staged-b", settings=settings, folds=1).records()
    assert not records["toy-staged/0"].deterministic
    assert records["toy-staged-b/0"].deterministic
    assert not torch.are_deterministic_algorithms_enabled()


def test_skipped_cells_are_not_run_again(grid):
    grid("toy-needs-neutral")
    assert grid("toy-needs-neutral").outcome.ran == []


def test_a_cell_that_runs_out_of_time_says_so_and_continues_later(grid, tmp_path: Path):
    from dataclasses import replace

    from ferbench.grid.worker import run_cell
    from ferbench.host import discover

    flag = tmp_path / "epochs"
    settings = ("toy.pause=0.2", f"toy.flag={flag}", "toy.epochs=4")
    ran = grid("toy", folds=1, settings=settings)
    whole = ran.predictions()
    registry = discover([Path(__file__).parents[1] / "data" / "toys"])
    cell = ran.plan.cells[0]
    place = replace(ran.place, out=tmp_path / "timed", timeout=0.3)
    record = run_cell(cell, registry, place, lambda epoch, scalars: None)
    assert record.status == "timeout"
    assert record.reason.startswith("out of time after 2 of 4 epochs")
    record = run_cell(cell, registry, replace(place, timeout=None), lambda e, s: None)
    assert (record.status, record.resumed) == ("ok", 1)
    assert place.store.predictions(cell.id).equals(whole[cell.id])


def test_a_stage_is_trained_once_for_all_cells_that_read_it(grid, tmp_path: Path):
    log = tmp_path / "log"
    settings = tuple(f"{name}.log={log}" for name in ("toy-staged", "toy-staged-b"))
    ran = grid("toy-staged", "toy-staged-b", settings=settings, seeds=2)
    assert {record.status for record in ran.records().values()} == {"ok"}
    assert len(ran.records()) == 8
    assert log.read_text().splitlines() == ["trained"] * 2, "once a fold, not once a cell"
    assert ran.records()["toy-staged/0"].stage_cpu_seconds > 0


def test_a_failed_stage_blocks_its_cells_and_nothing_else(grid, tmp_path: Path):
    log = tmp_path / "log"
    settings = (f"toy-staged.log={log}", "toy-staged.fail=true")
    ran = grid("toy-staged", "toy", settings=settings)
    records = ran.records()
    assert records["toy-staged/0"].status == "blocked"
    assert records["toy-staged/0"].started, "so that it is newer than what was there before"
    assert "stage means of toy-staged on fold 0 failed: RuntimeError: the stage is broken" in (
        records["toy-staged/0"].reason
    )
    assert records["toy/0"].status == "ok"
    stages = ran.place.stages
    stage = records["toy-staged/0"].stages["means"]
    assert "in train_means" in stages.trace(stage).read_text()
    assert stages.outcome(stage).started
    mended = grid("toy-staged", "toy", settings=(f"toy-staged.log={log}",))
    assert mended.records()["toy-staged/0"].status == "ok"


def test_cells_of_a_stage_without_its_data_are_skipped(grid, tmp_path: Path):
    settings = (f"toy-staged.log={tmp_path / 'log'}", "toy-staged.refuse=true")
    ran = grid("toy-staged", settings=settings)
    record = ran.records()["toy-staged/0"]
    assert record.status == "skipped"
    reason = "stage means of toy-staged on fold 0: the stage has nothing to learn from"
    assert record.reason == reason
    assert ran.outcome.unfinished == []
