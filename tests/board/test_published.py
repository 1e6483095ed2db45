"""The published figures: every file reads, agrees with itself and with what ferbench registers."""

import json
import tempfile
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ferbench.board.published.read import FOLDERS, published_papers, read_paper
from ferbench.errors import UsageError
from ferbench.host import discover

COMING = {"idferm", "2b-nm-generated", "ifgan", "ifgan-noattention", "resnet101"}
"""Methods of issues that are not merged yet."""

FILES = sorted(FOLDERS[1].glob("*.toml"))
PAPERS = {paper.key: paper for paper in published_papers()}
FIGURES = [figure for paper in PAPERS.values() for figure in paper.figures()]


def test_all_five_papers_and_every_number_of_their_tables():
    counts = {key: len(list(paper.figures())) for key, paper in PAPERS.items()}
    assert counts == {"2b-nm": 33, "adfl": 23, "ed2l": 39, "idferm": 46, "ifgan": 40}
    numbers = {key: [table.number for table in paper.tables] for key, paper in PAPERS.items()}
    assert numbers == {
        "2b-nm": [3, 5],
        "adfl": [2],
        "ed2l": [2, 3, 4, 5],
        "idferm": [2, 3, 4, 5, 6],
        "ifgan": [1, 2],
    }


def test_every_figure_has_a_registered_dataset_and_protocols_of_the_same_facts():
    registry = discover()
    for printed in FIGURES:
        protocol = printed.figure.protocol
        assert protocol.dataset in registry.datasets
        assert protocol.registered
        for name in protocol.registered:
            registered = registry.protocols[name]
            assert registered.dataset == protocol.dataset
            assert len(registered.scored) == protocol.classes
            if protocol.unit != "unsaid":
                assert registered.scoring.unit == protocol.unit


def test_our_methods_exist_and_take_the_settings():
    methods = discover().methods
    for printed in FIGURES:
        row = printed.row
        if row.ours in methods:
            methods[row.ours].config(**row.settings)
        else:
            assert row.ours is None or row.ours in COMING


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_counts_give_the_printed_percentage_to_its_last_digit(path):
    """From the file itself, by formatting instead of the reader's inequality."""
    counted = 0
    for table in tomllib.loads(path.read_text(), parse_float=str)["tables"]:
        for row in table["rows"]:
            for column, (correct, units) in row.get("units", {}).items():
                printed = row["percent"][column]
                digits = len(printed.partition(".")[2])
                assert f"{100 * correct / units:.{digits}f}" == printed
                counted += 1
    assert counted == {"2b-nm": 4, "adfl": 6, "ed2l": 16, "idferm": 0, "ifgan": 12}[path.stem]


@pytest.mark.parametrize(
    ("paper", "table", "method", "column", "says"),
    [
        ("2b-nm", 3, "Inception", "ckplus", "93.2"),
        ("2b-nm", 3, "2B(N+M)Softmax", "ckplus", "97.1"),
        ("2b-nm", 3, "2B(N+M)Softmax", "mmi", "78.53"),
        ("2b-nm", 5, "1B(N+1)Softmax", "sfew", "49.77"),
        ("idferm", 3, "Data Augmentation", "mmi", "80.26"),
        ("idferm", 4, "IDFERM", "ckplus-8", "97.76"),
        ("idferm", 6, "IDFERM", "oulu_casia", "88.25"),
        ("ed2l", 3, "Baseline(w.)", "mmi", "76.56"),
        ("ed2l", 4, "Ours(w.)", "bu3dfe", "88.67"),
        ("adfl", 2, "3DCNN", "mmi", "53.20"),
        ("adfl", 2, "ADFL(Ours)", "oulu_casia", "87.50"),
        ("ifgan", 1, "IF-GAN w/o attention", "mmi", "73.56"),
        ("ifgan", 1, "IA-gen", "bu3dfe", "76.83"),
        ("ifgan", 2, "SCN", "rafdb", "88.14"),
    ],
)
def test_figures_stand_where_the_papers_have_them(paper, table, method, column, says):
    (found,) = [
        printed.figure.percent
        for printed in PAPERS[paper].figures()
        if (printed.table.number, printed.row.method) == (table, method)
        and printed.figure.protocol.key == column
    ]
    assert str(found) == says


def test_training_times_are_minutes():
    times = {
        (printed.row.ours, printed.figure.protocol.key): printed.figure.minutes
        for printed in FIGURES
        if printed.table.kind == "training time"
    }
    assert times["triplet", "ckplus-7"] == 324
    assert times["2b-nm", "ckplus-7"] == 107
    assert times["2b-nm-generated", "mmi"] == 128
    assert times["idferm", "ckplus-8"] == 64
    assert len(times) == 10


@pytest.mark.parametrize("work", ["dtagn", "explet", "iacnn", "derl", "lbp-top", "ppdn", "lopes"])
def test_papers_that_cite_one_work_print_the_same_of_it(work):
    seen: dict[str, set[Decimal]] = {}
    for printed in FIGURES:
        if work in printed.row.method.lower() and printed.figure.percent is not None:
            percent = printed.figure.percent.quantize(Decimal("0.1"))
            seen.setdefault(printed.figure.protocol.dataset, set()).add(percent)
    assert seen
    assert all(len(values) == 1 for values in seen.values()), seen


def test_the_wheel_ships_them_where_the_reader_looks():
    root = FOLDERS[1].parents[1]
    wheel = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["hatch"]["build"]
    source = str(FOLDERS[1].relative_to(root))
    assert source in wheel["targets"]["wheel"]["packages"]
    assert wheel["targets"]["wheel"]["sources"][source] == str(FOLDERS[0].relative_to(root))


SMALL = """
key = "small"
name = "Small"
authors = ["A. Author"]
title = "A title"
venue = "A venue"
year = 2020

[protocols.faces]
dataset = "ckplus"
registered = ["ckplus-7c-last3-8fold"]
classes = 7
frames = "last three"
folds = "8 folds"
unit = "sequence"
sequences = 327

[[tables]]
number = 1
kind = "accuracy"
caption = "A caption"
columns = ["faces"]
rows = [{ method = "Ours", percent = { faces = 97.86 }, units = { faces = [320, 327] } }]
"""


def _read(text: str, name: str = "small.toml"):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_text(text)
        return read_paper(path)


def test_the_small_file_reads():
    (printed,) = _read(SMALL).figures()
    assert (printed.figure.correct, printed.figure.units) == (320, 327)
    assert printed.row.measured
    assert printed.figure.share == pytest.approx(0.9786)


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('key = "small"', 'key = "large"', "it must be the name of the file"),
        ('key = "small"', "key = ", "is not readable as TOML"),
        ("year = 2020", 'year = "2020"', "year is '2020'; give a whole number"),
        ("year = 2020", "", "year is missing"),
        ("year = 2020", "year = 2020\nyaer = 1", "unknown key in"),
        ("authors = [", "authors = [1, ", r"authors\[0\] is 1; give a text"),
        ('unit = "sequence"', 'unit = "frame"', "one of image, sequence, unsaid"),
        ("classes = 7", "classes = true", "protocols.faces: classes is True"),
        ("[protocols.faces]", "[protocols.others]", "'faces' is none of the protocols others"),
        ('kind = "accuracy"', 'kind = "time"', "one of accuracy, training time"),
        ('kind = "accuracy"', 'kind = "training time"', "hardware belongs to every table"),
        ('kind = "accuracy"', 'kind = "accuracy"\nhardware = "a GPU"', "and to no other"),
        ("rows = [{", "rows = [] # [{", "rows is missing; give at least one"),
        ('method = "Ours", ', "", r"rows\[0\]: method is missing"),
        ("percent = { faces = 97.86 }", "percent = { faces = 98 }", "percent.faces is 98; give"),
        ("faces = 97.86", "faces = 197.86", "give 0 to 100"),
        ("faces = 97.86", "faces = nan", "give 0 to 100"),
        ("faces = 97.86", "face = 97.86", "unknown key in .* did you mean 'faces'"),
        ("percent = { faces = 97.86 }, ", "", "percent is missing"),
        ("[320, 327]", "[319, 327]", "319 of 327 is 97.5535 %, not 97.86 %"),
        ("[320, 327]", "[640, 654]", "654 is neither the sequences nor the images"),
        ("[320, 327]", "[328, 327]", r"\[328, 327\]; give k and n"),
        ("[320, 327]", "320", "give a list"),
        ("[[tables]]", "[tables]", "tables is {.*give a list"),
    ],
)
def test_a_malformed_file_is_said_in_one_line(old, new, says):
    assert old in SMALL
    with pytest.raises(UsageError, match=says) as caught:
        _read(SMALL.replace(old, new))
    assert "\n" not in str(caught.value)
    assert "small.toml" in str(caught.value)


def test_two_tables_of_one_number():
    table = SMALL[SMALL.index("[[tables]]") :]
    with pytest.raises(UsageError, match="two tables have the same number"):
        _read(SMALL + table)


TIMES = SMALL.replace('kind = "accuracy"', 'kind = "training time"\nhardware = "a GPU"').replace(
    "percent = { faces = 97.86 }, units = { faces = [320, 327] }", 'time = { faces = "TIME" }'
)


@pytest.mark.parametrize(
    ("printed", "minutes"), [("42 mins", 42), ("2 h 8mins", 128), ("1 h 4 mins", 64)]
)
def test_times_as_the_paper_prints_them(printed, minutes):
    (found,) = _read(TIMES.replace("TIME", printed)).figures()
    assert found.figure.minutes == minutes


@pytest.mark.parametrize("printed", ["", "2 hours", "1:47", "1 h", "42"])
def test_other_times_are_refused(printed):
    with pytest.raises(UsageError, match="write it as 1 h 47 mins"):
        _read(TIMES.replace("TIME", printed))


@given(data=st.data(), units=st.integers(2, 999), digits=st.integers(1, 2))
def test_a_count_reads_where_it_rounds_to_the_print_and_nowhere_else(data, units, digits):
    correct = data.draw(st.integers(0, units))
    last = Decimal(1).scaleb(-digits)
    exact = Decimal(100 * correct) / units
    right = exact.quantize(last)
    text = SMALL.replace("sequences = 327", f"sequences = {units}")
    text = text.replace("[320, 327]", f"[{correct}, {units}]")
    (found,) = _read(text.replace("97.86", str(right))).figures()
    assert str(found.figure.percent) == str(right)
    wrong = right + data.draw(st.sampled_from((-2, 2))) * last
    if 0 <= wrong <= 100:
        with pytest.raises(UsageError, match=f"{correct} of {units} is"):
            _read(text.replace("97.86", str(wrong)))


def test_the_command_shows_tables_and_chooses(ferbench):
    code, out, _ = ferbench("published", "--dataset", "mmi", "--paper", "ed2l")
    assert code == 0
    assert "ED2L (ed2l), table 3: Overall accuracy on the MMI database" in out
    assert "80.38 (168/209)" in out
    assert "table 2" not in out
    assert "Mengchao Bai" in out


def test_the_command_as_json(ferbench):
    rows = json.loads(ferbench("published", "--json")[1])
    assert len(rows) == len(FIGURES)
    (ours,) = [
        row
        for row in rows
        if (row["paper"], row["method"], row["dataset"]) == ("ed2l", "Ours(w.)", "ckplus")
    ]
    assert (ours["accuracy"], ours["correct"], ours["units"]) == ("97.86", 320, 327)
    assert ours["settings"] == {"pretrain": "fer2013"}
    of_sfew = json.loads(ferbench("published", "--json", "--dataset", "sfew")[1])
    assert {row["dataset"] for row in of_sfew} == {"sfew"}


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        ("--paper", "ed2", "unknown paper 'ed2': did you mean 'ed2l'?"),
        ("--dataset", "mmy", "unknown dataset with published figures 'mmy': did you mean 'mmi'?"),
    ],
)
def test_an_unknown_choice_is_said_in_one_line(ferbench, option, value, says):
    code, out, errors = ferbench("published", option, value)
    assert (code, out) == (2, "")
    assert errors == f"ferbench: {says}\n"
