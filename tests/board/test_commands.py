"""`ferbench board` and `ferbench compare` on a results folder."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import typer
from typer.testing import CliRunner, Result

from ferbench.cli.board import board
from ferbench.cli.compare import compare
from ferbench.errors import UsageError
from ferbench.results.store import Store

APP = typer.Typer()
APP.command("board")(board)
APP.command("compare")(compare)


def call(*arguments: object) -> Result:
    """The command's outcome; errors that are meant for `main` to print are raised."""
    result = CliRunner().invoke(APP, [str(a) for a in arguments])
    if isinstance(result.exception, UsageError):
        raise result.exception
    return result


@pytest.fixture
def results(bench, outcomes, tmp_path: Path) -> Path:
    """Two methods of five seeds, one far better; the worse also in `lite`."""
    rng = np.random.Generator(np.random.Philox(1))
    bench.grid("good", outcomes(rng, 5, 60, 0.9), folds=2)
    bench.grid("bad", outcomes(rng, 5, 60, 0.5), folds=2)
    bench.grid("bad", outcomes(rng, 1, 60, 0.5), folds=2, preset="lite", config={"width": 9})
    bench.grid("good", outcomes(rng, 1, 60, 0.5), folds=2, preset="lite")
    store = Store(tmp_path / "results")
    for record in bench.records:
        store.save(record, bench.frames[record.cell_id])
    return store.root


def test_formats_and_output(results: Path, tmp_path: Path) -> None:
    assert "good" in call("board", results).stdout
    rows = json.loads(call("board", results, "--json").stdout)
    assert rows == json.loads(call("board", results, "--format", "json").stdout)
    assert [r["method"] for r in rows if r["preset"] == "study"] == ["good", "bad"]
    target = tmp_path / "new" / "board.csv"
    assert call("board", results, "--format", "csv", "--output", target).stdout == ""
    assert target.read_text() == call("board", results, "--format", "csv").stdout


def test_check_fails_on_one_changed_byte(results: Path, tmp_path: Path) -> None:
    target = tmp_path / "board.md"
    call("board", results, "--format", "markdown", "--output", target)
    assert call("board", results, "--check", target).exit_code == 0
    target.write_bytes(target.read_bytes() + b"\n")
    assert call("board", results, "--check", target).exit_code == 1
    with pytest.raises(UsageError, match="not a file"):
        call("board", results, "--check", tmp_path / "none.md")


def test_compare_claims_what_five_seeds_show(results: Path) -> None:
    lite, study = sorted(
        json.loads(call("compare", "good", "bad", results, "--json").stdout),
        key=lambda found: found["preset"],
    )
    assert (study["claim"], study["no_claim"], study["p"] < 0.05) == (True, None, True)
    assert (study["seeds"], study["subjects"], study["units"]) == (5, 60, 60)
    assert study["difference_low"] < study["difference"] < study["difference_high"]
    assert not lite["claim"]
    assert "`lite`" in lite["no_claim"]
    text = call("compare", "bad", "good", results).stdout
    assert f"{-100 * study['difference']:+.1f} points" in text
    assert "claim: worse" in text


def test_compare_with_many_adjusts_p_and_writes_a_table(bench, results: Path, outcomes) -> None:
    """The same gap has Holm's larger p beside a second comparison, and claims rest on that."""
    rng = np.random.Generator(np.random.Philox(3))
    bench.grid("near", outcomes(rng, 5, 60, 0.88), folds=2)
    for record in bench.records:
        Store(results).save(record, bench.frames[record.cell_id])
    every = json.loads(call("compare", "good", "all", results, "--json").stdout)
    study = {row["method_b"]: row for row in every if row["preset"] == "study"}
    assert set(study) == {"bad", "near"}
    assert study["bad"]["p_holm"] == pytest.approx(min(1, 2 * study["bad"]["p"]), abs=1e-5)
    assert study["bad"]["claim"]
    assert not study["near"]["claim"]
    listed = json.loads(call("compare", "good", "bad,near", results, "--json").stdout)
    assert [r for r in listed if r["preset"] == "study"] == list(study.values())
    target = results / "pairs.md"
    call("compare", "good", "all", results, "--format", "markdown", "--output", target)
    text = target.read_text()
    assert "# good against all" in text
    assert "| good | bad | " in text
    assert "p adjusted for 2 comparisons (Holm)" in text


def test_labels_with_commas_are_one_name() -> None:
    from ferbench.cli.options import labels

    assert labels("m [a=1, b=2],n, o[c=3]") == ["m [a=1, b=2]", "n", "o[c=3]"]
    lists = ['m [a=["x", "y"], b=2]', "n [a=[], b=1]"]
    assert labels(", ".join(lists)) == lists


def test_board_tells_plateaus_and_times(bench, tmp_path: Path) -> None:
    curve = [{"epoch": e, "validation_accuracy": 0.5, "cpu_seconds": e + 1.0} for e in range(8)]
    store = Store(tmp_path)
    for seed in range(2):
        record = bench.add("m", {"p/0": [1], "q/0": [0]}, seed=seed, curve=curve)
        store.save(record, bench.frames[record.cell_id])
    assert "on its plateau" in call("board", tmp_path, "--plateau").stdout
    (row,) = json.loads(call("board", tmp_path, "--reach", "m", "--json").stdout)
    assert (row["median_cpu_seconds"], row["reached"], row["cells"]) == (3.0, 2, 2)
    target = tmp_path / "times.md"
    call("board", tmp_path, "--reach", "m", "--format", "markdown", "--output", target)
    assert "# Training until the plateau of m" in target.read_text()


def test_compare_names_what_it_does_not_know(results: Path) -> None:
    with pytest.raises(UsageError, match="did you mean 'good'"):
        call("compare", "goood", "bad", results)


def test_compare_asks_which_configuration(bench, tmp_path: Path) -> None:
    units = {f"p{i}/0": [1] for i in range(4)}
    store = Store(tmp_path)
    for width in (8, 16):
        record = bench.add("m", units, config={"width": width})
        store.save(record, bench.frames[record.cell_id])
    with pytest.raises(UsageError, match=r"'m \[width=16\]', 'm \[width=8\]'"):
        call("compare", "m", "m [width=8]", tmp_path)
    assert "+0.0 points" in call("compare", "m [width=16]", "m [width=8]", tmp_path).stdout


def test_other_corpora_are_in_a_label_only_where_they_alone_tell_rows_apart(bench) -> None:
    from ferbench.board.grouping import rankings

    with_mmi = {"mmi": {"align": "detected", "fingerprint": "f1"}}
    for config, auxiliary in (
        ({"extra": []}, {}),
        ({"extra": ["mmi"]}, with_mmi),
    ):
        bench.add("m", {"p/0": [1]}, config=config, auxiliary=auxiliary)
    ((_, rows),) = rankings(bench.records)
    assert [row.label for row in rows] == ['m [extra=["mmi"]]', "m [extra=[]]"]
    other = {"mmi": {"align": "detected", "fingerprint": "f2"}}
    bench.add("m", {"p/0": [1]}, config={"extra": ["mmi"]}, auxiliary=other)
    ((_, rows),) = rankings(bench.records)
    assert len({row.label for row in rows}) == len(rows) == 3
    assert [len(row.cells) for row in rows] == [1, 1, 1]


def test_compare_needs_a_common_ranking(bench, tmp_path: Path) -> None:
    store = Store(tmp_path)
    for method, preset in (("a", "study"), ("b", "lite")):
        record = bench.add(method, {"p/0": [1], "q/0": [0]}, preset=preset)
        store.save(record, bench.frames[record.cell_id])
    with pytest.raises(UsageError, match="no results on the same"):
        call("compare", "a", "b", tmp_path)


def test_an_empty_folder_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="ferbench run"):
        call("board", tmp_path)


def test_the_commands_import_nothing_heavy() -> None:
    code = (
        "import sys, ferbench.cli.board, ferbench.cli.compare;"
        "print([m for m in ('polars','numpy','torch','scipy','matplotlib') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--check", "--plateau"], "--check and --plateau do not go together"),
        (["--metrics", "all", "--output", "x"], "--metrics and --output do not go together"),
        (["--plateau", "--figures", "x"], "--plateau and --figures do not go together"),
        (["--relative-to", "m"], "--relative-to has no meaning without --reach"),
        (["board.md"], "FILE has no meaning without --check"),
    ],
)
def test_board_passes_over_no_option(results: Path, options: list[str], says: str) -> None:
    with pytest.raises(UsageError, match=says):
        call("board", results, *options)
