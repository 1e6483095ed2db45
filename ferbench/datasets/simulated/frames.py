"""The frames of a simulated corpus: their names, and the hash of what determines each."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from ferbench.contracts.faces import EXPRESSIONS
from ferbench.datasets.simulated.acting.action_units import POSED
from ferbench.datasets.simulated.config import SimFacesConfig, SimPairsConfig
from ferbench.datasets.simulated.levels import LEVELS
from ferbench.errors import UsageError

GENERATOR_VERSION = 3
"""Raised whenever any picture of any configuration changes; part of every frame's hash."""


@dataclass(frozen=True, slots=True)
class Frame:
    """One picture: `frame` counts from the onset (0) of recording `take` of an expression."""

    subject: int
    expression: str
    take: int
    frame: int

    @property
    def person(self) -> str:
        """The subject's name."""
        return f"S{self.subject:03d}"

    @property
    def sequence(self) -> str:
        """The recording's name."""
        return f"{self.person}/{self.expression}/{self.take}"

    @property
    def sample(self) -> str:
        """The picture's name."""
        return f"{self.sequence}/{self.frame:02d}"

    @property
    def shown(self) -> str:
        """The label: the onset is neutral."""
        return EXPRESSIONS[0] if self.frame == 0 else self.expression


def all_frames(config: SimFacesConfig) -> Iterator[Frame]:
    """Every picture of the corpus."""
    for subject in range(config.subjects):
        for expression in POSED:
            for take in range(config.takes):
                for frame in range(config.frames):
                    yield Frame(subject, expression, take, frame)


def parse_sample(sample: str, config: SimFacesConfig) -> Frame:
    """The frame of that name."""
    try:
        person, expression, take, number = sample.split("/")
        frame = Frame(int(person[1:]), expression, int(take), int(number))
    except ValueError:
        frame = None
    if frame is None or frame.sample != sample or not _within(frame, config):
        raise UsageError(
            f"simfaces has no sample {sample!r} with {config.subjects} subjects, {config.takes} "
            f"takes and {config.frames} frames; names look like S003/anger/0/05"
        )
    return frame


def hash_frames(frames: Iterable[Frame], config: SimFacesConfig) -> list[str]:
    """SHA-256 of all that determines each picture, and of nothing else."""
    facts = {**drawn_from(config), "frames": config.frames}
    return hash_samples(json.dumps(facts, sort_keys=True), (frame.sample for frame in frames))


def drawn_from(config: SimFacesConfig | SimPairsConfig) -> dict[str, Any]:
    """What every picture of a rendered corpus is determined by."""
    return {
        "generator": GENERATOR_VERSION,
        "level": asdict(LEVELS[config.level]),
        "seed": config.seed,
        "size": config.size,
    }


def hash_samples(corpus: str, samples: Iterable[str]) -> list[str]:
    """SHA-256 of what a corpus is determined by, together with the name of each picture."""
    return [hashlib.sha256(f"{corpus} {sample}".encode()).hexdigest() for sample in samples]


def _within(frame: Frame, config: SimFacesConfig) -> bool:
    return (
        0 <= frame.subject < config.subjects
        and frame.expression in POSED
        and 0 <= frame.take < config.takes
        and 0 <= frame.frame < config.frames
    )
