"""`mmi`: the MMI facial expression database, driven by an index that the user completes."""

import hashlib
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from ferbench.contracts.dataset import Available, Missing
from ferbench.contracts.faces import EXPRESSIONS
from ferbench.datasets.folder import FolderDataset
from ferbench.datasets.hashes import FileHashes
from ferbench.datasets.row import Published, Row
from ferbench.datasets.survey import Survey, child
from ferbench.datasets.table import Line, read_table
from ferbench.datasets.video import VIDEO_SUFFIXES, frame_count, read_frames
from ferbench.errors import UsageError

if TYPE_CHECKING:
    from PIL import Image

COLUMNS = ("sequence", "subject", "expression", "video_or_frames")
TIMES = ("onset", "apex", "offset")
INDEXES = ("index.csv", "mmi.csv", "mmi_index.csv")


@dataclass
class MMIConfig:
    """root:  the folder that holds `Sessions`.
    index: the csv with the columns sequence, subject, expression, video_or_frames, onset, apex,
           offset; unless given, `index.csv` in the root. Frames are counted from 1.
    """

    root: str = ""
    index: str = ""


class MMI(FolderDataset):
    """MMI; frames from onset to offset show the expression, those before are neutral.

    Without an onset the first frame alone is neutral; without an offset the expression lasts to
    the end. Frames after the offset are left out. A frame of a video is the sample `VIDEO#00012`.
    """

    name = "mmi"
    layout = "Sessions/*/*.avi and an index.csv"
    obtain = (
        "ask for MMI at https://mmifacedb.eu (research licence), draft its index.csv with "
        "`ferbench data index mmi` and write the expressions into it"
    )
    published = Published(
        subjects=31,
        sequences=208,
        classes={
            "anger": 33,
            "disgust": 32,
            "fear": 28,
            "happiness": 42,
            "sadness": 32,
            "surprise": 41,
        },
        counted="sequences",
        note="the subset of the literature; 209 sequences in some papers",
    )

    def fits(self, folder: Path) -> bool:
        """Sessions or an index lie in it."""
        return child(folder, "Sessions", *INDEXES) is not None

    def availability(self) -> Available | Missing:
        """Whether the folder and the index exist."""
        found = super().availability()
        if isinstance(found, Available) and self._index_file(Path(found.where)) is None:
            wanted = self.config.index or " or ".join(INDEXES)
            return Missing(f"folder {found.where} has no index ({wanted})", self.how)
        return found

    def scan(self, survey: Survey) -> Iterator[Row]:
        """The lines of the index; those without an expression are counted."""
        path = self._index_file(survey.root)
        if path is None:
            raise UsageError(f"folder {survey.root} has no index; {self.how}")
        hashes = FileHashes(survey.root)
        seen: set[str] = set()
        for line in read_table(path, COLUMNS, TIMES):
            where = f"{path}, line {line.number}"
            for column in ("sequence", "subject", "video_or_frames"):
                if line[column] is None:
                    raise UsageError(f"{where} has no {column}")
            sequence = str(line["sequence"])
            if sequence in seen:
                raise UsageError(f"{where} names the sequence {sequence} a second time")
            seen.add(sequence)
            if line["expression"] is None:
                survey.skip("sequences without an expression in the index")
            else:
                yield from _sequence(survey, line, where, hashes)
        hashes.save()
        if not seen:
            raise UsageError(f"{path} lists no sequences")

    def pictures(self, samples: Sequence[str]) -> "Iterator[Image.Image]":
        """The frames; runs of samples from one video are decoded in one pass."""
        from PIL import Image

        survey = Survey(self.base)
        for video, run in itertools.groupby(samples, key=_video):
            if video is None:
                yield from super().pictures(list(run))
            else:
                places = [int(sample.rpartition("#")[2]) - 1 for sample in run]
                yield from map(Image.fromarray, read_frames(survey.path(video), places))

    def _index_file(self, base: Path) -> Path | None:
        """The index: as configured, or by one of its usual names."""
        if not self.config.index:
            return child(base, *INDEXES)
        path = base / Path(self.config.index).expanduser()
        return path if path.is_file() else None


def _video(sample: str) -> str | None:
    """The video that a sample is a frame of, or None where it is an image."""
    video, mark, _ = sample.rpartition("#")
    return video if mark and PurePosixPath(video).suffix.lower() in VIDEO_SUFFIXES else None


def _sequence(survey: Survey, line: Line, where: str, hashes: FileHashes) -> Iterator[Row]:
    """The frames of one line of the index."""
    source = str(PurePosixPath(str(line["video_or_frames"])))
    expression = str(line["expression"]).lower()
    if expression not in EXPRESSIONS:
        raise UsageError(
            f"{where} has the unknown expression {line['expression']!r}; known: "
            + ", ".join(EXPRESSIONS)
        )
    path = survey.path(source)
    if path.is_dir():
        names = [f"{source}/{file}" for file in survey.files(source)]
        digests: list[str | None] = [None] * len(names)
    elif path.is_file() and path.suffix.lower() in VIDEO_SUFFIXES:
        count, whole_file = frame_count(path), hashes.of(source)
        names = [f"{source}#{number:05d}" for number in range(1, count + 1)]
        digests = [hashlib.sha256(f"{whole_file} {n}".encode()).hexdigest() for n in range(count)]
    else:
        raise UsageError(f"{where} names {source}, which is no video and no folder of frames")
    if not names:
        raise UsageError(f"{where} names {source}, which holds no frames")
    onset, offset = _times(line, where, len(names))
    survey.skip("frames after the offset", len(names) - offset)
    for place in range(offset):
        yield Row(
            sample=names[place],
            expression="neutral" if place + 1 < onset else expression,
            subject=line["subject"],
            sequence=line["sequence"],
            frame=place,
            file_hash=digests[place],
        )


def _times(line: Line, where: str, count: int) -> tuple[int, int]:
    """First and last frame of the expression, from 1; onset, apex and offset checked."""
    given = {}
    for name in TIMES:
        text = line[name]
        if text is None:
            continue
        if not text.isdecimal() or not 1 <= int(text) <= count:
            raise UsageError(f"{where} has the {name} {text!r}; expected a frame from 1 to {count}")
        given[name] = int(text)
    if list(given.values()) != sorted(given.values()):
        raise UsageError(f"{where} has onset, apex and offset that do not ascend")
    onset = given.get("onset", min(2, count))
    return onset, given.get("offset", count)
