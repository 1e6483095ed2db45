"""`rafdb`: the basic expressions of RAF-DB, with the corpus's own split."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from ferbench.datasets.folder import LANDMARKS, FolderDataset
from ferbench.datasets.row import Published, Row
from ferbench.datasets.survey import IMAGE_SUFFIXES, Survey, child
from ferbench.datasets.table import missing_files, named, numbers, read_text, whole
from ferbench.errors import UsageError

EXPRESSION_OF = {
    1: "surprise",
    2: "fear",
    3: "disgust",
    4: "happiness",
    5: "sadness",
    6: "anger",
    7: "neutral",
}

LABELS = ("EmoLabel/list_patition_label.txt", "EmoLabel/list_partition_label.txt")
FOLDERS = {
    "aligned": ("Image/aligned/aligned", "Image/aligned"),
    "original": ("Image/original/original", "Image/original"),
}
NAME = re.compile(r"(train|test)_\d+")


@dataclass
class RAFDBConfig:
    """root:   the folder that holds `EmoLabel` and `Image` (`basic` in the archive).
    images: `aligned`, or `original` with the landmarks of its annotation.
    """

    root: str = ""
    images: str = "aligned"


class RAFDB(FolderDataset):
    """RAF-DB; it has no subject ids: a `subjects.csv` may supply them."""

    name = "rafdb"
    layout = "EmoLabel/list_patition_label.txt and Image/aligned/train_00001_aligned.jpg"
    obtain = "ask for RAF-DB at http://www.whdeng.cn/RAF/model1.html (research licence)"
    extra: ClassVar = {LANDMARKS: "points"}
    published = Published(
        images=15339,
        classes={
            "anger": 867,
            "disgust": 877,
            "fear": 355,
            "happiness": 5957,
            "neutral": 3204,
            "sadness": 2460,
            "surprise": 1619,
        },
        note="train 12271, test 3068; no subject ids",
    )

    def __init__(self, config: RAFDBConfig) -> None:
        super().__init__(config)
        if config.images not in FOLDERS:
            raise UsageError(
                f"dataset.rafdb.images is {config.images!r}; it must be {' or '.join(FOLDERS)}"
            )

    @property
    def framed(self) -> bool:
        """Whether the pictures are framed on the face already."""
        return self.config.images == "aligned"

    def fits(self, folder: Path) -> bool:
        """Labels and the wanted images lie in it."""
        images = child(folder, *FOLDERS[self.config.images])
        return child(folder, *LABELS) is not None and images is not None

    def scan(self, survey: Survey) -> Iterator[Row]:
        """The lines of the label list; pictures that no line names are counted."""
        labels = child(survey.root, *LABELS)
        images = child(survey.root, *FOLDERS[self.config.images])
        assert labels is not None
        assert images is not None
        folder = images.relative_to(survey.root).as_posix()
        there = {Path(name).stem.lower(): name for name in survey.files(folder, IMAGE_SUFFIXES)}
        suffix = "_aligned" if self.config.images == "aligned" else ""
        listed = read_list(survey.path(labels.relative_to(survey.root).as_posix()))
        absent = [name for name in listed if f"{name}{suffix}" not in there]
        missing_files(labels, absent)
        survey.skip("images that the label list does not name", len(there) - len(listed))
        annotations = child(survey.root, "Annotation/manual") if not suffix else None
        for name, expression in listed.items():
            sample = f"{folder}/{there[name + suffix]}"
            extra = {LANDMARKS: _landmarks(survey, annotations, name)}
            yield Row(sample, expression, split=name.split("_")[0], extra=extra)


def read_list(path: Path) -> dict[str, str]:
    """The expression of each image, by its name without suffix, as `train_00001`."""
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        raise UsageError(f"{path} is not a readable text file") from None
    found: dict[str, str] = {}
    for number, line in enumerate(lines, 1):
        words = line.split()
        if not words:
            continue
        where = f"{path}, line {number}"
        code = whole(words[-1])
        if len(words) != 2 or code is None:
            raise UsageError(f"{where} is {line!r}; expected a name and one number")
        name = Path(words[0]).stem.lower()
        if not NAME.fullmatch(name):
            raise UsageError(f"{where} names {words[0]}; expected train_NNNNN or test_NNNN")
        if name in found:
            raise UsageError(f"{where} names {words[0]} a second time")
        found[name] = named(EXPRESSION_OF, code, where)
    if not found:
        raise UsageError(f"{path} names no images")
    return found


def _landmarks(survey: Survey, folder: Path | None, name: str) -> list[float] | None:
    """The first five lines of a manual annotation; they belong to the original image."""
    if folder is None:
        return None
    place = folder.relative_to(survey.root).as_posix()
    path = survey.path(f"{place}/{name}_manu_attri.txt")
    if not path.is_file():
        return None
    values = numbers(" ".join(read_text(path).splitlines()[:5]), path)
    if len(values) != 10:
        raise UsageError(f"{path} holds no five landmarks in its first five lines")
    return values
