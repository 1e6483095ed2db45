"""`ferbench data`: a corpus is simulated, inspected, indexed and prepared from the command line."""

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from PIL import Image

TINY = ("--subjects", 2, "--size", 24, "--level", "easy", "--workers", 1)


@pytest.fixture
def jaffe(ferbench, tmp_path) -> Path:
    """A simulated JAFFE of two people."""
    root = tmp_path / "jaffe"
    code, out, errors = ferbench("data", "simulate", "jaffe", "--root", root, *TINY)
    assert code == 0, errors
    assert out == ""
    assert "holds simulated jaffe: 43 pictures rendered now, 2 people" in errors
    return root


def test_simulating_again_renders_nothing(ferbench, jaffe):
    code, _, errors = ferbench("data", "simulate", "jaffe", "--root", jaffe, *TINY)
    assert code == 0
    assert ": 0 pictures rendered now" in errors
    assert f"next: ferbench data inspect jaffe --root {jaffe}" in errors


def test_a_foreign_folder_is_refused(ferbench, tmp_path):
    (tmp_path / "photographs").mkdir()
    (tmp_path / "photographs" / "one.jpg").write_bytes(b"kept")
    code, _, errors = ferbench("data", "simulate", "kdef", "--root", tmp_path / "photographs")
    assert code == 2
    assert "holds other files" in errors
    assert (tmp_path / "photographs" / "one.jpg").read_bytes() == b"kept"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("ckpluss", "--root", "x"), "unknown corpus to simulate 'ckpluss': did you mean 'ckplus'"),
        (("ckplus",), "ferbench data simulate ckplus --root DIR"),
        (("simfaces",), "--gallery FILE draws its faces, --root DIR writes"),
        (("ckplus", "--root", "x", "--gallery", "y.png"), "--gallery is for simfaces"),
        (("jaffe", "--root", "x", "--subjects", "11"), "takes from 1 to 10"),
        (("jaffe", "--root", "x", "--level", "mild"), "unknown level 'mild'"),
    ],
)
def test_wrong_use_is_told(ferbench, arguments, says):
    code, _, errors = ferbench("data", "simulate", *arguments)
    assert code == 2
    assert says in errors
    assert len(errors.splitlines()) == 1


def test_an_interruption_says_how_to_go_on(ferbench, tmp_path, monkeypatch):
    from ferbench.datasets.simulated.corpora.writing import Corpus

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(Corpus, "write", interrupted)
    code, _, errors = ferbench("data", "simulate", "jaffe", "--root", tmp_path / "x", *TINY)
    assert code == 130
    assert "the same command continues" in errors


def test_the_gallery_of_simfaces(ferbench, tmp_path):
    sheet = tmp_path / "new" / "sheet.png"
    options = ("--gallery", sheet, "--subjects", 2, "--size", 24)
    assert ferbench("data", "simulate", "simfaces", *options)[0] == 0
    with Image.open(sheet) as image:
        assert image.size == (8 * 26 - 2, 2 * 26 - 2)


def test_simfaces_in_a_folder_with_its_truth(ferbench, tmp_path):
    root = tmp_path / "faces"
    options = ("--root", root, "--subjects", 1, "--size", 24, "--level", "easy", "--workers", 1)
    code, out, errors = ferbench("data", "simulate", "simfaces", *options)
    assert (code, out) == (0, ""), errors
    assert "1 people rendered now, 1 in all, level easy, seed 0" in errors
    assert pl.read_parquet(root / "truth.parquet").height == 7 * 6
    assert ": 0 people rendered now" in ferbench("data", "simulate", "simfaces", *options)[2]
    inspected = ferbench("data", "inspect", "manifest", "--root", root, "--json")[1]
    assert json.loads(inspected)["origin"] == "simulated"
    assert json.loads(inspected)["images"] == 42


def test_inspect_counts_beside_the_published_numbers(ferbench, jaffe):
    code, out, errors = ferbench("data", "inspect", "jaffe", "--root", jaffe)
    assert code == 0, errors
    lines = out.splitlines()
    assert lines[0] == "jaffe (simulated)"
    found = [line.split() for line in lines]
    assert ["subjects", "2", "10"] in found
    assert ["images", "43", "213"] in found
    assert "images a subject: 21 to 22, median 21.5" in out
    assert "left out: nothing" in out


def test_inspect_as_json(ferbench, jaffe):
    (jaffe / "jaffe" / "README").write_text("not an image")
    code, out, _ = ferbench("data", "inspect", "jaffe", "--root", jaffe, "--json")
    assert code == 0
    found = json.loads(out)
    assert (found["subjects"], found["sequences"], found["images"]) == (2, 43, 43)
    assert sum(found["classes"].values()) == 43
    assert set(found["classes"]) == {
        *("neutral", "anger", "disgust", "fear", "happiness", "sadness", "surprise"),
    }
    assert sum(found["skipped"].values()) == 1
    assert found["published"]["subjects"] == 10
    assert found["published"]["images"] == 213
    assert found["origin"] == "simulated"


def test_sequences_are_counted_by_what_they_come_to(ferbench, tmp_path):
    root = tmp_path / "oulu"
    ferbench("data", "simulate", "oulu_casia", "--root", root, *TINY)
    found = json.loads(ferbench("data", "inspect", "oulu_casia", "--root", root, "--json")[1])
    assert found["sequences"] == 12
    if found["published"]["counted"] == "sequences":
        assert set(found["classes"].values()) == {2}
    assert found["images_by_class"]["neutral"] == 12
    assert found["sequences_by_subject"] == [6, 6.0, 6]


def test_inspect_a_corpus_that_has_neither_files_nor_published_counts(ferbench):
    settings = ("--set", "dataset.simfaces.subjects=3")
    found = json.loads(ferbench("data", "inspect", "simfaces", *settings, "--json")[1])
    assert (found["subjects"], found["images"], found["skipped"]) == (3, 126, {})


def test_a_missing_folder_is_told(ferbench, tmp_path):
    code, _, errors = ferbench("data", "inspect", "jaffe", "--root", tmp_path / "none")
    assert code == 2
    assert "does not exist" in errors


@pytest.mark.parametrize("suffix", ["parquet", "csv"])
def test_the_index_is_written(ferbench, jaffe, tmp_path, suffix):
    out = tmp_path / "made" / f"index.{suffix}"
    code, _, errors = ferbench("data", "index", "jaffe", "--root", jaffe, "--out", out)
    assert code == 0
    assert "43 images" in errors
    index = pl.read_parquet(out) if suffix == "parquet" else pl.read_csv(out)
    assert len(index) == 43
    assert {"sample", "subject", "sequence", "frame", "expression"} <= set(index.columns)


def test_an_index_of_another_kind_is_refused(ferbench, jaffe):
    code, _, errors = ferbench("data", "index", "jaffe", "--root", jaffe, "--out", "index.xlsx")
    assert code == 2
    assert ".parquet or .csv" in errors


def test_an_index_for_mmi_is_drafted_and_never_written_over(ferbench, tmp_path):
    root, out = tmp_path / "mmi", tmp_path / "index.csv"
    ferbench("data", "simulate", "mmi", "--root", root, *TINY)
    (root / "index.csv").unlink()
    code, _, errors = ferbench("data", "index", "mmi", "--root", root, "--out", out)
    assert code == 0, errors
    lines = out.read_text().splitlines()
    assert lines[0] == "sequence,subject,expression,video_or_frames,onset,apex,offset"
    drafted = [line for line in lines if line.startswith("S001-001,S001,,Sessions/1/S001-001.avi,")]
    assert all(time.isdecimal() for time in drafted[0].split(",")[4:])
    assert not (root / "index.csv").exists()
    code, _, errors = ferbench("data", "index", "mmi", "--root", root, "--out", out)
    assert code == 2
    assert "exists" in errors


def test_prepared_images_are_made_once(ferbench, corpus):
    options = (
        *("--datasets", "manifest", "--set", f"dataset.manifest.root={corpus()}"),
        *("--methods", "lbp-svm,softmax", "--preset", "tiny"),
    )
    code, _, errors = ferbench("data", "prepare", *options, "--workers", 1)
    assert code == 0, errors
    assert "30 images prepared now" in errors
    plan = json.loads(ferbench("plan", *options, "--json")[1])
    assert plan["images_to_prepare"] == 0
    assert "0 images prepared now" in ferbench("data", "prepare", *options)[2]


def test_prepare_takes_name_and_root_as_inspect_does(ferbench, corpus):
    root, options = corpus(), ("--methods", "lbp-svm", "--preset", "tiny", "--workers", 1)
    code, _, errors = ferbench("data", "prepare", "manifest", "--root", root, *options)
    assert code == 0, errors
    assert "30 images prepared now" in errors
    by_set = ("--datasets", "manifest", "--set", f"dataset.manifest.root={root}")
    assert "0 images prepared now" in ferbench("data", "prepare", *by_set, *options)[2]
    code, _, errors = ferbench("data", "prepare", "--datasets", "jaffe,kdef", "--root", root)
    assert code == 2
    assert "--root is the folder of one dataset, not of jaffe,kdef: use --set" in errors


def test_what_prepare_finds_of_near_duplicates_is_what_info_says(ferbench, jaffe):
    root = ("--set", f"dataset.jaffe.root={jaffe}")
    command = ("data", "prepare", "--datasets", "jaffe", "--protocol", "kfold:2")
    options = ("--methods", "lbp-svm", "--preset", "tiny", "--workers", 1, *root)

    def said(name):
        code, out, errors = ferbench("info", name, *root)
        assert code == 0, errors
        return [line.removeprefix("certificate on jaffe").strip() for line in out.splitlines()]

    before = said("kfold:2")
    assert before[-2] == "near-duplicate images were not looked for yet"
    assert before[-1].startswith("to look for them: ferbench " + " ".join(command) + " (")
    code, _, errors = ferbench(*command, *options)
    assert code == 0, errors
    found = "no near-duplicate of 43 images crosses them (perceptual hash)"
    assert f"jaffe, train, validation and test of kfold:2: {found}" in errors
    assert said("kfold:2") == [*before[:-2], found]
    assert "not looked for yet" in said("loso")[-2], "another split"

    first, second = (sorted((jaffe / "jaffe").glob(f"{who}.*.tiff"))[0] for who in ("KA", "KL"))
    with Image.open(first) as picture:
        picture.point(lambda level: level * 9 // 10).save(second)
    assert "not looked for yet" in said("kfold:2")[-2], "another corpus"
    errors = ferbench(*command, *options)[2]
    assert "WARNING: 1 pairs of near-duplicate images cross them" in errors
    assert f"such as {first.name} and {second.name}" in errors
    assert said("kfold:2")[-1] in errors


@pytest.mark.parametrize("verb", ["simulate", "inspect", "index", "prepare"])
def test_help_imports_nothing_heavy(verb):
    script = (
        "import sys\n"
        f"sys.argv = ['ferbench', 'data', '{verb}', '--help']\n"
        "from ferbench.cli import main\n"
        "try: main()\n"
        "except SystemExit: pass\n"
        "heavy = {'torch', 'ray', 'polars', 'numpy', 'sklearn', 'rich'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Usage: ferbench data" in done.stdout
