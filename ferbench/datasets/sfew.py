"""`sfew`: SFEW 2.0, aligned faces of film stills, with the corpus's own split."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ferbench.datasets.folder import FolderDataset
from ferbench.datasets.row import Published, Row
from ferbench.datasets.survey import Survey, child
from ferbench.datasets.table import named

EXPRESSION_OF = {
    "angry": "anger",
    "disgust": "disgust",
    "fear": "fear",
    "happy": "happiness",
    "neutral": "neutral",
    "sad": "sadness",
    "surprise": "surprise",
}
"""By the name of the folder in small letters."""

FOLDERS = {
    "train": ("Train_Aligned_Faces", "Train/Train_Aligned_Faces"),
    "validation": (
        "Val_Aligned_Faces_new",
        "Val/Val_Aligned_Faces_new",
        "Val_Aligned_Faces",
        "Val/Val_Aligned_Faces",
    ),
}
TEST = ("Test_Aligned_Faces", "Test/Test_Aligned_Faces")


@dataclass
class SFEWConfig:
    """root: the folder that holds `Train_Aligned_Faces` and `Val_Aligned_Faces_new`."""

    root: str = ""


class SFEW(FolderDataset):
    """SFEW 2.0; its test set is unlabelled and left out. A `subjects.csv` may supply ids."""

    name = "sfew"
    layout = "Train_Aligned_Faces/Angry/*.png and Val_Aligned_Faces_new/Angry/*.png"
    obtain = "ask for SFEW 2.0 at https://cs.anu.edu.au/few (research licence)"
    published = Published(
        images=1394,
        classes={
            "anger": 255,
            "disgust": 89,
            "fear": 145,
            "happiness": 271,
            "neutral": 236,
            "sadness": 245,
            "surprise": 153,
        },
        note="train 958, validation 436; test 372 unlabelled",
    )

    def fits(self, folder: Path) -> bool:
        """Both labelled sets lie in it."""
        return all(_inner(folder, *names) is not None for names in FOLDERS.values())

    def scan(self, survey: Survey) -> Iterator[Row]:
        """Set by set, class by class."""
        for split, names in FOLDERS.items():
            folder = _inner(survey.root, *names)
            assert folder is not None
            top = folder.relative_to(survey.root).as_posix()
            for label in survey.folders(top):
                expression = named(EXPRESSION_OF, label.lower(), str(survey.root / top / label))
                for file in survey.files(f"{top}/{label}"):
                    yield Row(f"{top}/{label}/{file}", expression, split=split)
        test = child(survey.root, *TEST)
        if test is not None:
            top = test.relative_to(survey.root).as_posix()
            places = [top, *(f"{top}/{name}" for name in survey.folders(top))]
            survey.skip("unlabelled test images", sum(len(survey.files(p)) for p in places))


def _inner(folder: Path, *names: str) -> Path | None:
    """The folder of one set; archives may unpack it into one of the same name."""
    found = child(folder, *names)
    return found and (child(found, found.name) or found)
