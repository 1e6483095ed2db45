"""Each written corpus has the paths and label texts of its official release.

What is expected is written out by hand from the layouts in the documentation, not taken from the
writers or readers.
"""

import csv
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from ferbench.datasets.simulated.corpora.writing import Corpus

Written = Callable[[str], Corpus]


def paths(root: Path) -> set[str]:
    return {path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()}


def picture(path: Path) -> tuple[str | None, str, tuple[int, int]]:
    with Image.open(path) as image:
        return image.format, image.mode, image.size


MARKER = ".ferbench-simulated.json"


def test_ckplus(written: Written) -> None:
    root = written("ckplus").root
    found = paths(root)
    image = re.compile(
        r"cohn-kanade-images/(S\d{3})/(\d{3})/\1_\2_(\d{8})\.png"
        r"|Landmarks/(S\d{3})/(\d{3})/\4_\5_\d{8}_landmarks\.txt"
        r"|Emotion/(S\d{3})/(\d{3})/\6_\7_\d{8}_emotion\.txt"
    )
    assert [path for path in found - {MARKER} if not image.fullmatch(path)] == []
    assert "cohn-kanade-images/S005/001/S005_001_00000001.png" in found
    assert {path.split("/")[1] for path in found if path.startswith("cohn")} == {"S005", "S999"}
    labels = [path for path in found if path.startswith("Emotion/")]
    allowed = {f"   {code}.0000000e+00\n" for code in range(1, 8)}
    for path in labels:
        assert (root / path).read_text() in allowed
        folder = path.replace("Emotion/", "cohn-kanade-images/").rsplit("/", 1)[0]
        peak = max(p.name for p in (root / folder).iterdir())
        assert Path(path).name == peak.replace(".png", "_emotion.txt")
    sequences = {path.rsplit("/", 1)[0] for path in found if path.startswith("cohn")}
    assert 7 <= len(labels) < len(sequences)
    landmarks = (root / "Landmarks/S005/001/S005_001_00000001_landmarks.txt").read_text()
    points = np.array([line.split() for line in landmarks.splitlines()], dtype=float)
    assert points.shape == (68, 2)
    first = root / "cohn-kanade-images/S005/001/S005_001_00000001.png"
    assert picture(first) == ("PNG", "L", (31, 24))
    assert (points >= -2).all()
    assert (points < (33, 26)).all()
    colour = next((root / "cohn-kanade-images/S999").rglob("*.png"))
    assert picture(colour) == ("PNG", "RGB", (32, 24))


def test_mmi(written: Written) -> None:
    root = written("mmi").root
    found = paths(root)
    assert "Sessions/1/S001-001.avi" in found
    file = re.compile(r"Sessions/\d+/S\d{3}-\d{3}(\.avi|-oao_aucs\.xml)")
    assert [p for p in found - {MARKER, "index.csv"} if not file.fullmatch(p)] == []
    videos = {p.removesuffix(".avi") for p in found if p.endswith(".avi")}
    assert videos == {p.removesuffix("-oao_aucs.xml") for p in found if p.endswith(".xml")}
    lines = (root / "index.csv").read_text().splitlines()
    assert lines[0] == "sequence,subject,expression,video_or_frames,onset,apex,offset"
    rows = list(csv.DictReader(lines))
    assert {row["subject"] for row in rows} == {"S001", "S002"}
    assert {row["expression"] for row in rows} == {
        *("anger", "disgust", "fear", "happiness", "sadness", "surprise"),
    }
    assert len({row["video_or_frames"] for row in rows}) == len(rows) < len(videos)
    for row in rows:
        with av.open(str(root / row["video_or_frames"])) as film:
            count = sum(1 for _ in film.decode(film.streams.video[0]))
            assert (film.streams.video[0].width, film.streams.video[0].height) == (30, 24)
        assert 1 < int(row["onset"]) < int(row["apex"]) < int(row["offset"]) < count


def test_mmi_action_units(written: Written) -> None:
    """Three markers a unit, in order, within the expression; each expression moves its own."""
    root = written("mmi").root
    shown: dict[str, list[set[str]]] = {}
    for row in csv.DictReader((root / "index.csv").read_text().splitlines()):
        path = root / row["video_or_frames"].replace(".avi", "-oao_aucs.xml")
        units = ElementTree.parse(path).getroot().findall("ActionUnit")
        for unit in units:
            frames = [int(marker.attrib["Frame"]) for marker in unit.findall("Marker")]
            assert len(frames) == 3
            assert frames == sorted(frames)
            assert int(row["onset"]) <= frames[0] <= frames[1] <= int(row["apex"])
            assert int(row["apex"]) <= frames[2] <= int(row["offset"])
        shown.setdefault(row["expression"], []).append({unit.attrib["Number"] for unit in units})
    facs = {"happiness": "12", "surprise": "1", "sadness": "1", "fear": "1", "anger": "4"}
    for expression, unit in facs.items():
        assert sum(unit in units for units in shown[expression]) > len(shown[expression]) / 2


def test_oulu_casia(written: Written) -> None:
    found = paths(written("oulu_casia").root)
    folders = {path.rsplit("/", 1)[0] for path in found - {MARKER}}
    assert folders == {
        f"OriginalImg/{camera}/{light}/{person}/{name}"
        for camera in ("VL", "NI")
        for light in ("Strong", "Weak", "Dark")
        for person in ("P001", "P002")
        for name in ("Anger", "Disgust", "Fear", "Happiness", "Sadness", "Surprise")
    }
    assert "OriginalImg/VL/Strong/P002/Fear/008.jpeg" in found
    root = written("oulu_casia").root
    first = root / "OriginalImg/VL/Strong/P001/Anger/000.jpeg"
    assert picture(first) == ("JPEG", "RGB", (32, 24))


def test_oulu_casia_lights(written: Written) -> None:
    """Less light is darker, but not for the infrared camera, which sees no colour."""
    frames = written("oulu_casia").root / "OriginalImg"
    seen = {
        (camera, light): np.asarray(
            Image.open(frames / camera / light / "P001/Anger/003.jpeg"), dtype=float
        )
        for camera in ("VL", "NI")
        for light in ("Strong", "Weak", "Dark")
    }
    strong, weak, dark = (seen["VL", light].mean() for light in ("Strong", "Weak", "Dark"))
    assert weak == pytest.approx(0.45 * strong, abs=2)
    assert dark == pytest.approx(0.12 * strong, abs=2)
    infrared = seen["NI", "Dark"]
    assert np.array_equal(infrared, seen["NI", "Strong"])
    assert np.ptp(infrared, axis=2).max() <= 4
    assert infrared.mean() == pytest.approx(seen["VL", "Strong"][..., 0].mean(), abs=4)


def test_bu3dfe(written: Written) -> None:
    root = written("bu3dfe").root
    found = paths(root) - {MARKER}
    assert len(found) == 50
    name = re.compile(
        r"(F0001|M0044)/\1_(?:NE00|(?:AN|DI|FE|HA|SA|SU)0[1-4])(?:WH|AE|LA|BL|AM|IN)_F2D\.bmp"
    )
    assert [path for path in found if not name.fullmatch(path)] == []
    assert len({path[12:16] for path in found if path.startswith("F")}) == 25
    assert picture(root / min(found))[:2] == ("BMP", "RGB")


def test_rafdb(written: Written) -> None:
    root = written("rafdb").root
    found = paths(root)
    lines = (root / "EmoLabel/list_patition_label.txt").read_text().splitlines()
    assert lines[0].startswith("train_00001.jpg ")
    assert {line.split()[1] for line in lines} == set("1234567")
    for line in lines:
        assert re.fullmatch(r"(train|test)_\d{5}\.jpg [1-7]", line)
        stem = line.split(".")[0]
        assert f"Image/aligned/{stem}_aligned.jpg" in found
        assert f"Image/original/{stem}.jpg" in found
        text = (root / f"Annotation/manual/{stem}_manu_attri.txt").read_text().splitlines()
        points = np.array([point.split("\t") for point in text[:5]], dtype=float)
        left, right, nose, left_mouth, right_mouth = points
        assert left[0] < nose[0] < right[0]
        assert left[1] < nose[1] < left_mouth[1]
        assert left_mouth[0] < right_mouth[0]
        assert [len(word) for word in text[5:]] == [1, 1, 1]
    assert len(found) == 3 * len(lines) + 2
    assert picture(root / "Image/aligned/train_00001_aligned.jpg") == ("JPEG", "RGB", (24, 24))
    assert picture(root / "Image/original/train_00001.jpg") == ("JPEG", "RGB", (36, 36))


def test_sfew(written: Written) -> None:
    found = paths(written("sfew").root) - {MARKER}
    classes = ("Angry", "Disgust", "Fear", "Happy", "Neutral", "Sad", "Surprise")
    assert {path.rsplit("/", 1)[0] for path in found} == {
        *(f"Train_Aligned_Faces/{name}" for name in classes),
        *(f"Val_Aligned_Faces_new/{name}" for name in classes),
        "Test_Aligned_Faces",
    }
    still = re.compile(r"[A-Z][a-z]+\d*_\d{9}_\d{8}\.png")
    assert [path for path in found if not still.fullmatch(path.rsplit("/", 1)[1])] == []
    assert picture(written("sfew").root / min(found)) == ("PNG", "RGB", (24, 30))


def test_fer2013_and_ferplus(written: Written) -> None:
    root = written("fer2013").root
    assert paths(root) == {MARKER, "fer2013.csv", "fer2013new.csv"}
    lines = (root / "fer2013.csv").read_text().splitlines()
    assert lines[0] == "emotion,pixels,Usage"
    rows = list(csv.DictReader(lines))
    assert {row["emotion"] for row in rows} == set("0123456")
    assert list(dict.fromkeys(row["Usage"] for row in rows)) == [
        "Training", "PublicTest", "PrivateTest",
    ]  # fmt: skip
    for row in rows:
        pixels = [int(word) for word in row["pixels"].split(" ")]
        assert len(pixels) == 48 * 48
        assert 0 <= min(pixels) < max(pixels) <= 255
    votes = (root / "fer2013new.csv").read_text().splitlines()
    assert votes[0] == (
        "Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF"
    )
    assert len(votes) == len(lines)
    for number, (row, line) in enumerate(zip(rows, votes[1:], strict=True)):
        usage, name, *numbers = line.split(",")
        assert usage == row["Usage"]
        assert name in ("", f"fer{number:07d}.png")
        assert sum(map(int, numbers)) == 10


def test_multipie(written: Written) -> None:
    root = written("multipie").root
    found = paths(root) - {MARKER}
    name = re.compile(
        r"session(0[1-4])/multiview/(\d{3})/(0[1-3])/(\d\d)_(\d)/\2_\1_\3_\4\5_(\d\d)\.png"
    )
    matches = [name.fullmatch(path) for path in found]
    assert all(matches)
    assert {f"{m[4]}_{m[5]}" for m in matches if m} == {"08_0", "14_0", "05_1", "05_0", "19_0"}
    assert {m[2] for m in matches if m} == {"001", "002"}
    assert picture(root / min(found)) == ("PNG", "RGB", (32, 24))


def test_jaffe(written: Written) -> None:
    root = written("jaffe").root
    found = paths(root) - {MARKER}
    assert "jaffe/KA.AN1.1.tiff" in found
    name = re.compile(r"jaffe/(KA|KL)\.(AN|DI|FE|HA|NE|SA|SU)[1-4]\.\d+\.tiff")
    assert [path for path in found if not name.fullmatch(path)] == []
    assert picture(root / min(found))[:2] == ("TIFF", "L")


def test_kdef(written: Written) -> None:
    root = written("kdef").root
    found = paths(root) - {MARKER}
    assert len(found) == 2 * 2 * 7 * 5
    name = re.compile(r"([AB](?:F01|M35))/\1(AF|AN|DI|HA|NE|SA|SU)(S|HL|HR|FL|FR)\.JPG")
    assert [path for path in found if not name.fullmatch(path)] == []
    assert "AF01/AF01ANS.JPG" in found
    assert picture(root / "AF01/AF01ANS.JPG") == ("JPEG", "RGB", (24, 33))
