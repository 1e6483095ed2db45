"""`fer2013`: FER2013 as csv or folders, with its own labels or the votes of FERPlus."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ferbench.datasets.ferplus import read_votes
from ferbench.datasets.folder import FolderDataset
from ferbench.datasets.row import Published, Row
from ferbench.datasets.survey import Survey, child, subfolders
from ferbench.datasets.table import Line, named, read_table, whole
from ferbench.errors import UsageError

if TYPE_CHECKING:
    from PIL import Image

EXPRESSION_OF = {
    0: "anger",
    1: "disgust",
    2: "fear",
    3: "happiness",
    4: "sadness",
    5: "surprise",
    6: "neutral",
}

EXPRESSION_OF_FOLDER = {
    "angry": "anger",
    "anger": "anger",
    "disgust": "disgust",
    "fear": "fear",
    "happy": "happiness",
    "happiness": "happiness",
    "neutral": "neutral",
    "sad": "sadness",
    "sadness": "sadness",
    "surprise": "surprise",
    **{str(code): name for code, name in EXPRESSION_OF.items()},
}
"""By the name of the folder in small letters; the codes of the csv serve as names too."""

SPLIT_OF = {"Training": "train", "PublicTest": "validation", "PrivateTest": "test"}
SPLIT_OF_FOLDER = {
    "train": "train",
    "training": "train",
    "validation": "validation",
    "val": "validation",
    "publictest": "validation",
    "test": "test",
    "privatetest": "test",
}

CSV = ("fer2013.csv", "icml_face_data.csv")
SIDE = 48


@dataclass
class FER2013Config:
    """root:   the folder that holds `fer2013.csv`, or `train` and `test` with a folder a class.
    labels: `fer2013`, or `ferplus`: the majority of the votes in `fer2013new.csv` beside the csv.
    """

    root: str = ""
    labels: str = "fer2013"


class FER2013(FolderDataset):
    """FER2013; samples of the csv are named as FERPlus names them, `fer0000000.png` the first."""

    name = "fer2013"
    layout = "fer2013.csv (emotion,pixels,Usage), or train/angry/*.jpg and test/angry/*.jpg"
    obtain = (
        "download FER2013 from the Kaggle challenge `Challenges in Representation Learning: Facial "
        "Expression Recognition`, and fer2013new.csv from https://github.com/microsoft/FERPlus"
    )
    published = Published(
        images=35887,
        classes={
            "anger": 4953,
            "disgust": 547,
            "fear": 5121,
            "happiness": 8989,
            "neutral": 6198,
            "sadness": 6077,
            "surprise": 4002,
        },
        note="train 28709, validation (PublicTest) 3589, test (PrivateTest) 3589; own labels",
    )

    def __init__(self, config: FER2013Config) -> None:
        super().__init__(config)
        if config.labels not in ("fer2013", "ferplus"):
            raise UsageError(
                f"dataset.fer2013.labels is {config.labels!r}; it must be fer2013 or ferplus"
            )
        self._pixels: dict[str, bytes] | None = None

    def fits(self, folder: Path) -> bool:
        """The csv, or folders of training and test images."""
        return child(folder, *CSV) is not None or bool(
            child(folder, "train/angry", "train/anger", "train/0", "training/angry")
        )

    def scan(self, survey: Survey) -> Iterator[Row]:
        """The lines of the csv, or folder by folder."""
        path = child(survey.root, *CSV)
        if path is None:
            if self.config.labels == "ferplus":
                raise UsageError(
                    f"dataset.fer2013.labels=ferplus needs fer2013.csv in {survey.root}: FERPlus "
                    "counts the lines of that file"
                )
            yield from _folders(survey)
            return
        path = survey.path(path.name)
        self._pixels = {}
        rows = self._lines(path, survey)
        yield from rows if self.config.labels == "fer2013" else _voted(survey, list(rows))

    def _lines(self, path: Path, survey: Survey) -> Iterator[Row]:
        """One image a line."""
        seen: dict[str, str] = {}
        assert self._pixels is not None
        for number, line in enumerate(read_table(path, ("emotion", "pixels", "Usage"))):
            where = f"{path}, line {line.number}"
            code = whole(line["emotion"] or "")
            if code is None:
                raise UsageError(f"{where} has the emotion {line['emotion']!r}, no whole number")
            pixels = read_pixels(line, where)
            sample = f"fer{number:07d}.png"
            digest = hashlib.sha256(pixels).hexdigest()
            if seen.setdefault(digest, sample) != sample:
                survey.warn("images that repeat another, pixel for pixel", sample)
            self._pixels[sample] = pixels
            split = SPLIT_OF.get(line["Usage"] or "")
            if split is None:
                known = ", ".join(SPLIT_OF)
                raise UsageError(f"{where} has the unknown Usage {line['Usage']!r}; known: {known}")
            yield Row(sample, named(EXPRESSION_OF, code, where), split=split, file_hash=digest)
        if not seen:
            raise UsageError(f"{path} lists no images")

    def pictures(self, samples: Sequence[str]) -> "Iterator[Image.Image]":
        """The pictures; those of the csv are grey and held in memory."""
        from PIL import Image

        if child(self.base, *CSV) is None:
            yield from super().pictures(samples)
            return
        if self._pixels is None:
            self.index()
        assert self._pixels is not None
        for sample in samples:
            yield Image.frombytes("L", (SIDE, SIDE), self._pixels[sample])


def read_pixels(line: Line, where: str) -> bytes:
    """The 48 x 48 grey values of a line, row by row."""
    words = (line["pixels"] or "").split()
    if len(words) != SIDE * SIDE:
        raise UsageError(f"{where} has {len(words)} pixels; 48 x 48 are {SIDE * SIDE}")
    try:
        return bytes(map(int, words))
    except ValueError:
        raise UsageError(f"{where} has a pixel that is no whole number from 0 to 255") from None


def _voted(survey: Survey, rows: list[Row]) -> Iterator[Row]:
    """The rows with the labels of FERPlus, whose file has a line for each of them."""
    path = child(survey.root, "fer2013new.csv", "FERPlus/fer2013new.csv")
    if path is None:
        raise UsageError(
            f"dataset.fer2013.labels=ferplus needs fer2013new.csv in {survey.root}: download it "
            "from https://github.com/microsoft/FERPlus"
        )
    votes = list(read_votes(survey.path(path.relative_to(survey.root).as_posix())))
    if len(votes) != len(rows):
        raise UsageError(f"{path} has {len(votes)} lines, and fer2013.csv {len(rows)} images")
    for row, vote in zip(rows, votes, strict=True):
        if SPLIT_OF.get(vote.usage) != row.split or vote.image not in (None, row.sample):
            raise UsageError(
                f"{path}, line {vote.line} is of {vote.image} ({vote.usage}); the same line of "
                f"fer2013.csv is {row.sample} ({row.split}): the files do not belong together"
            )
        if vote.expression is None:
            survey.skip(vote.reason)
        else:
            row.expression = vote.expression
            yield row


def _folders(survey: Survey) -> Iterator[Row]:
    """Split by split, class by class."""
    for folder in survey.folders():
        split = SPLIT_OF_FOLDER.get(folder.lower())
        if split is None:
            survey.skip("folders that are no splits")
            continue
        for label in subfolders(survey.path(folder)):
            place = f"{folder}/{label}"
            expression = named(EXPRESSION_OF_FOLDER, label.lower(), str(survey.root / place))
            for file in survey.files(place):
                yield Row(f"{place}/{file}", expression, split=split)
