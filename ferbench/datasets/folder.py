"""What every adapter of a corpus in a folder has in common: finding it, its index, its images."""

import abc
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, final

import numpy as np

from ferbench.contracts.dataset import Available, Missing, Origin
from ferbench.datasets.hashes import FileHashes
from ferbench.datasets.row import Published, Row
from ferbench.datasets.subjects import SUBJECTS, supply_subjects
from ferbench.datasets.survey import Survey, subfolders
from ferbench.errors import UsageError

if TYPE_CHECKING:
    import polars as pl
    from PIL import Image

SIMULATED_MARK = ".ferbench-simulated.json"
"""A folder with this file holds rendered pictures, and every record then says so."""

LANDMARKS = "landmarks"
"""The column of ten numbers x y x y ..: left eye, right eye, nose, left and right corner of the
mouth, left as seen in the picture, in pixels of the image; or null."""

WIDEST = 200
"""How many subfolders are looked into for the corpus, so that a wrong root is told fast."""


class FolderDataset(abc.ABC):
    """A corpus below one folder, read in its official layout.

    name:      as registered.
    layout:    what the folder is expected to hold, for messages.
    obtain:    how to obtain the corpus.
    published: the counts of the literature.
    extra:     columns beside those of the contract: `int`, `text` or `points` by name.
    """

    name: ClassVar[str]
    layout: str
    obtain: ClassVar[str]
    published: ClassVar[Published] = Published()
    extra: ClassVar[Mapping[str, str]] = {}

    def __init__(self, config: Any) -> None:
        self.config = config
        self.root = Path(config.root).expanduser().absolute() if config.root else None
        self._survey: Survey | None = None
        self._base: Path | None = None

    @abc.abstractmethod
    def fits(self, folder: Path) -> bool:
        """Whether `folder` holds the corpus; cheap."""

    @abc.abstractmethod
    def scan(self, survey: Survey) -> Iterator[Row]:
        """Every image below the folder that `fits`; UsageError on what cannot be understood."""

    @property
    def how(self) -> str:
        """How to obtain the corpus and point at it."""
        return f"{self.obtain}; then --set dataset.{self.name}.root=DIR"

    @property
    def origin(self) -> Origin:
        """`simulated` where the folder says so, else `real`."""
        places = {place for place in (self.root, self._find()) if isinstance(place, Path)}
        marked = any((place / SIMULATED_MARK).exists() for place in places)
        return "simulated" if marked else "real"

    def availability(self) -> Available | Missing:
        """Whether the folder exists and looks as it should."""
        found = self._find()
        return found if isinstance(found, Missing) else Available(str(found))

    def index(self) -> "pl.DataFrame":
        """One row an image; what is left out is counted in `skipped()`."""
        import polars as pl

        base = self.base
        survey = Survey(base)
        rows = list(self.scan(survey))
        for place in dict.fromkeys((base, self.root)):
            if place is not None and (place / SUBJECTS).is_file():
                supply_subjects(rows, place / SUBJECTS, survey)
                break
        hashes = FileHashes(base)
        for row in rows:
            row.file_hash = row.file_hash or hashes.of(row.sample)
        hashes.save()
        self._survey = survey
        kinds = {"int": pl.Int64(), "text": pl.String(), "points": pl.List(pl.Float64)}
        columns: dict[str, pl.Series] = {
            "sample": pl.Series([row.sample for row in rows], dtype=pl.String),
            "subject": pl.Series([row.subject for row in rows], dtype=pl.String),
            "sequence": pl.Series([row.sequence or row.sample for row in rows], dtype=pl.String),
            "frame": pl.Series([row.frame for row in rows], dtype=pl.Int64),
            "expression": pl.Series([row.expression for row in rows], dtype=pl.String),
            "file_hash": pl.Series([row.file_hash for row in rows], dtype=pl.String),
            "split": pl.Series([row.split for row in rows], dtype=pl.String),
        }
        for name, kind in self.added().items():
            values = [row.extra.get(name) for row in rows]
            columns[name] = pl.Series(values, dtype=kinds[kind])
        return pl.DataFrame(columns).sort("sample")

    def added(self) -> Mapping[str, str]:
        """The columns that this index adds; known once the folder was read."""
        return self.extra

    def skipped(self) -> dict[str, int]:
        """What the index leaves out: how many by reason, most first."""
        return dict(self._surveyed().skipped.most_common())

    def warnings(self) -> tuple[str, ...]:
        """Sentences on what the index found and may surprise."""
        return self._surveyed().warnings()

    @final
    def load(self, samples: Sequence[str]) -> Iterator[np.ndarray]:
        """The pictures, decoded to RGB."""
        from ferbench.imaging.decode import pixels

        return map(pixels, self.pictures(samples))

    def pictures(self, samples: Sequence[str]) -> "Iterator[Image.Image]":
        """The pictures of `samples`, in that order, of mode RGB or L."""
        from ferbench.imaging.decode import read_picture

        survey = Survey(self.base)
        for sample in samples:
            yield read_picture(survey.path(sample))

    @property
    def base(self) -> Path:
        """The folder that holds the corpus, at or below the root; UsageError where none does."""
        if self._base is None:
            found = self._find()
            if isinstance(found, Missing):
                raise UsageError(f"dataset {self.name}: {found.reason}; {found.how_to_obtain}")
            self._base = found
        return self._base

    def _surveyed(self) -> Survey:
        if self._survey is None:
            self.index()
        assert self._survey is not None
        return self._survey

    def _find(self) -> Path | Missing:
        """The nearest folder at or below the root that fits, three levels deep at most."""
        root = self.root
        if root is None:
            return Missing("no folder given", self.how)
        if not root.is_dir():
            what = "is not a folder" if root.exists() else "does not exist"
            return Missing(f"folder {root} {what}", self.how)
        level = [root]
        for _ in range(4):
            fitting = [folder for folder in level if self.fits(folder)]
            if len(fitting) > 1:
                names = ", ".join(str(folder) for folder in fitting)
                return Missing(f"several folders could be meant: {names}", self.how)
            if fitting:
                return fitting[0]
            below = (folder / name for folder in level for name in subfolders(folder))
            level = [folder for folder, _ in zip(below, range(WIDEST), strict=False)]
        holds = ", ".join(subfolders(root)[:5]) or "no folders"
        hint = f"; the folder above, {root.parent}, looks right" if self.fits(root.parent) else ""
        return Missing(f"folder {root} holds {holds}; expected {self.layout}{hint}", self.how)
