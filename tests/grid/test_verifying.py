"""`ferbench verify`: recorded cells run again, what holds and what does not."""

from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest

from ferbench.grid.reopening import evaluated_on
from ferbench.host import discover
from ferbench.results.archive import open_results, write_archive
from ferbench.settings import read_settings


@pytest.fixture
def ran(ferbench, corpus, tmp_path):
    """An archive of two cells of `toy`, and how to verify it."""
    toys = Path(__file__).parents[1] / "data" / "toys"
    shared = (*("--plugins-dir", toys, "--set", f"dataset.manifest.root={corpus()}"),)
    code, _, err = ferbench(
        *("run", "--methods", "toy", "--preset", "tiny", "--folds", 2, "--datasets", "manifest"),
        *("--set", "toy.scale=2.5", "--out", "run", "--executor", "inline", *shared),
    )
    assert code == 0, err
    assert ferbench("merge", "run", "--into", "archive")[0] == 0
    return lambda *more: ferbench("verify", "archive", *shared, *more)


def rewrite(tmp_path, change):
    """Change every cell of the archive: `change(record, frame)` gives the new pair."""
    results = open_results(tmp_path / "archive")
    cells = [change(r, results.predictions(r.cell_id)) for r in results.records()]
    write_archive(tmp_path / "archive", cells)


def one_image_told_otherwise(record, frame):
    first = pl.col("sample") == frame["sample"][0]
    swapped = {
        "p_anger": pl.when(first).then(pl.col("p_happiness")).otherwise(pl.col("p_anger")),
        "p_happiness": pl.when(first).then(pl.col("p_anger")).otherwise(pl.col("p_happiness")),
    }
    return record, frame.with_columns(**swapped)


def test_what_was_recorded_here_is_the_same_bits(ran):
    code, out, err = ran("--sample", 2)
    assert code == 0, out + err
    assert out.count("identical predictions") == 2
    assert "2 of 2 cells run again hold, of 2 recorded" in out


def test_the_same_draw_is_the_same_cell(ran):
    draws = {ran("--sample", 1, "--draw", number)[1] for number in (7, 7, 7)}
    assert len(draws) == 1


def test_other_predictions_of_the_same_environment_fail(ran, tmp_path):
    rewrite(tmp_path, one_image_told_otherwise)
    code, out, _ = ran("--sample", 1)
    assert code == 1
    assert "FAIL  toy manifest tiny fold" in out
    assert "other predictions on the same environment (cpu" in out
    assert "0 of 1 cells run again hold" in out


def test_other_predictions_of_another_environment_are_told_in_figures(ran, tmp_path):
    def elsewhere(record, frame):
        record, frame = one_image_told_otherwise(record, frame)
        return replace(record, hardware_class="cpu of another kind"), frame

    rewrite(tmp_path, elsewhere)
    code, out, _ = ran("--sample", 1)
    assert code == 0
    assert "% of the images get the same class, probabilities differ by up to" in out
    assert "recorded on cpu of another kind, torch" in out


def test_other_predictions_of_operations_that_vary_are_told_in_figures(ran, tmp_path):
    def warned(record, frame):
        record, frame = one_image_told_otherwise(record, frame)
        return replace(record, deterministic=False), frame

    rewrite(tmp_path, warned)
    code, out, _ = ran("--sample", 1)
    assert code == 0
    assert "% of the images get the same class" in out
    assert "torch warned of operations whose bits may differ" in out


def test_cells_of_other_code_are_named_and_never_passed(ran, tmp_path):
    rewrite(tmp_path, lambda record, frame: (replace(record, source_hash="0ther"), frame))
    code, out, err = ran()
    assert code == 2
    assert "cannot be run again by this code: 2 cells of toy: recorded with source 0ther" in out
    last = err.strip().splitlines()[-1]
    assert last.startswith("ferbench: no cell of archive was verified: it holds 2 finished ones")


def test_a_cell_is_refused_whose_corpus_has_changed(ran, tmp_path):
    manifest = tmp_path / "corpus" / "manifest.csv"
    lines = manifest.read_text().splitlines()
    manifest.write_text("\n".join(lines[:-3]) + "\n")
    code, out, _ = ran()
    assert code == 2
    assert "2 cells of toy: the index of manifest has changed since" in out


def test_a_cell_whose_method_is_gone_is_named(ran, tmp_path):
    rewrite(tmp_path, lambda record, frame: (replace(record, method="gone"), frame))
    code, out, _ = ran()
    assert code == 2
    assert "2 cells of gone: no plugin registers it" in out


def test_a_corpus_with_landmarks_is_run_again_without_the_detector(
    ferbench, corpus, tmp_path, monkeypatch
):
    """What `align` came to is in the record, and read again from it."""
    monkeypatch.setattr("ferbench.imaging.finding.can_detect", lambda: False)
    (tmp_path / "ferbench.yaml").unlink()
    root = corpus(subjects=5)
    lines = (root / "manifest.csv").read_text().splitlines()
    named = "left_eye,right_eye,nose,left_mouth,right_mouth"
    places = "14 16,34 16,24 26,16 36,32 36"
    marked = [f"{lines[0]},{named}", *(f"{line},{places}" for line in lines[1:])]
    (root / "manifest.csv").write_text("\n".join(marked) + "\n")
    given = ("--set", f"dataset.manifest.root={root}")
    code, _, err = ferbench(
        *("run", "--methods", "lbp-svm", "--preset", "tiny", "--folds", 1, "--out", "run"),
        *("--datasets", "manifest", "--executor", "inline", *given),
    )
    assert code == 0, err
    (record,) = open_results(tmp_path / "run").records()
    assert record.dataset_config["align"] == "given"
    corpus_again, _ = evaluated_on(record, discover(), read_settings(given[1:]))
    assert corpus_again.alignment == "given"
    code, out, err = ferbench("verify", "run", *given)
    assert code == 0, err
    assert "1 of 1 cells run again hold" in out
