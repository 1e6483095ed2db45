"""The formats: what programs read, and what people read."""

import csv
import io
import json

import pytest

from ferbench.board.render import render

PROMISED = {
    "dataset",
    "protocol",
    "preset",
    "method",
    "accuracy",
    "accuracy_low",
    "accuracy_high",
    "folds_done",
    "folds_required",
    "train_seconds",
    "comparisons_per_epoch",
    "identity_leakage",
}


@pytest.fixture
def filled(bench):
    """A ranked method, one that counted nothing, one that failed."""
    units = {f"p{i}/0": [i % 3 > 0] for i in range(30)}
    probes = {"identity": {"accuracy": 0.2214, "chance": 0.0213}}
    bench.add("ed2l", units, comparisons=123450, probes=probes, parameters=16012)
    bench.add("shuffled", units, comparisons=None, placebo_of="ed2l", fit_cpu_seconds=None)
    bench.add("broken", status="failed", reason="ValueError: a, b | c", folds_total=5)
    bench.add("ed2l", units, preset="lite")
    return bench


def test_json_is_an_array_of_rows_with_the_promised_keys(filled) -> None:
    rows = json.loads(render(filled.board(), "json"))
    assert len(rows) == 4
    assert all(rows[0].keys() == row.keys() >= PROMISED for row in rows)
    by_name = {(row["method"], row["preset"]): row for row in rows}
    first = by_name["ed2l", "study"]
    assert first["accuracy"] == pytest.approx(2 / 3, abs=1e-6)
    assert first["accuracy_low"] < 0.6 < 0.7 < first["accuracy_high"]
    assert first["comparisons_per_epoch"] == 12345
    assert first["identity_leakage"] == 0.2214
    assert first["train_seconds"] == 7
    assert (first["rank"], by_name["ed2l", "lite"]["rank"]) == (1, None)


def test_what_is_missing_is_null_or_empty_and_never_zero(filled) -> None:
    board = filled.board()
    rows = {(r["method"], r["preset"]): r for r in json.loads(render(board, "json"))}
    lines = {
        (r["method"], r["preset"]): r for r in csv.DictReader(io.StringIO(render(board, "csv")))
    }
    for method in ("shuffled", "broken"):
        for name in ("comparisons_per_epoch", "identity_leakage", "train_seconds"):
            assert rows[method, "study"][name] is None
            assert lines[method, "study"][name] == ""
    for name in ("accuracy", "accuracy_low", "accuracy_high"):
        assert rows["broken", "study"][name] is None
        assert lines["broken", "study"][name] == ""
    assert rows["ed2l", "lite"]["comparisons_per_epoch"] == 0
    assert float(lines["ed2l", "lite"]["comparisons_per_epoch"]) == 0


def test_csv_says_what_json_says(filled) -> None:
    board = filled.board()
    rows = json.loads(render(board, "json"))
    lines = list(csv.DictReader(io.StringIO(render(board, "csv"))))
    assert [{k: "" if v is None else str(v) for k, v in row.items()} for row in rows] == lines


def test_markdown_tables_have_as_many_cells_in_every_line(filled) -> None:
    text = render(filled.board(), "markdown")
    tables = [block for block in text.split("\n\n") if block.startswith("|")]
    assert len(tables) == 7
    for table in tables:
        widths = {line.replace("\\|", "").count("|") for line in table.strip().splitlines()}
        assert len(widths) == 1
    assert "| 1 | ed2l | 66.7 | [" in text
    assert "shuffled (placebo of ed2l)" in text
    assert "broken: 1 failed: ValueError: a, b | c" in text
    assert "6 of 30 sequences (20.0 points)" in text
    assert "`lite` shows that everything runs; it ranks nothing." in text


def test_the_terminal_table_fits_its_width_and_is_plain(filled) -> None:
    long = "a-method-of-a-very-long-name-with-a-control-of-its-own"
    filled.add(long, {"p/0": [1]}, comparisons=10**9, hardware_class="cuda x", folds_total=10)
    text = render(filled.board(), "table")
    assert max(map(len, text.splitlines())) <= 100
    assert "\x1b" not in text
    line = next(line for line in text.splitlines() if "ed2l" in line and "66.7" in line)
    assert {"66.7", "1/1", "12,345", "22.1", "leader"} <= set(line.split())
    assert "shuffled is a placebo of ed2l." in text
