"""The committed tables are what the committed records say, byte by byte."""

from pathlib import Path

import pytest

from ferbench.board.build import build_board, build_rankings
from ferbench.board.render import render
from ferbench.results.archive import open_results

LEADERBOARDS = Path(__file__).parents[1] / "leaderboards"
NAMES = sorted(path.name for path in (LEADERBOARDS / "records").iterdir())


def test_every_table_has_records_and_the_reverse():
    tables = {path.stem for path in LEADERBOARDS.glob("*.md")} - {"README"}
    assert tables == set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_table_is_made_from_its_records(name):
    results = open_results(LEADERBOARDS / "records" / name)
    rankings = build_rankings(results.records(), results.predictions)
    made = render(build_board(rankings), "markdown")
    assert (LEADERBOARDS / f"{name}.md").read_bytes() == made.encode()


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
