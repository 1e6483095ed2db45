"""What is asked for: which corpus, how many people, how hard, how large; and its streams."""

import hashlib
from dataclasses import dataclass

import numpy as np

from ferbench.datasets.simulated.levels import LEVELS
from ferbench.datasets.simulated.streams import stream
from ferbench.errors import UsageError, unknown

SMALLEST, LARGEST = 24, 1024
"""Shorter sides of a picture, in pixels."""


@dataclass(frozen=True, slots=True)
class Order:
    """One corpus to be written.

    subjects: people behind the pictures.
    level:    difficulty, as of `simfaces`.
    size:     the shorter side of the pictures in pixels; the face fills a square of that side.
    seed:     another seed is another population.
    """

    name: str
    subjects: int
    level: str
    size: int
    seed: int = 0

    def __post_init__(self) -> None:
        if self.level not in LEVELS:
            raise unknown("level", self.level, LEVELS)
        if self.seed < 0:
            raise UsageError(f"--seed is {self.seed}; it must be 0 or more")
        if not SMALLEST <= self.size <= LARGEST:
            raise UsageError(f"--size is {self.size}; it must be from {SMALLEST} to {LARGEST}")

    @property
    def population(self) -> int:
        """The seed of all streams of this corpus.

        It hashes the corpus's name and is larger than any seed of `simfaces`, so that no two
        corpora draw a person, a recording or a light from the same stream.
        """
        digest = hashlib.sha256(f"corpus {self.name} {self.seed}".encode()).digest()
        return int.from_bytes(digest, "big") | 2**256

    def draw(self, purpose: str, *key: int | str) -> np.random.Generator:
        """The stream for a decision about the corpus's structure."""
        return stream(self.population, purpose, *key)
