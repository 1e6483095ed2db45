"""What the adapters share: the hash cache, tables, listings, the catalogue."""

import csv
import hashlib
import io
import subprocess
import sys
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ferbench.contracts.dataset import INDEX_COLUMNS, Missing
from ferbench.datasets import hashes as hashing
from ferbench.datasets.catalogue import CATALOGUE
from ferbench.datasets.folder import FolderDataset
from ferbench.datasets.hashes import FileHashes
from ferbench.datasets.manifest import Manifest, ManifestConfig
from ferbench.datasets.mmi import MMI, MMIConfig
from ferbench.datasets.pairs import Pairs, PairsConfig
from ferbench.datasets.pseudo import pseudo_subjects
from ferbench.datasets.survey import Survey, child
from ferbench.datasets.table import read_table
from ferbench.errors import UsageError
from ferbench.loading import load_object


@pytest.fixture
def later(monkeypatch):
    """A clock that runs a minute ahead: files written now are then settled."""
    ahead = time.time_ns
    monkeypatch.setattr(hashing.time, "time_ns", lambda: ahead() + 60_000_000_000)


def hashed(root, *names):
    files = FileHashes(root)
    found = [files.of(name) for name in names]
    files.save()
    return found


def sha(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_hashes_are_remembered_until_a_file_changes(plant, later, monkeypatch):
    root = plant("a.png sub/b.png")
    expected = [sha(root / "a.png"), sha(root / "sub/b.png")]
    assert hashed(root, "a.png", "sub/b.png") == expected
    with monkeypatch.context() as patch:
        patch.setattr(hashing.hashlib, "file_digest", None)
        assert hashed(root, "a.png", "sub/b.png") == expected
    (root / "a.png").write_bytes(b"x" * (root / "a.png").stat().st_size)
    assert hashed(root, "a.png", "sub/b.png") == [sha(root / "a.png"), expected[1]]
    assert hashed(root, "a.png") != [expected[0]]


def test_fresh_files_are_not_remembered_and_nothing_is_written_beside_them(plant, tmp_path):
    root = plant("a.png")
    hashed(root, "a.png")
    assert not (hashing.default_cache() / "hashes").exists()
    (root / "a.png").write_bytes(b"y" * (root / "a.png").stat().st_size)
    assert hashed(root, "a.png") == [sha(root / "a.png")]
    assert [path.name for path in root.iterdir()] == ["a.png"]


def test_a_damaged_or_unwritable_cache_costs_time_only(plant, later, monkeypatch, tmp_path):
    root = plant("a.png")
    first = hashed(root, "a.png")
    (store,) = (hashing.default_cache() / "hashes").iterdir()
    for content in (b"\xff\xfe\x00", b"a.png\t1\n", b"a.png\t\t\t\t", b""):
        store.write_bytes(content)
        assert hashed(root, "a.png") == first
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "file"))
    assert hashed(root, "a.png") == first


def test_empty_and_absent_files_are_named(plant):
    root = plant({"a.png": b""})
    with pytest.raises(UsageError, match=r"cannot read the image .*a\.png: the file is empty"):
        hashed(root, "a.png")
    with pytest.raises(UsageError, match=r"cannot read .*b\.png: No such file"):
        hashed(root, "b.png")


@pytest.mark.parametrize(
    "name", ["..", "../x", "a/../../x", "/etc/passwd", "C:\\x", "\\\\host\\x", "a\\..\\x", "x\0"]
)
def test_names_that_lead_out(plant, name):
    survey = Survey(plant("a/x.png"))
    assert survey.escapes(name)
    with pytest.raises(UsageError, match="leads out of the folder"):
        survey.path(name)


def test_names_that_stay_inside(plant, tmp_path):
    root = plant("a/x.png")
    survey = Survey(root)
    assert not any(survey.escapes(name) for name in ("a", "a/x.png", "./a", "..a", "a/x..png", "."))
    (root / "out").symlink_to(tmp_path)
    (root / "in").symlink_to(root / "a")
    assert survey.escapes("out")
    assert survey.escapes("out/corpus/a/x.png") is False
    assert survey.escapes("out/other.png")
    assert not survey.escapes("in/x.png")


def test_listings_are_in_the_order_of_people(plant):
    root = plant("10.png 9.png 1.png b/x.png a/x.png", {"notes": "", "README.md": "", ".h": ""})
    (root / "gone.png").symlink_to(root / "nowhere.png")
    survey = Survey(root)
    for _ in range(2):
        assert survey.files() == ["1.png", "9.png", "10.png"]
    assert survey.folders() == ["a", "b"]
    assert survey.skipped["files that are no images"] == 1
    assert survey.skipped["system files and read-mes (._*, .DS_Store, Thumbs.db, README)"] == 2
    with pytest.raises(UsageError, match="cannot read the folder"):
        survey.files("none")


def test_child_prefers_the_exact_case(plant):
    root = plant("Emotion/Deep/x.png")
    assert child(root, "emotion/deep") == root / "Emotion/Deep"
    (root / "emotion").mkdir()
    assert child(root, "emotion") == root / "emotion"
    assert child(root, "none", "Emotion/none") is None
    assert child(root, "none", "EMOTION/DEEP") is not None


CELLS = st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=12).map(str.strip)


@given(
    st.lists(st.tuples(CELLS, CELLS), max_size=6), st.booleans(), st.sampled_from(["\n", "\r\n"])
)
def test_tables_round_trip(tmp_path_factory, rows, mark, end):
    text = io.StringIO()
    csv.writer(text, lineterminator=end).writerows([("file", "subject_id"), *rows])
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_text(("\ufeff" if mark else "") + text.getvalue(), encoding="utf-8", newline="")
    found = [
        (line["file"], line["subject_id"]) for line in read_table(path, ("file", "subject_id"))
    ]
    assert found == [(a or None, b or None) for a, b in rows if a or b]


@given(st.binary(max_size=60))
def test_any_bytes_are_a_table_or_an_error_of_ours(tmp_path_factory, content):
    path = tmp_path_factory.getbasetemp() / "bytes.csv"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=r"bytes\.csv"):
        list(read_table(path, ("file", "expression", "subject_id")))


POINTED = "file,expression,left_eye,right_eye,nose,left_mouth,right_mouth\n"


def manifest(root):
    return Manifest(ManifestConfig(str(root)))


def test_landmarks_of_a_manifest(plant):
    lines = "a.png,fear,1 2,3 2.5,2 3,1 4,3 4\nb.png,fear,,,,,\n"
    index = manifest(plant("a.png b.png", {"manifest.csv": POINTED + lines})).index()
    assert index.columns == [*INDEX_COLUMNS, "landmarks"]
    assert index["landmarks"].to_list() == [[1, 2, 3, 2.5, 2, 3, 1, 4, 3, 4], None]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (
            "a.png,fear,1 2,3 2,2 3,1 4,",
            ", line 2 (a.png) has None for right_mouth; expected `x y`",
        ),
        ("a.png,fear,1 2 3,3 2,2 3,1 4,3 4", "has '1 2 3' for left_eye; expected `x y`"),
        ("a.png,fear,one two,3 2,2 3,1 4,3 4", "has 'one two' for left_eye; expected `x y`"),
        ("a.png,fear,nan 2,3 2,2 3,1 4,3 4", "has 'nan 2' for left_eye, which is no place"),
    ],
)
def test_landmarks_that_are_none(plant, line, says):
    root = plant("a.png", {"manifest.csv": f"{POINTED}{line}\n"})
    with pytest.raises(UsageError) as error:
        manifest(root).index()
    assert says in str(error.value)


def test_a_manifest_does_not_lead_out_by_a_link(plant, tmp_path):
    root = plant("a.png", {"manifest.csv": "file,expression\nlink.png,fear\n"})
    (tmp_path / "secret.png").write_bytes((root / "a.png").read_bytes())
    (root / "link.png").symlink_to(tmp_path / "secret.png")
    with pytest.raises(UsageError, match=r"line 2 names link\.png, which is not below the folder"):
        manifest(root).index()


@pytest.mark.parametrize("spec", CATALOGUE, ids=lambda spec: spec.name)
def test_the_catalogue(spec, tmp_path):
    kind = load_object(spec.factory)
    assert issubclass(kind, FolderDataset)
    assert kind.name == spec.name
    dataset = kind(spec.defaults())
    state = dataset.availability()
    assert isinstance(state, Missing)
    assert f"--set dataset.{spec.name}.root=DIR" in state.how_to_obtain
    wrong = kind(spec.config(root=str(tmp_path))).availability()
    assert isinstance(wrong, Missing)
    assert str(tmp_path) in wrong.reason
    published = dataset.published
    assert published.subjects or published.images or spec.name in ("manifest", "pairs")
    if published.classes:
        assert sum(published.classes.values()) == getattr(published, published.counted)


def test_names_are_unique_and_the_catalogue_is_light():
    names = [spec.name for spec in CATALOGUE]
    assert len(set(names)) == len(names) == 12
    code = (
        "import sys, ferbench.datasets.catalogue; "
        "print(*({'torch', 'polars', 'ray', 'av'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_pseudo_identities_are_clusters_and_say_what_they_are():
    centres = np.repeat(np.eye(3) * 50, [4, 3, 2], axis=0)
    embeddings = centres + np.random.default_rng(0).normal(size=(9, 3))
    found = pseudo_subjects(embeddings, 3)
    assert found == pseudo_subjects(embeddings, 3)
    groups = [set(found[:4]), set(found[4:7]), set(found[7:])]
    assert [len(group) for group in groups] == [1, 1, 1]
    assert len(set.union(*groups)) == 3
    assert all(name.startswith("pseudo-") for name in found)
    with pytest.raises(UsageError, match="10 pseudo-identities of 9 images"):
        pseudo_subjects(embeddings, 10)


@pytest.mark.parametrize(
    ("name", "head", "line"),
    [
        ("subjects.csv", "file,subject_id", "{file},{subject}"),
        ("manifest.csv", "file,expression,subject_id", "{file},fear,{subject}"),
        ("pairs.csv", "input,neutral_target,subject_id", "{file},{file},{subject}"),
        (
            "index.csv",
            "sequence,subject,expression,video_or_frames",
            "{subject},{subject},fear,{subject}",
        ),
    ],
)
def test_guesses_are_no_subjects_in_any_list(plant, name, head, line):
    def planted(subject):
        lines = [("a.png", "P1"), ("b.png", subject)]
        rows = [line.format(file=file, subject=subject) for file, subject in lines]
        return plant(
            ("a.png", "b.png", "P1/a.png", "P2/a.png"),
            {"manifest.csv": "file,expression\na.png,fear\nb.png,fear\n"},
            {name: "\n".join([head, *rows, ""])},
        )

    adapter, config = {"pairs.csv": (Pairs, PairsConfig), "index.csv": (MMI, MMIConfig)}.get(
        name, (Manifest, ManifestConfig)
    )
    found = adapter(config(root=str(planted("P2")))).index()
    assert set(found["subject"]) == {"P1", "P2"}
    with pytest.raises(UsageError, match=rf"{name}, line 3 gives the guess 'pseudo-0001' as subj"):
        adapter(config(root=str(planted("pseudo-0001")))).index()
