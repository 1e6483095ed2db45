"""The verbs of the command line, used as a person and as a script would."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from ferbench.cores import cores
from ferbench.imaging.preparing import prepare

TESTS = Path(__file__).parent
TOYS = TESTS / "data" / "toys"


@pytest.fixture
def on_manifest(ferbench, corpus):
    """Runs a verb on the drawn corpus."""
    root = corpus()

    def run(verb, *arguments):
        return ferbench(
            *(verb, "--datasets", "manifest", "--set", f"dataset.manifest.root={root}"),
            *arguments,
        )

    return run


def test_a_second_run_does_nothing_and_prints_the_same_table(on_manifest):
    options = ("--methods", "lbp-svm", "--executor", "inline")
    first = on_manifest("run", *options)
    second = on_manifest("run", *options)
    assert (first[0], second[0]) == (0, 0)
    assert "3 cells: 0 had been done, 3 done now" in first[2]
    assert "3 cells: 3 had been done, 0 done now" in second[2]
    assert first[1] == second[1]
    assert "`lite` shows that everything runs; it ranks nothing" in first[1]
    assert "next: ferbench " in second[2]


def test_two_runs_into_one_folder_do_not_meet(on_manifest, tmp_path):
    from ferbench.results.lock import only_run

    options = ("--methods", "lbp-svm", "--executor", "inline")
    with only_run(tmp_path / "runs" / "default"):
        code, _, errors = on_manifest("run", *options)
    assert code == 2
    assert "another `ferbench run` is writing to" in errors
    assert on_manifest("run", *options)[0] == 0


def test_plan_counts_what_is_to_do(on_manifest):
    options = ("--methods", "lbp-svm")
    before = json.loads(on_manifest("plan", *options, "--json")[1])
    on_manifest("run", *options, "--executor", "inline")
    after = json.loads(on_manifest("plan", *options, "--json")[1])
    assert (before["cells"], before["to_do"]) == (3, 3)
    assert (after["cells"], after["to_do"]) == (3, 0)
    (row,) = after["rows"]
    assert (row["dataset"], row["method"], row["preset"]) == ("manifest", "lbp-svm", "lite")
    assert row["config"]["penalty"] == 1.0


def test_the_json_of_a_run_is_the_json_of_the_board(on_manifest, ferbench, tmp_path):
    ran = on_manifest("run", "--methods", "lbp-svm", "--executor", "inline", "--json")
    rows = json.loads(ran[1])
    assert rows == json.loads(ferbench("board", "runs/default", "--json")[1])
    assert rows[0].keys() >= {
        *("dataset", "protocol", "preset", "method", "accuracy", "accuracy_low", "accuracy_high"),
        *("folds_done", "folds_required", "train_seconds", "comparisons_per_epoch"),
        "identity_leakage",
    }
    assert rows[0]["comparisons_per_epoch"] is None, "uncounted is not zero"
    assert rows[0]["accuracy_low"] < rows[0]["accuracy"] <= rows[0]["accuracy_high"]


def test_figures_and_kept_models(on_manifest, tmp_path):
    code, _, errors = on_manifest(
        *("run", "--methods", "toy", "--plugins-dir", TOYS, "--executor", "inline"),
        *("--figures", "figures", "--keep-models"),
    )
    assert code == 0, errors
    assert {path.suffix for path in (tmp_path / "figures").rglob("*") if path.is_file()} == {
        ".png",
        ".svg",
    }
    kept = list((tmp_path / "runs" / "default" / "models").glob("*/*.npz"))
    assert {path.name for path in kept} == {"last.npz", "selected.npz"}


def test_failed_cells_are_named_and_the_exit_code_says_so(on_manifest):
    code, out, errors = on_manifest(
        *("run", "--methods", "toy,lbp-svm", "--plugins-dir", TOYS, "--executor", "inline"),
        *("--set", "toy.fault=raise"),
    )
    assert code == 1
    assert "lbp-svm" in out
    assert "failed: toy on manifest, fold 0, seed 0: RuntimeError: the toy is broken" in errors
    assert "3 failed" in errors
    assert "traceback.txt" in errors


def test_the_traceback_of_the_stage_that_blocks_cells_is_named(on_manifest):
    code, _, errors = on_manifest(
        *("run", "--methods", "toy-staged", "--plugins-dir", TOYS, "--executor", "inline"),
        *("--set", "toy-staged.fail=true", "--folds", "1"),
    )
    assert code == 1
    last = errors.splitlines()[-1]
    named = last.removeprefix("next: see ").removesuffix(", then run the same command again")
    assert "RuntimeError: the stage is broken" in Path(named).read_text()


def test_a_broken_plugin_is_reported_and_the_rest_runs(on_manifest, ferbench):
    broken = TESTS / "data" / "broken"
    code, out, errors = on_manifest(
        "run", "--methods", "lbp-svm", "--executor", "inline", "--plugins-dir", broken
    )
    assert code == 1
    assert "lbp-svm" in out
    assert "broken plugin broken_plugin" in errors
    assert "this plugin is broken on purpose" in errors
    code, out, _ = ferbench("doctor", "--plugins-dir", broken)
    assert code == 1
    assert "broken   broken_plugin" in out


def test_timing_runs_are_marked_as_alone(on_manifest, tmp_path):
    from ferbench.results.store import Store

    options = ("--methods", "lbp-svm", "--folds", "1", "--timing", "--executor", "inline")
    assert on_manifest("run", *options)[0] == 0
    (record,) = Store(tmp_path / "runs" / "default").records()
    assert not record.shared_device


@pytest.mark.parametrize("given", [(), ("--workers", 7)])
def test_images_are_prepared_by_the_workers_asked_for(on_manifest, monkeypatch, given):
    seen = []

    def spy(*arguments):
        seen.append(arguments[4])
        prepare(*arguments)

    monkeypatch.setattr("ferbench.grid.material.prepare", spy)
    options = ("--methods", "lbp-svm", "--folds", "1", "--executor", "inline", *given)
    assert on_manifest("run", *options)[0] == 0
    assert seen == [7 if given else cores()]


def test_interrupted_while_images_are_prepared_it_says_how_to_go_on(on_manifest, monkeypatch):
    def stop(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("ferbench.grid.material.prepare", stop)
    code, out, errors = on_manifest("run", "--methods", "lbp-svm", "--executor", "inline")
    assert (code, out) == (130, "")
    (line,) = [line for line in errors.splitlines() if line.startswith("ferbench:")]
    assert "interrupted; prepared images and finished cells are kept" in line


class Made(Exception):
    """Ends a command where its executor would start."""


@pytest.fixture
def stopped_at_the_executor(monkeypatch):
    """Raises Made(executor, whether cells share a device, whether they are alone)."""

    def make_executor(name, registry, place, workforce):
        raise Made(name, place.shared_device, workforce.alone)

    monkeypatch.setattr("ferbench.grid.executor.make_executor", make_executor)


@pytest.mark.usefixtures("stopped_at_the_executor")
@pytest.mark.parametrize(("given", "alone"), [((), False), (("--timing",), True)])
def test_cells_are_timed_one_at_a_time_on_a_cluster_as_well(on_manifest, given, alone):
    with pytest.raises(Made) as made:
        on_manifest("run", "--methods", "lbp-svm", "--address", "auto", *given)
    assert made.value.args == ("ray", not alone, alone)


@pytest.mark.usefixtures("stopped_at_the_executor")
@pytest.mark.parametrize(
    ("given", "executor"),
    [
        ((), "inline"),
        (("--workers", "1"), "inline"),
        (("--workers", "2"), "ray"),
        (("--gpus", "2"), "ray"),
        (("--workers", "2", "--folds", "1"), "inline"),
        (("--seeds", "2"), "ray"),
        (("--gpus", "0", "--folds", "1"), "ray"),
        (("--quick", "--workers", "2"), "inline"),
        (("--quick", "--gpus", "0"), "ray"),
    ],
)
def test_few_cells_are_run_here_unless_several_workers_are_asked_for(on_manifest, given, executor):
    """Three cells; from six on there is work for Ray in any case."""
    with pytest.raises(Made) as made:
        on_manifest("run", "--methods", "lbp-svm", *given)
    assert made.value.args[0] == executor


def test_list_and_info_for_scripts(ferbench):
    methods = json.loads(ferbench("list", "methods", "--json")[1])
    assert {"softmax", "lbp-svm"} <= {method["name"] for method in methods}
    facts = json.loads(ferbench("info", "softmax", "--preset", "paper", "--json")[1])
    assert facts["parameters"] == 7_348_233
    assert facts["macs"] == 25_084_480
    assert facts["comparisons_per_batch"] is None
    assert facts["fidelity"] == "adapted"
    facts = json.loads(ferbench("info", "lbp-svm", "--json")[1])
    assert (facts["parameters"], facts["macs"]) == (None, None)


def test_info_of_a_protocol_prints_its_certificate(ferbench, corpus):
    code, out, _ = ferbench("info", "kfold:5-val", "--set", f"dataset.manifest.root={corpus()}")
    assert code == 0
    assert "no subject of 10 crosses train, validation and test" in out
    assert "sha256" in out


def test_info_of_a_protocol_that_a_corpus_does_not_fit_says_why(ferbench, corpus):
    code, out, _ = ferbench("info", "kfold:11", "--set", f"dataset.manifest.root={corpus()}")
    assert code == 0
    assert "certificate on manifest 10 subjects cannot be cut into 11 folds" in out
    assert "apex frames" in out


def test_a_plugin_of_this_folder_may_have_settings_that_another_command_passes_over(ferbench):
    for kind, name in (("method", "own-method"), ("dataset", "album")):
        assert ferbench("new", kind, name)[0] == 0
    settings = "methods: {own-method: {temperature: 0.2}}\ndatasets: {album: {root: nowhere}}\n"
    Path("ferbench.yaml").write_text(settings)
    code, _, err = ferbench("plan", "--methods", "lbp-svm", "--preset", "tiny")
    assert code == 0, err


def test_what_is_named_twice_is_run_once(on_manifest):
    code, out, _ = on_manifest("plan", "--datasets", "manifest,manifest", "--methods", "lbp-svm")
    assert code == 0
    assert "3 cells, 3 to do" in out


def test_results_do_not_go_where_an_archive_would_hide_them(on_manifest, ferbench, tmp_path):
    run = ("run", "--methods", "lbp-svm", "--preset", "tiny", "--folds", "1")
    assert on_manifest(*run, "--out", "runs/one")[0] == 0
    code, _, err = ferbench("merge", "runs/one", "--into", "runs/one")
    assert code == 2
    assert "runs/one holds the cells of a run, which an archive there would hide" in err
    assert not list((tmp_path / "runs" / "one").glob("*.parquet"))
    assert ferbench("merge", "runs/one", "--into", "archive")[0] == 0
    code, _, err = on_manifest(*run, "--out", "archive")
    assert code == 2
    assert "archive is an archive, which would hide what is run" in err


def test_doctor_names_devices_versions_and_how_to_obtain_data(ferbench):
    code, out, _ = ferbench("doctor")
    assert code == 0
    assert "missing  manifest: no folder given" in out
    assert "torch 2" in out


def test_compare_prints_the_paired_difference(on_manifest, ferbench):
    on_manifest("run", "--methods", "lbp-svm,softmax", "--preset", "tiny", "--executor", "inline")
    code, out, _ = ferbench("compare", "softmax", "lbp-svm", "runs/default")
    assert code == 0
    assert "softmax - lbp-svm:" in out
    assert "no claim" in out


@pytest.mark.parametrize(
    "verb",
    [
        *("", "run", "plan", "board", "figures", "generate", "new", "check", "info", "published"),
        "verify",
    ],
)
def test_help_imports_nothing_heavy(verb):
    script = (
        "import sys; sys.argv = ['ferbench', *sys.argv[1:], '--help']\n"
        "from ferbench.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'ray', 'polars', 'numpy', 'sklearn', 'rich'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    arguments = [verb] if verb else []
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Usage: ferbench" in done.stdout


def test_the_contracts_import_without_torch_ray_or_polars():
    script = (
        "import sys, pkgutil, importlib, ferbench.contracts as c\n"
        "names = [c.__name__ + '.' + module.name for module in pkgutil.iter_modules(c.__path__)]\n"
        "assert len(names) >= 6 and list(map(importlib.import_module, names))\n"
        "heavy = {'torch', 'ray', 'polars'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_registering_the_bundled_plugins_imports_no_torch():
    script = (
        "import sys\n"
        "from ferbench.host import discover\n"
        "registry = discover()\n"
        "assert 'softmax' in registry.methods and not registry.broken, registry.broken\n"
        "heavy = {'torch', 'ray'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True)


def test_quick_keeps_what_is_asked_for(ferbench):
    quick = ("run", "--quick", "--methods", "lbp-svm", "--set", "dataset.simfaces.subjects=15")
    for asked, cells in (((), 1), (("--folds", "0"), 5)):
        code, _, err = ferbench(*quick, *asked, "--out", f"cells-{cells}")
        assert code == 0, err
        assert f"{cells} cells: 0 had been done" in err
