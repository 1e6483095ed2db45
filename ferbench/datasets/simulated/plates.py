"""The pictures of the documentation: `python -m ferbench.datasets.simulated.plates docs/images`."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ferbench.datasets.simulated.acting.action_units import (
    ACTION_UNITS,
    MOUTH_OPENERS,
    POSED,
    PROTOTYPES,
    ROW,
)
from ferbench.datasets.simulated.capture.occluder import Hand, Mask, Sunglasses
from ferbench.datasets.simulated.capture.view import View
from ferbench.datasets.simulated.config import SimFacesConfig
from ferbench.datasets.simulated.contact_sheet import draw_gallery, save_sheet
from ferbench.datasets.simulated.frames import Frame
from ferbench.datasets.simulated.generator import Generator
from ferbench.datasets.simulated.levels import LEVELS
from ferbench.datasets.simulated.person.habits import RESTING_LOOKS
from ferbench.datasets.simulated.person.identity import Identity, draw_identity
from ferbench.datasets.simulated.rendering.batch import Scene
from ferbench.datasets.simulated.rendering.renderer import render

Plate = tuple[list[np.ndarray], int]
"""Pictures, and how many lie in a row."""

TURNS = (-45, -30, -15, 0, 15, 30, 45)
"""Degrees."""

AGES = (0.0, 0.25, 0.5, 0.75, 1.0)
NEUTRAL = np.zeros((len(ACTION_UNITS), 2))


def levels(size: int) -> Plate:
    """A row for each level: the same person shows every expression."""
    images: list[np.ndarray] = []
    for level in LEVELS:
        config = SimFacesConfig(level=level, subjects=3, size=size)
        frames = [Frame(2, POSED[0], 0, 0), *(Frame(2, e, 0, config.frames - 1) for e in POSED)]
        images += Generator(config).pictures(frames)
    return images, len(POSED) + 1


def pose(size: int) -> Plate:
    """A row for each of three people, turned from side to side."""
    views = [View(pose=(float(np.radians(degrees)), 0.0, 0.0)) for degrees in TURNS]
    return _drawn(size, [Scene(_person(s), NEUTRAL, v) for s in (1, 4, 5) for v in views]), len(
        TURNS
    )


def age(size: int) -> Plate:
    """A row for each of two people who grow old; nothing but `age` changes."""
    people = [replace(_person(subject), age=years) for subject in (0, 3) for years in AGES]
    return _drawn(size, [Scene(person, NEUTRAL, View()) for person in people]), len(AGES)


def resting(size: int) -> Plate:
    """Two people at rest: without a look, then as `medium` has it at most for each look."""
    faces = [NEUTRAL]
    for look in RESTING_LOOKS:
        face = LEVELS["medium"].resemblance * PROTOTYPES[look][0].shown_by(0)
        face[[ROW[unit] for unit in MOUTH_OPENERS]] = 0.0
        faces.append(face)
    scenes = [Scene(_person(subject), face, View()) for subject in (2, 6) for face in faces]
    return _drawn(size, scenes), len(faces)


def occluders(size: int) -> Plate:
    """What covers a face."""
    things = (
        Hand(x=0.36, y=-0.38, angle=-0.5, size=1.0),
        Mask(colour=(0.55, 0.72, 0.80), top=-0.09),
        Sunglasses(radius=0.2, squareness=3.0, lens=(0.03, 0.03, 0.03), frame=0.1),
    )
    views = [View(occluder=thing) for thing in things]
    return _drawn(size, [Scene(_person(s), NEUTRAL, v) for s in (2, 6) for v in views]), 3


PLATES: dict[str, Callable[[int], Plate]] = {
    "levels": levels,
    "pose": pose,
    "age": age,
    "resting": resting,
    "occluders": occluders,
}


def _person(subject: int) -> Identity:
    """Of the default population."""
    return draw_identity(0, subject, LEVELS["medium"].identity_spread)


def _drawn(size: int, scenes: Sequence[Scene]) -> list[np.ndarray]:
    """Without blur and noise."""
    pictures = (render(scenes, size) * 255 + 0.5).clamp(0, 255).byte()
    return list(pictures.permute(0, 2, 3, 1).numpy())


def main() -> None:
    """The command line of this module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", help="docs/images", type=Path)
    parser.add_argument("--size", type=int, default=96, help="side of a face in pixels")
    asked = parser.parse_args()
    draw_gallery(
        asked.folder / "simfaces-contact-sheet.png", SimFacesConfig(subjects=8, size=asked.size)
    )
    for name, plate in PLATES.items():
        save_sheet(asked.folder / f"simfaces-{name}.png", *plate(asked.size))


if __name__ == "__main__":
    main()
