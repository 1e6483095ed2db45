"""The committed tables are what the committed records say, byte by byte."""

import runpy
from pathlib import Path

import pytest

from ferbench.results.archive import open_results

ROOT = Path(__file__).parents[1]
LEADERBOARDS = ROOT / "leaderboards"
TABLES = runpy.run_path(str(ROOT / "ci" / "tables.py"))["tables"]()
NAMES = sorted(path.name for path in (LEADERBOARDS / "records").iterdir())


def test_every_table_has_records_and_the_reverse():
    tables = {path.stem for path in LEADERBOARDS.glob("*.md")} - {"README"}
    assert tables == set(NAMES)


def test_every_table_of_a_study_is_listed():
    listed = {ROOT / path for path in TABLES}
    assert {p for p in LEADERBOARDS.rglob("*.md") if p.name != "README.md"} == listed


@pytest.mark.parametrize("path", TABLES, ids=str)
def test_a_table_is_made_from_its_records(path, ferbench, tmp_path):
    made = tmp_path / "made.md"
    arguments = [ROOT / a if a.startswith("leaderboards") else a for a in TABLES[path]]
    assert ferbench(*arguments, "--output", made)[0] == 0
    assert (ROOT / path).read_bytes() == made.read_bytes()


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
