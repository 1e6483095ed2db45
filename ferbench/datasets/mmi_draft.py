"""A first `index.csv` for MMI from its tree: times from the AU files, expressions left out."""

import csv
import io
import xml.etree.ElementTree as ElementTree
from pathlib import Path, PurePosixPath

from ferbench.datasets.mmi import COLUMNS, TIMES
from ferbench.datasets.survey import IMAGE_SUFFIXES, Survey
from ferbench.datasets.video import VIDEO_SUFFIXES
from ferbench.errors import UsageError

AUS = "-oao_aucs.xml"


def draft_index(root: Path) -> str:
    """The text of an index csv of every video, or folder of frames, below `root`.

    Subject and sequence are read off names such as `S001-001`; the user completes expressions.
    """
    survey = Survey(root)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow((*COLUMNS, *TIMES))
    sources = _sources(survey, "")
    if not sources:
        raise UsageError(f"folder {root} holds no videos and no folders of frames")
    for source in sources:
        name = PurePosixPath(source)
        sequence = name.stem if name.suffix.lower() in VIDEO_SUFFIXES else name.name
        annotation = survey.path(str(name.with_name(f"{sequence}{AUS}")))
        if not annotation.is_file():
            annotation = survey.path(f"{source}/{sequence}{AUS}")
        times = read_times(annotation) if annotation.is_file() else {}
        subject = sequence.split("-")[0]
        writer.writerow((sequence, subject, "", source, *(times.get(t, "") for t in TIMES)))
    return text.getvalue()


def read_times(path: Path) -> dict[str, int]:
    """Onset, apex and offset of a recording from the markers of its action units, from 1.

    Onset is the earliest of any unit, apex the last moment at which one reaches its apex, offset
    the latest end. A marker says what it marks in one of its attributes; where none does, the
    first, second and last marker of a unit are taken for them.
    """
    try:
        units = list(ElementTree.parse(path).getroot().iter("ActionUnit"))
    except (ElementTree.ParseError, OSError) as error:
        raise UsageError(f"{path} is no readable XML: {error}") from None
    found: dict[str, list[int]] = {name: [] for name in TIMES}
    for unit in units:
        for name, frame in _markers(path, unit):
            found[name].append(frame)
    choose = {"onset": min, "apex": max, "offset": max}
    return {name: choose[name](frames) for name, frames in found.items() if frames}


def _markers(path: Path, unit: ElementTree.Element) -> list[tuple[str, int]]:
    """The markers of one action unit that say onset, apex or offset, with their frames."""
    frames, names = [], []
    for marker in unit.iter("Marker"):
        text = marker.get("Frame") or ""
        if not text.isdecimal():
            raise UsageError(f"{path} has a marker with the frame {text!r}; expected a number")
        said = " ".join(v.lower() for k, v in marker.items() if k != "Frame")
        frames.append(int(text))
        names.append(next((name for name in TIMES if name in said), None))
    if any(names):
        return [(name, frame) for name, frame in zip(names, frames, strict=True) if name]
    frames.sort()
    if not frames:
        return []
    apex = [("apex", frames[1])] if len(frames) > 2 else []
    offset = [("offset", frames[-1])] if len(frames) > 1 else []
    return [("onset", frames[0]), *apex, *offset]


def _sources(survey: Survey, folder: str) -> list[str]:
    """The videos and folders of frames below `folder`; a folder with videos is no frame folder."""
    prefix = f"{folder}/" if folder else ""
    videos = [prefix + name for name in survey.files(folder, VIDEO_SUFFIXES)]
    if not videos and folder and survey.files(folder, IMAGE_SUFFIXES):
        return [folder]
    below = [found for name in survey.folders(folder) for found in _sources(survey, prefix + name)]
    return videos + below
