"""`oulu_casia`: Oulu-CASIA NIR-VIS, sequences from neutral to the peak."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ferbench.datasets.folder import FolderDataset
from ferbench.datasets.row import Published, Row, shown
from ferbench.datasets.survey import Survey, child, subfolders
from ferbench.datasets.table import named
from ferbench.errors import UsageError

EXPRESSION_OF = {
    "anger": "anger",
    "disgust": "disgust",
    "fear": "fear",
    "happiness": "happiness",
    "sadness": "sadness",
    "surprise": "surprise",
}
"""By the name of the folder in small letters."""

CAMERAS = ("VL", "NI")
LIGHTS = ("Strong", "Weak", "Dark")
KINDS = ("original", "preprocessed")
SUBJECT = re.compile(r"P\d{3}", re.IGNORECASE)


@dataclass
class OuluCasiaConfig:
    """root:   the folder with `OriginalImg` (or `PreProcess_Img`), or that folder itself.
    camera: `VL` (visible light) or `NI` (near infrared).
    light:  `Strong`, `Weak` or `Dark`.
    images: `original`, or `preprocessed`: the faces that the corpus ships cropped.
    """

    root: str = ""
    camera: str = "VL"
    light: str = "Strong"
    images: str = "original"


class OuluCasia(FolderDataset):
    """Oulu-CASIA; the first frame of a sequence is neutral."""

    name = "oulu_casia"
    obtain = "ask for Oulu-CASIA NIR&VIS at the University of Oulu, CMVS (research licence)"
    published = Published(
        subjects=80,
        sequences=480,
        classes=dict.fromkeys(EXPRESSION_OF.values(), 80),
        counted="sequences",
        note="VL, Strong; one public pipeline ends at 479 sequences",
    )

    def __init__(self, config: OuluCasiaConfig) -> None:
        super().__init__(config)
        for field, known in (("camera", CAMERAS), ("light", LIGHTS), ("images", KINDS)):
            value = getattr(config, field)
            if value not in known:
                raise UsageError(
                    f"dataset.oulu_casia.{field} is {value!r}; it must be {' or '.join(known)}"
                )
        folder = "OriginalImg" if config.images == "original" else "PreProcess_Img"
        self.layout = f"{folder}/{self._place(config)}/P001/Anger/000.jpeg"

    def fits(self, folder: Path) -> bool:
        """The folder of images with the wanted camera and light."""
        place = child(folder, self._place(self.config))
        return place is not None and any(SUBJECT.fullmatch(name) for name in subfolders(place))

    @staticmethod
    def _place(config: Any) -> str:
        """The folder of camera and light in either tree."""
        cropped = "_Acropped" if config.images == "preprocessed" else ""
        return f"{config.camera}{cropped}/{config.light}"

    def scan(self, survey: Survey) -> Iterator[Row]:
        """Subject by subject, sequence by sequence."""
        place = child(survey.root, self._place(self.config))
        assert place is not None
        top = place.relative_to(survey.root).as_posix()
        for subject in survey.folders(top):
            if not SUBJECT.fullmatch(subject):
                survey.skip("folders that are no subjects")
                continue
            seen: dict[str, str] = {}
            for folder in survey.folders(f"{top}/{subject}"):
                path = f"{top}/{subject}/{folder}"
                expression = named(EXPRESSION_OF, folder.lower(), str(survey.root / path))
                if expression in seen:
                    raise UsageError(
                        f"{survey.root / path} and {seen[expression]} hold the same expression"
                    )
                seen[expression] = folder
                yield from _sequence(survey, path, subject.upper(), expression)


def _sequence(survey: Survey, path: str, subject: str, expression: str) -> Iterator[Row]:
    """The frames of one sequence in the order of their numbers."""
    files = survey.files(path)
    if not files:
        survey.skip("sequences without images")
        return
    stems = [Path(file).stem for file in files]
    if len(set(stems)) < len(stems):
        raise UsageError(f"{survey.root / path} holds a frame in two formats")
    if len(files) == 1:
        survey.warn("sequences of one frame, taken for the expression", path)
    if all(stem.isdecimal() for stem in stems):
        count = int(stems[-1]) - int(stems[0]) + 1
        if count != len(stems):
            survey.warn("sequences with gaps in their frame numbers", path)
    for place, (file, shows) in enumerate(zip(files, shown(len(files), expression), strict=True)):
        yield Row(f"{path}/{file}", shows, subject, path, place)
