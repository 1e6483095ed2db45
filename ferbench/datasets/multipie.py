"""`multipie`: CMU Multi-PIE, five near-frontal views under all lights."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

from ferbench.datasets.folder import FolderDataset
from ferbench.datasets.row import Published, Row
from ferbench.datasets.survey import Survey, child, subfolders
from ferbench.errors import UsageError

SHOWN = {
    (1, 1): "neutral",
    (1, 2): "smile",
    (2, 1): "neutral",
    (2, 2): "surprise",
    (2, 3): "squint",
    (3, 1): "neutral",
    (3, 2): "smile",
    (3, 3): "disgust",
    (4, 1): "neutral",
    (4, 2): "neutral",
    (4, 3): "scream",
}
"""What the people were asked to show, by session and recording."""

EXPRESSION_OF = {
    "neutral": "neutral",
    "smile": "happiness",
    "surprise": "surprise",
    "disgust": "disgust",
}
"""The shows that are expressions of the common vocabulary."""

YAW_OF = {
    "110": -90,
    "120": -75,
    "090": -60,
    "080": -45,
    "130": -30,
    "140": -15,
    "051": 0,
    "050": 15,
    "041": 30,
    "190": 45,
    "200": 60,
    "010": 75,
    "240": 90,
}
"""Yaw in degrees of each camera at the height of the head; 081 and 191 look from above."""

SESSION = re.compile(r"session0?([1-4])", re.IGNORECASE)
NAME = re.compile(r"(\d{3})_(\d{2})_(\d{2})_(\d{3})_(\d{2})")


@dataclass
class MultiPIEConfig:
    """root:  the folder that holds `session01` to `session04`, or the one above it.
    views: yaw in degrees of the cameras to index.
    """

    root: str = ""
    views: list[int] = field(default_factory=lambda: [-45, -15, 0, 15, 45])


class MultiPIE(FolderDataset):
    """Multi-PIE; each image is a sequence of one, with its `view` in degrees and its `light`."""

    name = "multipie"
    layout = "session01/multiview/001/01/05_1/001_01_01_051_00.png"
    obtain = "order Multi-PIE at http://www.multipie.org (research licence)"
    extra: ClassVar = {"view": "int", "light": "int"}
    published = Published(subjects=337, note="755,370 images of 15 cameras in all")

    def __init__(self, config: MultiPIEConfig) -> None:
        super().__init__(config)
        for view in config.views:
            if view not in YAW_OF.values():
                known = ", ".join(map(str, YAW_OF.values()))
                raise UsageError(f"dataset.multipie.views names {view}; known: {known}")

    def fits(self, folder: Path) -> bool:
        """Folders of sessions with `multiview` lie in it."""
        sessions = [name for name in subfolders(folder) if SESSION.fullmatch(name)]
        return any(child(folder / name, "multiview") for name in sessions)

    def scan(self, survey: Survey) -> Iterator[Row]:
        """Session, subject, recording, camera, light."""
        cameras = {code for code, yaw in YAW_OF.items() if yaw in self.config.views}
        for session in survey.folders():
            number = SESSION.fullmatch(session)
            top = child(survey.root / session, "multiview") if number else None
            if number is None or top is None:
                survey.skip("folders that are no sessions with multiview images")
                continue
            for subject, recording, place in _recordings(survey, f"{session}/{top.name}"):
                expression = _expression(survey, place, int(number[1]), recording)
                if expression is None:
                    survey.skip("recordings of squint and scream")
                    continue
                for camera in survey.folders(place):
                    if camera.replace("_", "") not in cameras:
                        survey.skip("camera folders of other views")
                        continue
                    spot = (subject, int(number[1]), recording, camera.replace("_", ""))
                    yield from _images(survey, f"{place}/{camera}", spot, expression)


def _recordings(survey: Survey, top: str) -> Iterator[tuple[str, int, str]]:
    """Subject, number of the recording and folder of each recording of a session."""
    for subject in survey.folders(top):
        if not re.fullmatch(r"\d{3}", subject):
            survey.skip("folders that are no subjects")
            continue
        for recording in survey.folders(f"{top}/{subject}"):
            if not re.fullmatch(r"\d{1,2}", recording):
                survey.skip("folders that are no recordings")
                continue
            yield subject, int(recording), f"{top}/{subject}/{recording}"


def _expression(survey: Survey, place: str, session: int, recording: int) -> str | None:
    """What a recording shows, or None where the vocabulary has no word for it."""
    if (session, recording) not in SHOWN:
        raise UsageError(
            f"{survey.root / place} is recording {recording} of session {session}, "
            "which Multi-PIE does not have"
        )
    return EXPRESSION_OF.get(SHOWN[session, recording])


def _images(
    survey: Survey, place: str, spot: tuple[str, int, int, str], expression: str
) -> Iterator[Row]:
    """The images of one camera, one a light."""
    subject, camera = spot[0], spot[3]
    for file in survey.files(place):
        parts = NAME.fullmatch(Path(file).stem)
        if parts is None:
            survey.skip("images whose names are not Multi-PIE's")
            continue
        if (parts[1], int(parts[2]), int(parts[3]), parts[4]) != spot:
            raise UsageError(f"{survey.root / place / file} lies in the folder of another image")
        extra = {"view": YAW_OF[camera], "light": int(parts[5])}
        yield Row(f"{place}/{file}", expression, subject, extra=extra)
