"""Writing corpora: what is refused, and how an interrupted one is completed."""

import json
import sys
from pathlib import Path

import pytest

from ferbench.datasets.simulated.corpora import writing
from ferbench.datasets.simulated.corpora.mmi import MMI
from ferbench.datasets.simulated.corpora.studio import Studio
from ferbench.datasets.simulated.corpora.writing import Corpus, open_corpus
from ferbench.errors import UsageError

MARKER = ".ferbench-simulated.json"


def small(root: Path, name: str = "jaffe", subjects: int = 1) -> Corpus:
    return open_corpus(name, root, subjects=subjects, size=24, level="easy")


def snapshot(root: Path) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in root.rglob("*") if p.is_file()}


def state(root: Path) -> str:
    found = json.loads((root / MARKER).read_text())
    assert found["origin"] == "simulated"
    return str(found["state"])


@pytest.fixture
def rendered(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many shots were rendered, call by call."""
    counts: list[int] = []
    pictures = Studio.pictures

    def counted(self, shots):
        counts.append(len(shots))
        return pictures(self, shots)

    monkeypatch.setattr(Studio, "pictures", counted)
    return counts


def test_only_what_is_missing_is_written_in_the_company_it_had(tmp_path, rendered):
    corpus, steps = small(tmp_path / "jaffe"), []
    assert corpus.write(advance=steps.append) == sum(steps) == sum(rendered) == 21
    before = snapshot(tmp_path)
    rendered.clear()
    assert corpus.write() == 0
    assert rendered == []
    lost = corpus.root / "jaffe" / "KA.HA2.11.tiff"
    lost.unlink()
    kept = {path: path.stat().st_mtime_ns for path in lost.parent.iterdir()}
    assert corpus.write(advance=steps.append) == steps[-1] == 1
    assert rendered == [21]
    assert kept == {p: p.stat().st_mtime_ns for p in lost.parent.iterdir() if p != lost}
    assert snapshot(tmp_path) == before
    assert state(corpus.root) == "complete"


def test_a_picture_without_its_annotation_is_made_again(tmp_path, rendered):
    corpus = small(tmp_path / "rafdb", "rafdb", 2)
    corpus.write()
    before = snapshot(tmp_path)
    (corpus.root / "Annotation/manual/test_00003_manu_attri.txt").unlink()
    assert corpus.write() == 1
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("error", [OSError, KeyboardInterrupt])
def test_a_writer_that_is_stopped_goes_on_where_it_was(tmp_path, monkeypatch, error):
    corpus = small(tmp_path / "jaffe")
    put, calls = writing._put, []

    def stops(root, path, content):
        calls.append(path)
        if len(calls) == 9:
            raise error
        put(root, path, content)

    with monkeypatch.context() as patch:
        patch.setattr(writing, "_put", stops)
        with pytest.raises(error):
            corpus.write()
    assert state(corpus.root) == "incomplete"
    assert len(list(corpus.root.rglob("*.tiff"))) == 8
    assert corpus.write() == 13
    assert state(corpus.root) == "complete"
    assert not (corpus.root / ".ferbench-draft").exists()
    whole = small(tmp_path / "whole")
    whole.write()
    assert snapshot(whole.root) == snapshot(corpus.root)


def test_two_writers_at_once_are_refused(tmp_path):
    refused = []

    def another(count: int) -> None:
        with pytest.raises(UsageError, match="another `ferbench data simulate` is writing to"):
            small(tmp_path).write()
        refused.append(count)

    assert small(tmp_path).write(advance=another) > 0
    assert refused
    assert state(tmp_path) == "complete"
    assert small(tmp_path).write() == 0
    assert not (tmp_path / writing.DRAFT).exists()


def test_a_table_is_joined_when_all_its_pictures_are_there(tmp_path, monkeypatch, rendered):
    corpus = open_corpus("fer2013", tmp_path / "fer", subjects=3)

    def fails(self):
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(Corpus, "_join", fails)
        with pytest.raises(OSError):
            corpus.write()
    assert not (corpus.root / "fer2013.csv").exists()
    rendered.clear()
    corpus.write()
    assert rendered == []
    before = snapshot(corpus.root)
    assert set(before) == {MARKER, "fer2013.csv", "fer2013new.csv"}
    corpus.write()
    assert snapshot(corpus.root) == before


def test_a_video_that_is_missing_is_made_again_and_no_other(tmp_path, monkeypatch, rendered):
    corpus = small(tmp_path / "mmi", "mmi")
    join, joined = MMI.join, []

    def stops(self, order, drafts, target):
        joined.append(target)
        if len(joined) == 4:
            raise OSError
        join(self, order, drafts, target)

    with monkeypatch.context() as patch:
        patch.setattr(MMI, "join", stops)
        with pytest.raises(OSError):
            corpus.write()
    assert len(list(corpus.root.rglob("*.avi"))) == 3
    rendered.clear()
    assert corpus.write() == 0
    assert rendered == []
    before = snapshot(corpus.root)
    assert not any(name.endswith(".png") for name in before)
    lost = corpus.root / "Sessions/2/S001-002.avi"
    lost.unlink()
    frames = [p for p in corpus.blueprint.pictures(corpus.order) if p.into.endswith("2.avi")]
    assert corpus.write() == len(frames) > 0
    assert snapshot(corpus.root) == before


def test_videos_without_pyav_are_refused_before_anything_is_written(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "av", None)
    with pytest.raises(UsageError, match=r"^writing videos needs PyAV: .*'ferbench\[video\]'$"):
        small(tmp_path / "mmi", "mmi").write()
    assert not (tmp_path / "mmi").exists()
    small(tmp_path / "jaffe").write()


def test_processes_write_the_same_files(tmp_path, monkeypatch):
    monkeypatch.setattr(writing, "WORTH_PROCESSES", 10)
    monkeypatch.setattr(writing, "CHUNK", 12)
    roots = {workers: small(tmp_path / str(workers)) for workers in (1, 2)}
    steps: list[int] = []
    roots[1].write(1)
    roots[2].write(2, steps.append)
    assert sorted(steps) == [9, 12]
    assert snapshot(roots[1].root) == snapshot(roots[2].root)


def test_a_folder_with_other_files_is_refused(tmp_path):
    (tmp_path / "mine.txt").write_text("keep")
    with pytest.raises(UsageError, match="holds other files"):
        small(tmp_path).write()
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    with pytest.raises(UsageError, match="holds other files"):
        small(tmp_path / "mine.txt").write()


@pytest.mark.parametrize(
    ("other", "says"),
    [
        ({"subjects": 2}, "subjects 1 instead of 2"),
        ({"seed": 1}, "seed 0 instead of 1"),
        ({"name": "kdef"}, "name jaffe instead of kdef"),
    ],
)
def test_another_order_is_refused(tmp_path, other, says):
    small(tmp_path).write()
    before = snapshot(tmp_path)
    order = {"name": "jaffe", "subjects": 1, "size": 24, "level": "easy", **other}
    with pytest.raises(UsageError, match=says):
        open_corpus(order.pop("name"), tmp_path, **order).write()
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"state": "complete"}'])
def test_a_marker_that_is_not_ours_is_no_licence(tmp_path, content):
    (tmp_path / MARKER).write_text(content)
    with pytest.raises(UsageError, match="another simulated corpus"):
        small(tmp_path).write()


@pytest.mark.parametrize(
    ("order", "says"),
    [
        ({"subjects": 0}, "jaffe takes from 1 to 10"),
        ({"subjects": 11}, "jaffe takes from 1 to 10"),
        ({"size": 8}, "--size is 8"),
        ({"level": "moderate"}, "unknown level"),
        ({"seed": -1}, "--seed is -1"),
    ],
)
def test_orders_that_cannot_be_filled_are_refused(tmp_path, order, says):
    with pytest.raises(UsageError, match=says):
        open_corpus("jaffe", tmp_path, **order)


def test_the_format_of_fer2013_fixes_the_size(tmp_path):
    with pytest.raises(UsageError, match="48 x 48"):
        open_corpus("fer2013", tmp_path, size=64)


def test_a_person_is_the_same_in_a_larger_corpus(tmp_path):
    small(tmp_path / "few", "bu3dfe", 1).write()
    small(tmp_path / "more", "bu3dfe", 2).write()
    few, more = (snapshot(tmp_path / name) for name in ("few", "more"))
    assert few.keys() - {MARKER} < more.keys()
    assert all(more[name] == content for name, content in few.items() if name != MARKER)
