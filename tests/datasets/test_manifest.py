"""The `manifest` dataset: what it reads, and every input that it refuses."""

import csv
import hashlib
import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ferbench.contracts.dataset import INDEX_COLUMNS, Available, Missing
from ferbench.contracts.faces import EXPRESSIONS
from ferbench.datasets.manifest import Manifest, ManifestConfig
from ferbench.errors import UsageError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three pictures, a.png b.png c.png."""
    for value, name in enumerate("abc"):
        Image.new("RGB", (4, 4), (value, 20, 30)).save(tmp_path / f"{name}.png")
    return tmp_path


def write(folder: Path, text: str | bytes) -> Manifest:
    """The dataset of `folder` with this manifest."""
    raw = text if isinstance(text, bytes) else text.encode()
    (folder / "manifest.csv").write_bytes(raw)
    return Manifest(ManifestConfig(str(folder)))


def refusal(folder: Path, text: str | bytes) -> str:
    """The one line that says why this manifest is refused."""
    dataset = write(folder, text)
    with pytest.raises(UsageError) as error:
        dataset.index()
    message = str(error.value)
    assert "\n" not in message
    assert str(folder / "manifest.csv") in message
    return message.removeprefix(str(folder / "manifest.csv"))


def test_no_folder_no_manifest_and_both(tmp_path):
    missing = Manifest(ManifestConfig()).availability()
    assert isinstance(missing, Missing)
    assert "no folder given" in missing.reason
    assert "--set dataset.manifest.root=DIR" in missing.how_to_obtain

    gone = Manifest(ManifestConfig(str(tmp_path / "gone"))).availability()
    assert isinstance(gone, Missing)
    assert gone.reason == f"folder {tmp_path / 'gone'} does not exist"

    empty = Manifest(ManifestConfig(str(tmp_path))).availability()
    assert isinstance(empty, Missing)
    assert empty.reason == f"folder {tmp_path} has no manifest.csv"

    assert write(tmp_path, "file,expression\n").availability() == Available(str(tmp_path))


def test_the_smallest_manifest(folder):
    index = write(folder, "file,expression\nb.png,fear\na.png,anger\n").index()
    assert index.columns == list(INDEX_COLUMNS)
    rows = index.to_dicts()
    assert [row["sample"] for row in rows] == ["a.png", "b.png"]
    assert [row["expression"] for row in rows] == ["anger", "fear"]
    for row in rows:
        assert row["subject"] is None
        assert row["split"] is None
        assert row["sequence"] == row["sample"]
        assert row["frame"] == 0
        content = (folder / row["sample"]).read_bytes()
        assert row["file_hash"] == hashlib.sha256(content).hexdigest()


def test_every_column_in_any_order_beside_unknown_ones(folder):
    text = (
        "age,split,frame,line,sequence_id,subject_id,expression,file\n"
        "24,train,7,x,s1,P1,neutral,a.png\n"
        "24,train,9,y,s1,P1,happiness,b.png\n"
        "31,test,0,z,s2,P2,happiness,c.png\n"
    )
    rows = write(folder, text).index().to_dicts()
    assert [row["subject"] for row in rows] == ["P1", "P1", "P2"]
    assert [row["sequence"] for row in rows] == ["s1", "s1", "s2"]
    assert [row["frame"] for row in rows] == [7, 9, 0]
    assert [row["split"] for row in rows] == ["train", "train", "test"]


PLAIN = "file,expression,subject_id\na.png,anger,P1\nb.png,fear,P2\n"


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbf" + PLAIN.encode(),
        PLAIN.replace("\n", "\r\n"),
        b"\xef\xbb\xbf" + PLAIN.replace("\n", "\r\n").encode(),
        PLAIN.rstrip("\n"),
        PLAIN.replace(",", " , "),
        PLAIN.replace("a.png", '"a.png"').replace("expression", '"expression"'),
        PLAIN.replace("\nb", "\n\n\nb") + "\n\n",
        PLAIN + ",,\n , ,\n",
        PLAIN.replace("a.png", "./a.png"),
        PLAIN.replace("subject_id", "subject_id,").replace("P1", "P1,").replace("P2", "P2,"),
        PLAIN.replace("P2", "P2,,"),
    ],
    ids=[
        "BOM", "CRLF", "BOM and CRLF", "no last newline", "spaces", "quotes", "blank lines",
        "empty cells at the end", "dot slash", "an unnamed column", "commas at the end of a line",
    ],
)  # fmt: skip
def test_ways_of_writing_the_same(folder, text):
    expected = write(folder, PLAIN).index()
    assert write(folder, text).index().equals(expected)


def test_names_with_commas_quotes_and_accents(folder):
    odd = ['a, "b" ñ.png', "sub folder/ü.png"]
    (folder / "sub folder").mkdir()
    for name in odd:
        Image.new("RGB", (2, 2)).save(folder / name)
    with (folder / "manifest.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["file", "expression"], *([name, "fear"] for name in odd)])
    dataset = Manifest(ManifestConfig(str(folder)))
    assert dataset.index()["sample"].to_list() == odd
    assert len(list(dataset.load(odd))) == 2


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", " has no column 'file' in its first line"),
        ("\n\n", " has no column 'file' in its first line"),
        ("file,expression\n", " lists no images: add a line for each"),
        ("file,expression\n\n,\n", " lists no images: add a line for each"),
        ("file,label\na.png,anger\n", " has no column 'expression' in its first line; found"),
        ("File,expression\na.png,anger\n", " has no column 'file' in its first line; found"),
        ("file;expression\na.png;anger\n", "(a comma separates columns)"),
        ("file,expression,file\na.png,anger,b.png\n", " has the column 'file' more than once"),
        ("file,expression,subject\na.png,fear,P1\n", " has a column 'subject' and no 'subject_id'"),
        ("file,expression,Frame\na.png,fear,1\n", " has a column 'Frame' and no 'frame': rename"),
        ("file,expression,sequence\na.png,fear,s\n", "'sequence' and no 'sequence_id'"),
        ("file,expression\na.png,anger\n,fear\n", ", line 3 has no file name"),
        ("file,expression\na.png,anger\nz.png,fear\n", ", line 3 names z.png, which does not"),
        ("file,expression\n.,anger\n", ", line 2 names ., which does not exist"),
        ("file,expression\na.png,anger\nb.png,\n", ", line 3 (b.png) has no expression"),
        ("file,expression\na.png,anger\nb.png\n", ", line 3 (b.png) has no expression"),
        ("file,expression\na.png,joy\n", ", line 2 (a.png) has the unknown expression 'joy'; kno"),
        ("file,expression\na.png,Anger\n", ", line 2 (a.png) has the unknown expression 'Anger'"),
        ("file,expression\na.png,3\n", "known: neutral, anger, contempt, disgust, fear, happin"),
        ("file,expression\na.png,fear\na.png,fear\n", ", line 2 lists a.png more than once"),
        ("file,expression\na.png,fear\n./a.png,fear\n", ", line 2 lists a.png more than once"),
        ("file,expression,split\na.png,fear,dev\n", ", line 2 (a.png) has the unknown split 'dev'"),
        ("file,expression,frame\na.png,fear,1.5\n", ", line 2 (a.png) has the frame '1.5', which"),
        ("file,expression,frame\na.png,fear,x\n", ", line 2 (a.png) has the frame 'x', which"),
        ("file,expression\na.png,fear,P1\n", ", line 2 has 3 cells for 2 columns"),
        ("file,expression\n../a.png,fear\n", ", line 2 names ../a.png, which is not below"),
        ("file,expression\nx/../a.png,fear\n", ", line 2 names x/../a.png, which is not below"),
        ("file,expression\n/etc/hosts,fear\n", ", line 2 names /etc/hosts, which is not below"),
        ('file,expression\n"a.png,fear\n', ", line 2 is not readable CSV"),
        (b"file,expression\n\xff\xfe.png,fear\n", " is not UTF-8 text: save it as CSV in UTF-8"),
        ("file,expression\n".encode("utf-16"), " is not UTF-8 text"),
    ],
)
def test_what_is_refused(folder, text, says):
    assert says in refusal(folder, text)


def test_the_line_is_that_of_the_file(folder):
    text = 'file,expression,note\n\na.png,anger,"two\nlines"\n\nb.png,joy,\n'
    assert refusal(folder, text).startswith(", line 6 (b.png)")


def test_further_bad_lines_are_counted(folder):
    two = "file,expression\na.png,joy\nb.png,glee\nc.png,anger\n"
    assert refusal(folder, two).endswith("(and 1 more line like it)")
    three = two.replace("c.png,anger", "c.png,mirth")
    assert refusal(folder, three).endswith("(and 2 more lines like it)")


def test_one_recording_shows_one_person(folder):
    text = "file,expression,subject_id,sequence_id\na.png,fear,P1,1\nb.png,fear,P2,1\n"
    says = refusal(folder, text)
    assert says.startswith(", line 2 (a.png): the sequence '1' has more than one subject_id")
    text = "file,expression,subject_id,sequence_id\na.png,fear,P1,1\nb.png,fear,,1\n"
    assert "more than one subject_id" in refusal(folder, text)


def test_frames_are_numbered_for_all_or_none_of_a_sequence(folder):
    text = "file,expression,sequence_id,frame\na.png,fear,1,4\nb.png,fear,1,\nc.png,fear,2,\n"
    says = refusal(folder, text)
    assert says == ", line 3 (b.png) has no frame, and others of the sequence '1' have one"


def test_frames_without_numbers_follow_the_names_as_people_count(tmp_path):
    names = [f"take {number}.png" for number in (10, 9, 1, 100, 2)]
    for name in names:
        Image.new("RGB", (2, 2)).save(tmp_path / name)
    lines = "".join(f"{name},fear,film\n" for name in names)
    index = write(tmp_path, "file,expression,sequence_id\n" + lines).index().sort("frame")
    assert index["sample"].to_list() == [f"take {number}.png" for number in (1, 2, 9, 10, 100)]
    assert index["frame"].to_list() == [0, 1, 2, 3, 4]


def test_given_frame_numbers_win_over_names(folder):
    text = "file,expression,sequence_id,frame\na.png,fear,s,2\nb.png,fear,s,0\nc.png,fear,s,-1\n"
    assert write(folder, text).index().sort("frame")["sample"].to_list() == [
        "c.png", "b.png", "a.png",
    ]  # fmt: skip


def test_the_mark_makes_it_simulated(folder):
    dataset = write(folder, PLAIN)
    assert dataset.origin == "real"
    (folder / ".ferbench-simulated.json").write_text(json.dumps({"seed": 1}))
    assert dataset.origin == "simulated"


def test_load_gives_the_asked_pictures_in_the_asked_order(folder):
    dataset = write(folder, PLAIN)
    images = list(dataset.load(["b.png", "a.png", "b.png"]))
    assert [image[0, 0, 0] for image in images] == [1, 0, 1]
    assert {(image.shape, image.dtype.name) for image in images} == {((4, 4, 3), "uint8")}


def test_a_broken_picture_is_named(folder):
    dataset = write(folder, PLAIN)
    (folder / "b.png").write_bytes((folder / "b.png").read_bytes()[:40])
    loaded = dataset.load(["a.png", "b.png"])
    next(loaded)
    with pytest.raises(UsageError, match=f"cannot read the image {folder / 'b.png'}: "):
        next(loaded)


def test_the_root_may_be_relative_or_below_home(folder, monkeypatch):
    write(folder, PLAIN)
    expected = Manifest(ManifestConfig(str(folder))).index()
    monkeypatch.chdir(folder.parent)
    relative = Manifest(ManifestConfig(folder.name))
    monkeypatch.setenv("HOME", str(folder.parent))
    home = Manifest(ManifestConfig(f"~/{folder.name}"))
    monkeypatch.chdir("/")
    assert relative.index().equals(expected)
    assert home.index().equals(expected)


NAMES = st.text("abcXYZ019 _-,;'\"éß", min_size=1, max_size=8).filter(lambda name: name.strip())
SUBJECTS = st.sampled_from([None, "P1", "P2", "7", "07", 'a "b", c'])


@settings(max_examples=60)
@given(
    names=st.lists(NAMES.map(str.strip), unique=True, min_size=1, max_size=8),
    data=st.data(),
)
def test_random_manifests_round_trip(names, data):
    rows = {}
    for number, name in enumerate(names):
        sequence = data.draw(st.sampled_from([None, "s1", "s2"]))
        rows[f"{name}.png"] = {
            "subject_id": {"s1": "P1", "s2": None}.get(sequence, data.draw(SUBJECTS)),
            "sequence_id": sequence,
            "frame": None if sequence is None else str(number * 3),
            "expression": data.draw(st.sampled_from(EXPRESSIONS)),
            "split": data.draw(st.sampled_from([None, "train", "validation", "test"])),
        }
    columns = ["file", *data.draw(st.permutations(sorted(rows[f"{names[0]}.png"])))]
    with tempfile.TemporaryDirectory() as folder:
        with (Path(folder) / "manifest.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            for name, row in rows.items():
                (Path(folder) / name).write_bytes(name.encode())
                writer.writerow({"file": name, **row})
        index = Manifest(ManifestConfig(folder)).index()
    assert index["sample"].to_list() == sorted(rows)
    for found in index.to_dicts():
        row = rows[found["sample"]]
        assert found["subject"] == row["subject_id"]
        assert found["sequence"] == (row["sequence_id"] or found["sample"])
        assert found["frame"] == int(row["frame"] or 0)
        assert found["expression"] == row["expression"]
        assert found["split"] == row["split"]
        assert found["file_hash"] == hashlib.sha256(found["sample"].encode()).hexdigest()
