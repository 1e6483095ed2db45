"""The `simpairs` adapter: photographs, each with its person's frontal neutral portrait."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ferbench.contracts.dataset import Available, Missing, Origin
from ferbench.contracts.faces import EXPRESSIONS
from ferbench.datasets.simulated.config import SimPairsConfig, together
from ferbench.datasets.simulated.corpora.marker import CORPORA_VERSION
from ferbench.datasets.simulated.corpora.order import Order
from ferbench.datasets.simulated.corpora.shot import Shot
from ferbench.datasets.simulated.frames import drawn_from, hash_samples
from ferbench.errors import UsageError

if TYPE_CHECKING:
    import polars as pl

NEUTRAL = EXPRESSIONS[0]
PORTRAIT = "portrait"
FRAMES = 6
"""Length of the recordings that inputs are frames of, the onset excluded."""
YAWS = (-45.0, -15.0, 15.0, 45.0)
"""Degrees of the cameras at the side, Multi-PIE's."""
LAMPS = (-60.0, 0.0, 60.0)
"""Degrees of the lamps, Multi-PIE's."""
ASIDE, LIT = 0.5, 0.5
"""Shares of the photographs that are taken from the side, and under a lamp."""


@dataclass(frozen=True, slots=True)
class Photograph:
    """One picture: the portrait of a person (`number` None) or one of the photographs."""

    subject: int
    number: int | None

    @property
    def person(self) -> str:
        """The subject's name."""
        return f"P{self.subject:04d}"

    @property
    def sample(self) -> str:
        """The picture's name."""
        return f"{self.person}/{PORTRAIT if self.number is None else f'{self.number:02d}'}"

    def shot(self, order: Order) -> Shot:
        """Half of the photographs are frontal, half are lit as the level draws it; any expression.

        An expression may be weak: it is any frame of its recording but the onset.
        """
        if self.number is None:
            return Shot(self.subject, NEUTRAL, frames=FRAMES, at=0, portrait=True)
        draw = order.draw("photograph", self.subject, self.number)
        aside, lit = draw.uniform(size=2) < (ASIDE, LIT)
        at = int(draw.integers(1, FRAMES))
        return Shot(
            self.subject,
            EXPRESSIONS[draw.integers(len(EXPRESSIONS))],
            take=1 + self.number,
            number=at,
            frames=FRAMES,
            at=at,
            yaw=YAWS[draw.integers(len(YAWS))] if aside else 0.0,
            light=LAMPS[draw.integers(len(LAMPS))] if lit else None,
        )


class SimPairs:
    """Rendered on demand: nothing lies on disk. Nobody in it is in another simulated corpus."""

    name = "simpairs"

    def __init__(self, config: SimPairsConfig) -> None:
        self.config = config
        self.order = Order(self.name, config.subjects, config.level, config.size, config.seed)

    @property
    def origin(self) -> Origin:
        """Always `simulated`."""
        return "simulated"

    def availability(self) -> Available | Missing:
        """Always there."""
        return Available(f"rendered on demand, level {self.config.level}, seed {self.config.seed}")

    def index(self) -> "pl.DataFrame":
        """A row a picture; `neutral_target` is the portrait that belongs to a photograph."""
        import polars as pl

        pictures = list(self._photographs())
        shots = [picture.shot(self.order) for picture in pictures]
        return pl.DataFrame(
            {
                "sample": [picture.sample for picture in pictures],
                "subject": [picture.person for picture in pictures],
                "sequence": [picture.sample for picture in pictures],
                "frame": pl.Series([0] * len(pictures), dtype=pl.Int64),
                "expression": [shot.expression for shot in shots],
                "file_hash": self._hashes(pictures),
                "split": pl.Series([None] * len(pictures), dtype=pl.String),
                "neutral_target": [
                    None if p.number is None else Photograph(p.subject, None).sample
                    for p in pictures
                ],
            }
        ).sort("sample")

    def load(self, samples: Sequence[str]) -> Iterator[np.ndarray]:
        """The pictures, (size, size, 3) uint8 RGB, `together` of them drawn at once."""
        shots = [self._find(sample).shot(self.order) for sample in samples]
        return self._render(shots)

    @property
    def together(self) -> int:
        """Pictures that are drawn at once; their bytes are the same in the same company only."""
        return together(self.config.size)

    def _render(self, shots: Sequence[Shot]) -> Iterator[np.ndarray]:
        from ferbench.datasets.simulated.corpora.studio import Studio

        for rendered in Studio(self.order).pictures(shots):
            yield rendered.image

    def _photographs(self) -> Iterator[Photograph]:
        for subject in range(self.config.subjects):
            for number in (None, *range(self.config.inputs)):
                yield Photograph(subject, number)

    def _find(self, sample: str) -> Photograph:
        person, _, name = sample.partition("/")
        try:
            found = Photograph(int(person[1:]), None if name == PORTRAIT else int(name))
        except ValueError:
            found = None
        if found is None or found.sample != sample or not self._holds(found):
            raise UsageError(
                f"simpairs has no sample {sample!r} with {self.config.subjects} subjects and "
                f"{self.config.inputs} inputs; names look like P0003/05 and P0003/{PORTRAIT}"
            )
        return found

    def _holds(self, picture: Photograph) -> bool:
        number = 0 if picture.number is None else picture.number
        return 0 <= picture.subject < self.config.subjects and 0 <= number < self.config.inputs

    def _hashes(self, pictures: Sequence[Photograph]) -> list[str]:
        """SHA-256 of all that determines each picture, and of nothing else."""
        facts = {**drawn_from(self.config), "corpora": CORPORA_VERSION}
        corpus = self.name + json.dumps(facts, sort_keys=True)
        return hash_samples(corpus, (picture.sample for picture in pictures))
