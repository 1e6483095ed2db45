"""`ferbench new`: what it writes works at once, and nothing is written over."""

import csv
import json
import sys

import pytest

from ferbench.host import discover
from ferbench.starters.writing import STARTERS, renamed

QUICKLY = ("--preset", "tiny", "--folds", 1, "--executor", "inline")
OWN = ("cell_like", "my_method", "family", "own_folds", "lowest")


@pytest.fixture(autouse=True)
def _no_plugin_stays(monkeypatch):
    """A plugin that a test loaded from its folder is none of the next test's."""
    yield
    for name in OWN:
        sys.modules.pop(name, None)


def commands(out: str) -> list[list[str]]:
    """The commands that `new` printed, without the program's name."""
    lines = [line[6:] for line in out.splitlines()[1:]]
    assert all(line.startswith("ferbench ") for line in lines)
    return [line.split()[1:] for line in lines]


def test_a_new_method_passes_and_gets_its_row_by_the_commands_that_are_printed(ferbench, tmp_path):
    code, out, err = ferbench("new", "method", "my-method")
    assert (code, err) == (0, "")
    assert out.startswith("wrote my_method.py")
    check, run, compare = commands(out)
    code, out, err = ferbench(*check)
    assert code == 0, out + err
    assert out.startswith("my-method\n  ok    registers without torch\n")
    assert "FAIL" not in out
    code, out, err = ferbench(*run, *QUICKLY, "--set", "dataset.simfaces.subjects=15", "--json")
    assert code == 0, err
    assert {row["method"] for row in json.loads(out)} == {"my-method", "softmax"}
    assert ferbench(*compare)[0] == 0


def test_a_new_dataset_reads_its_folders(ferbench, corpus, tmp_path):
    out = ferbench("new", "dataset", "family")[1]
    drawn, album = corpus(), tmp_path / "pictures"
    for row in csv.DictReader((drawn / "manifest.csv").open()):
        (album / row["expression"]).mkdir(parents=True, exist_ok=True)
        (drawn / row["file"]).rename(album / row["expression"] / row["file"])
    (album / "holidays").mkdir()
    inspect, run = (
        [word.replace("DIR", str(album)) for word in command] for command in commands(out)
    )
    code, out, err = ferbench(*inspect, "--json")
    assert code == 0, err
    counted = json.loads(out)
    assert (counted["subjects"], counted["images"]) == (10, 30)
    assert counted["warnings"] == ["1 folders that are no expressions: holidays"]
    code, out, err = ferbench(*run, "--set", "dataset.family.align=whole", *QUICKLY)
    assert code == 0, err
    assert "family" in out


def test_a_new_protocol_cuts_its_folds(ferbench):
    command = commands(ferbench("new", "protocol", "own-folds")[1])[0]
    code, out, err = ferbench(*command, "--methods", "lbp-svm")
    assert code == 0, err
    assert "simfaces (simulated): own-folds" in out
    assert "3 cells, 3 to do" in out


def test_a_new_metric_is_computed_of_finished_cells(ferbench, corpus):
    options = ("--datasets", "manifest", "--set", f"dataset.manifest.root={corpus()}")
    assert ferbench("run", "--methods", "lbp-svm", *options, *QUICKLY)[0] == 0
    (command,) = commands(ferbench("new", "metric", "lowest")[1])
    code, out, err = ferbench(*command, "--json")
    assert code == 0, err
    found = json.loads(out)
    assert [value["metric"] for value in found] == ["lowest"]
    assert 0 <= found[0]["mean"] <= 1


@pytest.mark.parametrize("kind", STARTERS)
def test_every_kind_registers_the_name_it_is_given(kind, tmp_path):
    (tmp_path / "cell_like.py").write_text(renamed(STARTERS[kind], "cell-like"))
    registry = discover([tmp_path])
    assert registry.broken == []
    plugin = registry.owner[STARTERS[kind].taken, "cell-like"]
    assert plugin.module == "cell_like"


def test_nothing_is_written_over(ferbench, tmp_path):
    (tmp_path / "mine.py").write_text("my work")
    (tmp_path / "ours").mkdir()
    for name in ("mine", "ours"):
        code, out, err = ferbench("new", "method", name)
        assert (code, out) == (2, "")
        assert "exists here: take another name" in err
    assert (tmp_path / "mine.py").read_text() == "my work"


@pytest.mark.parametrize(
    ("kind", "name", "says"),
    [
        ("methods", "mine", "unknown kind 'methods': did you mean 'method'?"),
        ("method", "My Method", "'My Method' is no name for a method: write small letters"),
        ("method", "../mine", "is no name for a method"),
        ("metric", "1st", "a letter first"),
        ("method", "all", "is no name for a method"),
        ("dataset", "train", "none of all, train, dataset"),
        ("method", "softmax", "method 'softmax' is registered already by ferbench"),
        ("dataset", "jaffe", "dataset 'jaffe' is registered already by ferbench"),
        ("method", "torch", "'torch' is a module or a word of Python already"),
        ("metric", "class", "'class' is a module or a word of Python already"),
    ],
)
def test_a_name_that_cannot_be_is_one_line(ferbench, tmp_path, kind, name, says):
    before = set(tmp_path.iterdir())
    code, out, err = ferbench("new", kind, name)
    assert (code, out) == (2, "")
    assert len(err.strip().splitlines()) == 1
    assert says in err
    assert set(tmp_path.iterdir()) == before


def test_a_folder_that_cannot_be_written_is_one_line(ferbench, monkeypatch):
    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", refuse)
    code, _, err = ferbench("new", "method", "my-method")
    assert code == 2
    assert "my_method.py: Permission denied" in err
