"""The configuration of `simfaces`."""

from dataclasses import dataclass

from ferbench.datasets.simulated.levels import LEVELS
from ferbench.errors import UsageError

SMALLEST, LARGEST = 24, 256
"""Sides of a picture, in pixels, between which the grid of the head is of a sensible fineness."""


@dataclass
class SimFacesConfig:
    """Which corpus is simulated.

    seed:     another seed is another population.
    level:    difficulty: `easy`, `medium`, `hard` or `wild`.
    subjects: people; the first n of a larger corpus are the same people.
    takes:    recordings of each person and expression.
    frames:   pictures of a recording, from the neutral onset (0) to the apex (the last).
    size:     side of the square pictures in pixels.
    """

    seed: int = 0
    level: str = "medium"
    subjects: int = 80
    takes: int = 1
    frames: int = 6
    size: int = 48

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise UsageError(f"simfaces: unknown level {self.level!r}; known: {', '.join(LEVELS)}")
        _within("seed", self.seed, 0, 2**63 - 1)
        _within("subjects", self.subjects, 1, 100_000)
        _within("takes", self.takes, 1, 1_000)
        _within("frames", self.frames, 2, 1_000)
        _within("size", self.size, SMALLEST, LARGEST)


def _within(name: str, value: int, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise UsageError(
            f"simfaces: {name} is {value!r}; it must be a whole number from {low} to {high}"
        )
