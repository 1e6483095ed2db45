"""`ckplus`: the Extended Cohn-Kanade dataset (CK+), sequences from neutral to the peak."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from ferbench.datasets.folder import LANDMARKS, FolderDataset
from ferbench.datasets.row import Published, Row, shown
from ferbench.datasets.survey import Survey, child
from ferbench.datasets.table import named, numbers, read_text, whole
from ferbench.errors import UsageError

EXPRESSION_OF = {
    0: "neutral",
    1: "anger",
    2: "contempt",
    3: "disgust",
    4: "fear",
    5: "happiness",
    6: "sadness",
    7: "surprise",
}

IMAGES = ("cohn-kanade-images", "extended-cohn-kanade-images/cohn-kanade-images")
LABELS = ("Emotion", "Emotion_labels/Emotion", "Emotion_labels")
POINTS = ("Landmarks/Landmarks", "Landmarks")
UNLABELLED = "sequences without an emotion label"

SUBJECT = re.compile(r"S\d{3}")
FRAME = re.compile(r"(S\d{3})_(\d{3})_(\d{8})", re.IGNORECASE)
LEFT_EYE, RIGHT_EYE, NOSE, MOUTH = range(36, 42), range(42, 48), 30, (48, 54)
"""Places among the 68 points, from 0; left as seen in the picture."""


@dataclass
class CKPlusConfig:
    """root: the folder that holds `cohn-kanade-images` and `Emotion`."""

    root: str = ""


class CKPlus(FolderDataset):
    """CK+; a sequence's label is that of all its frames but the first, which is neutral."""

    name = "ckplus"
    layout = "cohn-kanade-images/S005/001/*.png and Emotion/S005/001/*_emotion.txt"
    obtain = "ask for CK+ at http://www.jeffcohn.net/Resources (research licence)"
    extra: ClassVar = {LANDMARKS: "points"}
    published = Published(
        subjects=118,
        sequences=327,
        classes={
            "anger": 45,
            "contempt": 18,
            "disgust": 59,
            "fear": 25,
            "happiness": 69,
            "sadness": 28,
            "surprise": 83,
        },
        counted="sequences",
        note="labelled ones; 593 sequences of 123 subjects in all",
    )

    def fits(self, folder: Path) -> bool:
        """Images and labels lie side by side."""
        return child(folder, *IMAGES) is not None and child(folder, *LABELS) is not None

    def scan(self, survey: Survey) -> Iterator[Row]:
        """Sequence by sequence; those without a label are counted."""
        images, labels = child(survey.root, *IMAGES), child(survey.root, *LABELS)
        assert images is not None
        assert labels is not None
        top = images.relative_to(survey.root).as_posix()
        label_of = _labels(survey, labels.relative_to(survey.root).as_posix())
        points = child(survey.root, *POINTS)
        for subject in survey.folders(top):
            if not SUBJECT.fullmatch(subject.upper()):
                survey.skip("folders that are no subjects")
                continue
            for recording in survey.folders(f"{top}/{subject}"):
                folder = f"{top}/{subject}/{recording}"
                name = f"{subject.upper()}/{recording}"
                label = label_of.pop(name, None)
                if label is None:
                    survey.skip(UNLABELLED)
                else:
                    yield from _sequence(survey, folder, name, label, points)
        survey.skip("labels without images", len(label_of))


def read_label(path: Path) -> str:
    """The expression that a label file such as `   3.0000000e+00` states."""
    words = read_text(path).split()
    if len(words) != 1:
        raise UsageError(f"{path} holds {len(words)} numbers where one label should be")
    code = whole(words[0])
    if code is None:
        raise UsageError(f"{path} holds {words[0]!r}, which is no whole number")
    return named(EXPRESSION_OF, code, str(path))


def _labels(survey: Survey, root: str) -> dict[str, tuple[Path, str]]:
    """The label file and expression of each labelled sequence, by `S005/001`."""
    found = {}
    for subject in survey.folders(root):
        if not SUBJECT.fullmatch(subject.upper()):
            continue
        for recording in survey.folders(f"{root}/{subject}"):
            folder = f"{root}/{subject}/{recording}"
            files = survey.files(folder, {".txt"})
            if len(files) > 1:
                raise UsageError(
                    f"{survey.root / folder} holds {len(files)} label files; a sequence has one"
                )
            if files:
                path = survey.path(f"{folder}/{files[0]}")
                found[f"{subject.upper()}/{recording}"] = (path, read_label(path))
    return found


def _sequence(
    survey: Survey, folder: str, name: str, label: tuple[Path, str], points: Path | None
) -> Iterator[Row]:
    """The frames of one labelled sequence in the order of their numbers, which may have gaps."""
    path, expression = label
    files = [file for file in survey.files(folder) if _belongs(survey, folder, name, file)]
    stems = [Path(file).stem.upper() for file in files]
    peak = path.stem.upper().removesuffix("_EMOTION")
    if not files:
        raise UsageError(f"{path} labels a sequence, and {survey.root / folder} has no images")
    if FRAME.fullmatch(peak) and peak not in stems:
        raise UsageError(
            f"{path} names the peak frame {peak}, which {survey.root / folder} lacks: "
            "the copy is not whole"
        )
    if peak in stems and peak != stems[-1]:
        survey.warn("sequences that go on after their peak frame", name)
    count = int(stems[-1].split("_")[2]) - int(stems[0].split("_")[2]) + 1
    if count != len(stems):
        survey.warn("sequences with gaps in their frame numbers", name)
    for place, (file, shows) in enumerate(zip(files, shown(len(files), expression), strict=True)):
        yield Row(
            sample=f"{folder}/{file}",
            expression=shows,
            subject=name.split("/")[0],
            sequence=name,
            frame=place,
            extra={LANDMARKS: _five_points(survey, points, name, file)},
        )


def _belongs(survey: Survey, folder: str, name: str, file: str) -> bool:
    """Whether the file is a frame; one of another sequence would leak a person: an error."""
    parts = FRAME.fullmatch(Path(file).stem)
    if parts is None:
        survey.skip("images whose names are no CK+ frames")
        return False
    if f"{parts[1].upper()}/{parts[2]}" != name:
        raise UsageError(f"{survey.root / folder / file} lies in the folder of sequence {name}")
    return True


def _five_points(survey: Survey, points: Path | None, name: str, file: str) -> list[float] | None:
    """Eyes, nose and corners of the mouth from the 68 points of a frame, where they ship."""
    if points is None:
        return None
    path = survey.path(
        (points / name / f"{Path(file).stem}_landmarks.txt").relative_to(survey.root).as_posix()
    )
    if not path.is_file():
        return None
    values = numbers(read_text(path), path)
    if len(values) != 136:
        raise UsageError(f"{path} holds {len(values)} numbers where 68 points should be")
    found = list(zip(values[::2], values[1::2], strict=True))
    eyes = [_mean([found[i] for i in eye]) for eye in (LEFT_EYE, RIGHT_EYE)]
    chosen = [*eyes, found[NOSE], *(found[i] for i in MOUTH)]
    return [value for point in chosen for value in point]


def _mean(points: list[tuple[float, float]]) -> tuple[float, float]:
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)
