"""What a corpus is made of: the base of the modules that each describe one."""

import abc
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from ferbench.datasets.simulated.corpora.developing import cut, developed
from ferbench.datasets.simulated.corpora.order import Order
from ferbench.datasets.simulated.corpora.shot import Picture
from ferbench.datasets.simulated.corpora.studio import Rendered
from ferbench.errors import UsageError


class Blueprint(abc.ABC):
    """One corpus in the layout of its official release; a subclass is a corpus.

    subjects, size, level: what is written unless the user asks otherwise.
    fewest:    people without whom a part of the corpus would be empty.
    most:      how many people the official naming has room for.
    field:     longer by shorter side of the pictures; rendered is a square of the longer.
    measured:  whether landmarks are needed to write the files.
    """

    name: ClassVar[str]
    subjects: ClassVar[int]
    size: ClassVar[int] = 96
    level: ClassVar[str] = "medium"
    fewest: ClassVar[int] = 1
    most: ClassVar[int] = 100_000
    field: ClassVar[float] = 1.0
    measured: ClassVar[bool] = False

    def order(self, subjects: int | None, level: str | None, size: int | None, seed: int) -> Order:
        """What the user asks for, defaults filled in."""
        people = self.subjects if subjects is None else subjects
        if not self.fewest <= people <= self.most:
            raise UsageError(
                f"--subjects is {people}; {self.name} takes from {self.fewest} to {self.most}"
            )
        return Order(self.name, people, level or self.level, size or self.size, seed)

    @abc.abstractmethod
    def pictures(self, order: Order) -> Iterator[Picture]:
        """Every picture file, those of one recording in a row."""

    def texts(self, order: Order) -> Iterator[tuple[str, str]]:
        """Label files and lists: path and content."""
        yield from ()

    def folders(self, order: Order) -> Iterator[str]:
        """Folders that are there although nothing is in them."""
        yield from ()

    def encode(self, picture: Picture, rendered: Rendered) -> Sequence[bytes]:
        """The bytes of each of the picture's files."""
        image = cut(rendered.image, rendered.face, picture.size).image
        return [developed(image, path, picture.grey) for path in picture.files]

    def join(self, order: Order, drafts: Sequence[Path], target: Path) -> None:
        """Write to `target` what pictures with the same `into` end in; their files, in order."""
        raise TypeError(f"pictures of {self.name} are files of their own")

    def ready(self) -> None:
        """UsageError where a library that is needed to write the files is not installed."""
        return
