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


def shares(accuracy: float, chance: float) -> dict[str, float]:
    return {"accuracy": accuracy, "chance": chance, "shuffled": 0.11, "untrained": 0.625}


@pytest.fixture
def dispelling(bench):
    """A method with two features, its baseline with one."""
    units = {f"p{i}/0": [i % 3 > 0] for i in range(30)}
    own = {"identity": shares(0.2, 0.02), "expression": shares(0.8, 0.3)}
    further = {"dis|pelled identity": shares(0.7, 0.02), "dis|pelled expression": shares(0.4, 0.3)}
    bench.add("ed2l", units, probes=own | further)
    bench.add("ed2l-baseline", units, probes=own)
    return bench


def test_markdown_has_a_table_of_further_features_where_a_row_has_some(dispelling) -> None:
    dispelling.add("plain", {"p0/0": [1]}, preset="lite")
    text = render(dispelling.board(), "markdown")
    costs, further = text.split("### Costs and probes\n")[1].split("### Further features\n")
    further = further.split("###")[0]
    line = (
        "| ed2l | dis\\|pelled | 70.0 (chance 2.0) | 11.0 | 62.5 | 40.0 (chance 30.0) | 11.0 "
        "| 62.5 |"
    )
    assert line in further
    assert further.count("pelled") == 1
    columns = (
        "| identity leakage | shuffled | untrained | expression probe | shuffled | untrained |"
    )
    assert columns in costs
    assert f"| method | feature {columns}" in further
    assert "| ed2l-baseline |" in costs
    assert text.count("### Costs and probes") == 2 * text.count("### Further features") == 2


def test_json_and_csv_have_further_features_as_columns_of_every_row(dispelling) -> None:
    dispelling.add("none", {"p0/0": [1]})
    board = dispelling.board()
    rows = {row["method"]: row for row in json.loads(render(board, "json"))}
    assert rows["ed2l"].keys() == rows["ed2l-baseline"].keys() == rows["none"].keys()
    named = {name: value for name, value in rows["ed2l"].items() if name.startswith("dis|pelled")}
    assert named == {
        "dis|pelled_identity_leakage": 0.7,
        "dis|pelled_identity_chance": 0.02,
        "dis|pelled_identity_shuffled": 0.11,
        "dis|pelled_identity_untrained": 0.625,
        "dis|pelled_expression_probe": 0.4,
        "dis|pelled_expression_chance": 0.3,
        "dis|pelled_expression_shuffled": 0.11,
        "dis|pelled_expression_untrained": 0.625,
    }
    assert all(rows["ed2l-baseline"][name] is None for name in named)
    lines = list(csv.DictReader(io.StringIO(render(board, "csv"))))
    assert [line["dis|pelled_identity_leakage"] for line in lines].count("0.7") == 1


def test_without_further_features_nothing_is_added(filled) -> None:
    rows = json.loads(render(filled.board(), "json"))
    assert [name for name in rows[0] if "leakage" in name] == ["identity_leakage"]
    assert "Further features" not in render(filled.board(), "markdown")
