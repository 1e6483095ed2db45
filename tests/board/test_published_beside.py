"""Published figures on a board: a difference only where the faces are real and the protocol is."""

import json
from typing import Any

import pytest

from ferbench.board.render import render

UNITS = {f"p{i}/0": [i % 10 > 0] for i in range(40)}
"""90 % right."""

EIGHT_FOLD = "ckplus-7c-last3-8fold"
CKPLUS: dict[str, Any] = {"dataset": "ckplus", "origin": "real", "protocol": EIGHT_FOLD}
ED2L: dict[str, Any] = CKPLUS | {"protocol": "ckplus-7c-last3-10fold-block"}


def _differences(bench, method: str) -> dict[str, float | None]:
    """Of the only section: where the method is published -> the difference shown."""
    (section,) = bench.board().sections
    return {
        f"{b.published.where}: {b.published.row.printed}, {b.published.figure.protocol.key}": (
            b.difference
        )
        for b in section.published
        if b.label == method and b.published.figure.percent is not None
    }


def test_ours_minus_the_published_accuracy_on_the_real_corpus(bench) -> None:
    bench.add("2b-nm", UNITS, **CKPLUS)
    found = _differences(bench, "2b-nm")
    own = "2B(N+M) Softmax, table 3: 2B(N+M)Softmax, ckplus"
    assert found.pop(own) == pytest.approx(0.9 - 0.971)
    assert found, "IDFERM cites it too"
    assert set(found.values()) == {None}, "copied, or under a protocol that is not stated"


@pytest.mark.parametrize(
    "fields",
    [
        {"origin": "simulated"},
        {"protocol": "ckplus-7c-last3-10fold-stride-val"},
        {"protocol": "ckplus-8c-first1last3-8fold"},
        {"preset": "lite"},
        {"folds_total": 8},
    ],
    ids=["simulated", "our own protocol", "other classes", "preset ranks nothing", "folds missing"],
)
def test_no_difference_where_one_thing_is_not_the_same(bench, fields: dict[str, Any]) -> None:
    bench.add("2b-nm", UNITS, **CKPLUS | fields)
    found = _differences(bench, "2b-nm")
    assert found
    assert set(found.values()) == {None}


def test_no_difference_from_what_the_paper_copied(bench) -> None:
    bench.add("softmax", UNITS, **CKPLUS)
    assert _differences(bench, "softmax") == {
        "2B(N+M) Softmax, table 3: Inception [28], ckplus": None
    }


def test_no_difference_where_the_paper_does_not_state_its_protocol(bench) -> None:
    bench.add("idferm", UNITS, **CKPLUS)
    found = _differences(bench, "idferm")
    assert len(found) == 2
    assert set(found.values()) == {None}


def test_rows_stand_beside_the_figures_of_their_own_settings(bench) -> None:
    for pretrain in ("none", "fer2013"):
        bench.add("ed2l", UNITS, **ED2L, config={"width": 8, "pretrain": pretrain})
    found = {
        (b.published.row.method, b.label): b.difference
        for b in bench.board().sections[0].published
        if b.published.row.ours == "ed2l"
    }
    assert found == {
        ("Ours(w.o.)", "ed2l [pretrain=none]"): pytest.approx(0.9 - 0.9633),
        ("Ours(w.)", "ed2l [pretrain=fer2013]"): pytest.approx(0.9 - 0.9786),
    }


def test_a_published_row_without_one_of_ours_stands_alone(bench) -> None:
    bench.add("ed2l", UNITS, **ED2L, config={"pretrain": "none"})
    (found,) = [
        b for b in bench.board().sections[0].published if b.published.row.method == "Ours(w.)"
    ]
    assert (found.label, found.difference) == (None, None)


def _published(text: str) -> str:
    """The Published section of a board of one ranking."""
    return text.partition("### Published\n")[2].partition("### ")[0]


def test_markdown_of_a_real_board(bench) -> None:
    bench.add("2b-nm", UNITS, **CKPLUS)
    text = _published(render(bench.board(), "markdown"))
    assert (
        "| 2B(N+M)Softmax | 2B(N+M) Softmax, table 3 | 97.1 | `ckplus-7c-last3-8fold` | 2b-nm | "
        "90.0 | -7.1 |\n"
    ) in text
    assert "| Ours(w.) | ED2L, table 2 | 97.86 (320/327) |" in text
    assert "networks, pictures and training are not the papers'" in text
    assert "ITBN [44] 91.44, " in text
    assert "- 2B(N+M) Softmax, `ckplus-7c-last3-8fold`: 7 classes; last three" in text
    assert (
        "| IDFERM | IDFERM, table 2 | 42 min | unsaid; `ckplus-7c-last3-8fold` assumed | "
        "Titan X GPU | \N{EN DASH} | \N{EN DASH} |\n"
    ) in text
    assert "`ferbench published --dataset ckplus`" in text
    assert "simulated" not in text


def test_markdown_of_a_simulated_board_says_why_there_is_no_difference(bench) -> None:
    bench.add("2b-nm", UNITS, **CKPLUS | {"origin": "simulated"})
    text = _published(render(bench.board(), "markdown"))
    assert "The faces of this board are simulated: no difference is given." in text
    lines = [line for line in text.splitlines() if "| 2b-nm |" in line]
    assert any(line.endswith("| 90.0 | \N{EN DASH} |") for line in lines)
    assert not [line for line in lines if "90.0" in line and not line.endswith("\N{EN DASH} |")]


@pytest.mark.parametrize("dataset", ["simfaces", "manifest", "jaffe"])
def test_a_board_without_published_figures_has_no_such_section(bench, dataset: str) -> None:
    bench.add("2b-nm", UNITS, dataset=dataset, origin="real")
    assert bench.board().sections[0].published == ()
    assert "Published" not in render(bench.board(), "markdown")


def test_markdown_tables_have_as_many_cells_in_every_line(bench) -> None:
    for method in ("2b-nm", "triplet", "cnn"):
        bench.add(method, UNITS, **CKPLUS)
    text = _published(render(bench.board(), "markdown"))
    tables = [block for block in text.split("\n\n") if block.startswith("|")]
    assert len(tables) == 2
    for table in tables:
        lines = [line for line in table.splitlines() if line.startswith("|")]
        assert len({line.count("|") for line in lines}) == 1


def test_json_prefers_the_figure_that_compares(bench) -> None:
    bench.add("2b-nm", UNITS, **CKPLUS)
    bench.add("cnn", UNITS, **CKPLUS)
    rows = {row["method"]: row for row in json.loads(render(bench.board(), "json"))}
    assert rows["2b-nm"]["published_accuracy"] == 0.971
    assert rows["2b-nm"]["published_in"] == "2B(N+M) Softmax, table 3"
    assert rows["2b-nm"]["published_difference"] == pytest.approx(-0.071)
    assert rows["cnn"]["published_accuracy"] is None
    assert rows["cnn"]["published_difference"] is None


def test_json_of_a_simulated_board_has_no_difference(bench) -> None:
    bench.add("2b-nm", UNITS, **CKPLUS | {"origin": "simulated"})
    (row,) = json.loads(render(bench.board(), "json"))
    assert (row["published_accuracy"], row["published_difference"]) == (0.971, None)
