"""The contract of a dataset: an index of labelled images, and the images themselves."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np

if TYPE_CHECKING:
    import polars as pl

Origin = Literal["real", "simulated"]

INDEX_COLUMNS = {
    "sample": "unique name of an image in its corpus, usually its path below the root",
    "subject": "the person, or null where the corpus has no ids",
    "sequence": "the recording; a still image is a sequence of one",
    "frame": "position in the sequence, 0 first",
    "expression": "what the image shows: onset frames are `neutral`; null: unlabelled",
    "file_hash": "SHA-256 of the file, or of all that determines a rendered image",
    "split": "the corpus's own split (`train`, `validation`, `test`), or null",
}
"""The columns of `Dataset.index()`, in order; a dataset may add columns of its own after them."""


@dataclass(frozen=True, slots=True)
class Available:
    """The data can be read; `where` says from which folder, or how they are made."""

    where: str


@dataclass(frozen=True, slots=True)
class Missing:
    """The data cannot be read: why, and how to obtain them."""

    reason: str
    how_to_obtain: str


class Dataset(Protocol):
    """One corpus, opened with its configuration as `factory(config)`."""

    @property
    def origin(self) -> Origin:
        """Whether the images are photographs of people or simulated."""
        ...

    def availability(self) -> Available | Missing:
        """Whether the data are there; cheap."""
        ...

    def index(self) -> "pl.DataFrame":
        """One row an image with `INDEX_COLUMNS`, sorted by sample; UsageError on bad data."""
        ...

    def load(self, samples: Sequence[str]) -> Iterator[np.ndarray]:
        """The images of `samples`, in that order: (H, W, 3) uint8, RGB; sizes may differ."""
        ...


@dataclass(frozen=True, slots=True)
class DatasetSpec:
    """A dataset as registered.

    factory:  `module:Class`, called as `Class(config)`.
    config:   a dataclass; `--set dataset.NAME.FIELD=VALUE` and ferbench.yaml may name its fields.
    protocol: its leaderboard protocol, used where none is asked for.
    framed:   whether its pictures are framed on the face already; such faces are then aligned
              only where asked for.
    """

    name: str
    summary: str
    factory: str
    config: type
    protocol: str
    licence: str
    source: str | None = None
    framed: bool = False

    def defaults(self) -> Any:
        """The configuration where the user sets nothing."""
        return self.config()
