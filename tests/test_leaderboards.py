"""The committed records, and the check of the tables that are made from them (`make tables`)."""

import os
import runpy
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from ferbench.cli.committed import committed_tables, differences
from ferbench.errors import UsageError
from ferbench.results.archive import open_results, write_archive

ROOT = Path(__file__).parents[1]
LEADERBOARDS = ROOT / "leaderboards"
NAMES = sorted(path.name for path in (LEADERBOARDS / "records").iterdir())


@pytest.fixture
def small(tmp_path):
    """A folder of leaderboards with the records of london alone."""
    folder = tmp_path / "leaderboards"
    shutil.copytree(LEADERBOARDS / "records" / "london", folder / "records" / "london")
    shutil.copy(LEADERBOARDS / "london.md", folder)
    return folder


def test_every_board_and_every_study_is_among_them():
    names = {str(table.path.relative_to(LEADERBOARDS)) for table in committed_tables(LEADERBOARDS)}
    assert {f"{name}.md" for name in NAMES} < names
    assert "simfaces/plateaus.md" in names


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda f: (f / "london.md").write_bytes((f / "london.md").read_bytes() + b" "), "is not"),
        (lambda f: (f / "london.md").unlink(), "is missing"),
        (lambda f: (f / "paris.md").write_text("our own"), "is made by no command"),
    ],
)
def test_a_table_that_differs_is_one_line_and_the_exit_code(ferbench, small, spoil, says):
    assert ferbench("board", "--check")[0] == 0, "of ./leaderboards"
    spoil(small)
    code, out, err = ferbench("board", "--check")
    assert (code, out) == (1, "")
    (line,) = err.splitlines()
    assert says in line


def test_the_command_that_is_named_mends_the_table(ferbench, small):
    table = small / "london.md"
    made = table.read_bytes()
    table.write_text("by hand")
    (line,) = differences(small)
    command = line.partition("run `ferbench ")[2].rstrip("`").split()
    assert ferbench(*command)[0] == 0
    assert table.read_bytes() == made


def test_the_readme_shows_the_board():
    tables = runpy.run_path(str(ROOT / "ci" / "tables.py"))
    table = tables["excerpt"]((LEADERBOARDS / "simfaces.md").read_text(encoding="utf-8"))
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert table in readme, "run `python ci/tables.py`"
    spoilt = readme.replace("| idferm |", "| idferm (best) |")
    assert spoilt != readme
    assert tables["with_table"](spoilt, table) == readme


def test_a_list_that_cannot_be_read_is_named(small):
    (small / "tables.toml").write_text("london = 3")
    with pytest.raises(UsageError, match=r"tables.toml: london must be the words of a command"):
        committed_tables(small)
    with pytest.raises(UsageError, match="it has no folder `records`"):
        committed_tables(small / "records")


def test_studies_are_run_seed_by_seed_and_continue(tmp_path, monkeypatch):
    """Cells in the archive are not run again; those of older code or settings leave it."""
    regenerate = runpy.run_path(str(ROOT / "ci" / "regenerate.py"))["regenerate"]
    folder, archive = tmp_path / "leaderboards", tmp_path / "leaderboards" / "records" / "small"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    made = "data simulate jaffe --root jaffe --subjects 3 --size 64 --workers 1"
    small = "--methods lbp-svm --preset tiny --folds 1 --set dataset.simfaces.subjects=10"
    for seeds in (1, 2):
        study = f"[small]\nprepare = ['{made}']\nruns = ['{small}']\nseeds = {seeds}\n"
        (folder / "studies.toml").write_text(study)
        before = list(open_results(archive).records()) if seeds == 2 else []
        if before:
            (first,) = before
            old = replace(first, cell_id="old", seed=1, started="2000")
            predictions = open_results(archive).predictions(first.cell_id)
            unasked = replace(first, cell_id="unasked", config={**first.config, "penalty": 7.0})
            cells = [(record, predictions) for record in (first, old, unasked)]
            write_archive(archive, cells)
        assert regenerate(folder, tmp_path / f"work{seeds}") == []
    records = list(open_results(archive).records())
    found = {record.seed: record for record in records}
    assert found[0] == first
    assert found[1].cell_id != "old"
    assert len(records) == 2, "and not the one of other settings"
    assert list((tmp_path / "jaffe").iterdir())


def test_studies_that_do_not_end_well_are_named(tmp_path):
    """A preparation that exits with 1."""
    regenerate = runpy.run_path(str(ROOT / "ci" / "regenerate.py"))["regenerate"]
    data = ROOT / "tests" / "data"
    bad = f"check silent --plugins-dir {data / 'toys'} --plugins-dir {data / 'cheats'}"
    (tmp_path / "studies.toml").write_text(f"[bad]\nprepare = ['{bad}']\nruns = []\nseeds = 1\n")
    assert regenerate(tmp_path, tmp_path / "work") == [bad]


def test_a_run_that_is_refused_does_not_end_the_others(tmp_path, monkeypatch, capsys):
    """The first study's folder of results is an archive; the second's corpus is not there."""
    regenerate = runpy.run_path(str(ROOT / "ci" / "regenerate.py"))["regenerate"]
    monkeypatch.chdir(tmp_path)
    work = tmp_path / "my work"
    (work / "refused").mkdir(parents=True)
    (work / "refused" / "records.parquet").touch()
    small = "--methods lbp-svm --preset tiny --folds 1 --set dataset.simfaces.subjects=10"
    (tmp_path / "studies.toml").write_text(
        f"[refused]\nruns = ['{small}']\nseeds = 1\n"
        "[unprepared]\nruns = ['--methods lbp-svm --datasets ckplus']\nseeds = 1\n"
        f"[good]\nruns = ['{small}']\nseeds = 1\n"
    )
    first, second = regenerate(tmp_path, work)
    assert first == f"run {small} --seeds 1 --out '{work / 'refused'}'"
    assert "is an archive, which would hide what is run" in capsys.readouterr().err
    assert second.startswith("[unprepared] dataset ckplus")
    assert len(list(open_results(tmp_path / "records" / "good").records())) == 1


@pytest.mark.parametrize(
    ("ended", "said", "passes"),
    [
        (0, "", True),
        (1, "", False),
        (2, "ferbench: no cell of leaderboards was verified: it holds 9 finished ones", True),
        (2, "ferbench: unknown key in ferbench.yaml: 'dataset'", False),
    ],
)
def test_the_workflow_takes_no_error_for_a_cell_of_other_code(tmp_path, ended, said, passes):
    """Its step `verify`, with a program in place of ours that says this and ends so."""
    workflow = ROOT / ".github" / "workflows" / "leaderboards.yml"
    steps = yaml.safe_load(workflow.read_text())["jobs"]["regenerate"]["steps"]
    (step,) = [step for step in steps if step.get("id") == "verify"]
    program = tmp_path / ".venv" / "bin" / "ferbench"
    program.parent.mkdir(parents=True)
    program.write_text(f'#!/bin/sh\necho "{said}" >&2\nexit {ended}\n')
    program.chmod(0o755)
    done = subprocess.run(
        ["bash", "-e", "-c", step["run"]],
        cwd=tmp_path,
        env={**os.environ, "RUNNER_TEMP": str(tmp_path)},
        stderr=subprocess.DEVNULL,
        check=False,
    )
    assert (done.returncode == 0) == passes


@pytest.mark.parametrize("name", NAMES)
def test_recorded_accuracies_follow_from_the_predictions(name):
    results = open_results(LEADERBOARDS / "records" / name)
    records = [record for record in results.records() if record.status == "ok"]
    assert records
    for record in records:
        rows = results.predictions(record.cell_id)
        rows = rows.filter(rows["state"] == "last")
        best = rows.select([f"p_{name}" for name in record.classes]).to_numpy().argmax(axis=1)
        right = [
            record.classes[b] == true for b, true in zip(best, rows["expression"], strict=True)
        ]
        assert record.accuracy_image_last == pytest.approx(sum(right) / len(right))


@pytest.mark.parametrize("name", NAMES)
def test_no_record_holds_a_path_of_the_machine_it_was_made_on(name):
    for record in open_results(LEADERBOARDS / "records" / name).records():
        assert "root" not in record.dataset_config
        text = record.to_json()
        assert not [part for part in ("/root", "/tmp", "/home", "/work") if part in text]
