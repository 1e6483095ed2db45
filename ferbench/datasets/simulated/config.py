"""The configurations of `simfaces` and `simpairs`."""

from dataclasses import dataclass

from ferbench.datasets.simulated.levels import LEVELS
from ferbench.errors import UsageError, unknown

SMALLEST, LARGEST = 24, 256
"""Sides of a picture, in pixels, between which the grid of the head is of a sensible fineness."""

FACES_TIMES_SIDE = 1024
"""Size of a batch: larger ones fall out of the processor's caches."""


def together(side: int) -> int:
    """Pictures that are rendered at once.

    Of a picture in a batch of another length, or at another place in it, a byte in a million may
    be another.
    """
    return max(1, FACES_TIMES_SIDE // side)


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
        _level("simfaces", self.level)
        _within("simfaces", "seed", self.seed, 0, 2**63 - 1)
        _within("simfaces", "subjects", self.subjects, 1, 100_000)
        _within("simfaces", "takes", self.takes, 1, 1_000)
        _within("simfaces", "frames", self.frames, 2, 1_000)
        _within("simfaces", "size", self.size, SMALLEST, LARGEST)


@dataclass
class SimPairsConfig:
    """Which pairs of a photograph and its person's portrait are simulated.

    seed, level: as of `simfaces`; the people are others.
    subjects:    people; the first n of a larger corpus are the same people.
    inputs:      photographs of each beside the portrait; the first n of more are the same.
    size:        side of the square pictures in pixels.
    """

    seed: int = 0
    level: str = "medium"
    subjects: int = 1500
    inputs: int = 7
    size: int = 64

    def __post_init__(self) -> None:
        _level("simpairs", self.level)
        _within("simpairs", "seed", self.seed, 0, 2**63 - 1)
        _within("simpairs", "subjects", self.subjects, 1, 100_000)
        _within("simpairs", "inputs", self.inputs, 1, 1_000)
        _within("simpairs", "size", self.size, SMALLEST, LARGEST)


def _level(dataset: str, level: str) -> None:
    if level not in LEVELS:
        raise unknown(f"level of {dataset}", level, LEVELS)


def _within(dataset: str, name: str, value: int, low: int, high: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise UsageError(
            f"{dataset}: {name} is {value!r}; it must be a whole number from {low} to {high}"
        )
