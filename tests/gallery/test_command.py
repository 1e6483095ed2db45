"""`ferbench figures`: from a run with kept models to files, and what it says where it cannot."""

import json
import re
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("matplotlib")

TOYS = Path(__file__).parents[1] / "data" / "toys"
SIMFACES = (
    *("--datasets", "simfaces", "--set", "dataset.simfaces.subjects=6"),
    *("--set", "dataset.simfaces.frames=2"),
)
TINY = ("--preset", "tiny", "--executor", "inline", "--plugins-dir", TOYS)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A folder with `runs/default`: a tiny run with kept models, and of toy a fold without."""
    from ferbench.cli import main

    folder = tmp_path_factory.mktemp("run")
    methods = ("--methods", "ed2l,ed2l-baseline,adfl,toy", "--protocol", "kfold:4")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setenv("FERBENCH_CACHE", str(folder / "cache"))
        for given in (
            (*methods, "--folds", "1", "--keep-models"),
            ("--methods", "toy", "--protocol", "kfold:4", "--folds", "2"),
        ):
            patch.setattr(sys, "argv", [*map(str, ("ferbench", "run", *SIMFACES, *TINY, *given))])
            with pytest.raises(SystemExit) as end:
                main()
            assert not end.value.code
    return folder


@pytest.fixture
def figures(run, ferbench, monkeypatch):
    """Calls the verb on that run."""

    def call(*arguments, cache=True):
        if cache:
            monkeypatch.setenv("FERBENCH_CACHE", str(run / "cache"))
        return ferbench("figures", run / "runs" / "default", "--plugins-dir", TOYS, *arguments)

    return call


def drawn(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_features_and_panels_are_drawn_and_twice_the_same(figures, tmp_path):
    """The second time from an empty cache: the images are rendered again."""
    code, out, errors = figures("--faces", 3, "--into", tmp_path / "one")
    assert (code, out) == (0, "")
    first = drawn(tmp_path / "one")
    stems = ["features", "adfl-panels", "ed2l-panels", "ed2l-baseline-panels"]
    wanted = {f"fold-0-seed-0-{stem}.{kind}" for stem in stems for kind in ("png", "svg")}
    assert first.keys() == wanted
    assert errors.count("drew ") == len(wanted)
    assert "toy registers no panels: there is no figure of its faces" in errors
    assert figures("--faces", 3, "--into", tmp_path / "two", cache=False)[0] == 0
    assert drawn(tmp_path / "two") == first
    texts = set(re.findall(r"<!-- (.+?) -->", first["fold-0-seed-0-features.svg"].decode()))
    assert {"ed2l-baseline", "toy", "dispelled", "neutral", "by person", "by expression"} <= texts
    texts = re.findall(r"<!-- (.+?) -->", first["fold-0-seed-0-ed2l-panels.svg"].decode())
    assert len([text for text in texts if text.startswith("S0")]) == 3


def test_methods_are_drawn_in_the_order_asked_for(figures, tmp_path):
    code, _, errors = figures("--methods", "toy,ed2l-baseline", "--into", tmp_path / "drawn")
    assert code == 0, errors
    features = drawn(tmp_path / "drawn")["fold-0-seed-0-features.svg"].decode()
    assert re.findall(r"<!-- (toy|ed2l-baseline) -->", features) == ["toy", "ed2l-baseline"]


WRONG = {
    "unknown method": (("--methods", "edl"), "unknown method in these results 'edl': did you mean"),
    "no such fold": (
        ("--methods", "ed2l", "--fold", 3),
        "no finished cell of ed2l on simfaces, fold 3, seed 0; it has (fold/seed) 0/0",
    ),
    "not kept": (
        ("--methods", "toy", "--fold", 1),
        "kept no model of toy, fold 1, seed 0: run it with --keep-models into a new --out",
    ),
    "none kept": (("--fold", 1), "kept no models of fold 1, seed 0: run with --keep-models"),
    "no such run": (("--plugins-dir", "nowhere"), "nowhere does not exist"),
}


@pytest.mark.parametrize("how", WRONG)
def test_what_is_not_there_is_one_line(figures, tmp_path, how):
    arguments, says = WRONG[how]
    code, out, errors = figures(*arguments, "--into", tmp_path / "none")
    assert (code, out) == (2, "")
    assert len(errors.splitlines()) == 1
    assert says in errors
    assert not (tmp_path / "none").exists()


@pytest.fixture
def spoilt(run, ferbench, monkeypatch, tmp_path):
    """Calls the verb for `toy` on a copy of the run that `spoil(root, cell folder)` has changed."""
    import shutil

    def call(spoil, *arguments):
        monkeypatch.setenv("FERBENCH_CACHE", str(run / "cache"))
        root = tmp_path / "copy"
        shutil.copytree(run / "runs" / "default", root)
        for path in (root / "cells").glob("*/record.json"):
            record = json.loads(path.read_text())
            if record["method"] == "toy" and record["fold"] == 0:
                spoil(root, path.parent)
        return ferbench("figures", root, "--plugins-dir", TOYS, "--methods", "toy", *arguments)

    return call


def _other_state(root, cell):
    (path,) = (root / "models" / cell.name).iterdir()
    with np.load(path) as stored:
        arrays = dict(stored)
    arrays["means"] = arrays["means"][::-1]
    np.savez(path, **arrays)


def _broken_state(root, cell):
    (path,) = (root / "models" / cell.name).iterdir()
    with np.load(path) as stored:
        arrays = {name: stored[name] for name in stored.files if name != "means"}
    np.savez(path, **arrays)


def _other_data(root, cell):
    path = cell / "record.json"
    record = json.loads(path.read_text())
    record["dataset_config"]["seed"] = 1
    path.write_text(json.dumps(record))


SPOILT = {
    "another state": (_other_state, "is not what the run had (it predicts otherwise, by up to"),
    "a state that does not fit": (_broken_state, "is not what the run had (KeyError: 'means')"),
    "other data": (_other_data, "dataset simfaces is not what the run was made on"),
}


@pytest.mark.parametrize("how", SPOILT)
def test_what_has_changed_since_the_run_is_refused(spoilt, how):
    spoil, says = SPOILT[how]
    code, out, errors = spoilt(spoil)
    assert (code, out) == (2, "")
    assert len(errors.splitlines()) == 1, errors
    assert says in errors


def test_a_copy_that_nothing_has_changed_is_drawn(spoilt, tmp_path):
    code, _, errors = spoilt(lambda root, cell: None, "--into", tmp_path / "drawn")
    assert code == 0, errors
    assert len(drawn(tmp_path / "drawn")) == 2


def test_a_corpus_on_disk_is_named_again_and_the_selected_state_drawn(ferbench, corpus, tmp_path):
    """Where the data lie is no part of a record; and the last state is not the selected one."""
    root = ("--set", f"dataset.manifest.root={corpus()}")
    arguments = ("--methods", "toy", "--plugins-dir", TOYS)
    code, _, errors = ferbench(
        *("run", *arguments, *root, "--datasets", "manifest", "--preset", "tiny", "--folds", "1"),
        *("--executor", "inline", "--keep-models"),
    )
    assert code == 0, errors
    (last,) = (tmp_path / "runs" / "default" / "models").glob("*/last.npz")
    np.savez(last, nothing=np.zeros(1))
    code, _, errors = ferbench("figures", *arguments)
    assert code == 2
    assert len(errors.splitlines()) == 1
    assert "dataset manifest: no folder given" in errors
    code, _, errors = ferbench("figures", *arguments, *root)
    assert code == 0, errors
    assert {path.split("-", 4)[-1] for path in drawn(tmp_path / "figures")} == {
        "features.png",
        "features.svg",
    }
