"""What was drawn once is drawn again: parameters to the ninth decimal, pixels to a grey level."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ferbench.datasets.simulated.frames import GENERATOR_VERSION
from ferbench.datasets.simulated.levels import LEVELS
from ferbench.datasets.simulated.reference import (
    PARAMETERS,
    PICTURES,
    PIXELS,
    parameters_hash,
    pixels_hash,
    reference_pictures,
)
from ferbench.datasets.simulated.streams import stream

RECORDED = Path(__file__).parents[2] / "data" / "simfaces"
RECORD = "raise GENERATOR_VERSION; python -m ferbench.datasets.simulated.reference DIR"

STRAY_SHARE, LARGEST_STRAY = 0.005, 40
"""Bytes that may be off by more than a level on another kind of processor, and by how much."""


def recorded(name: str) -> dict:
    return json.loads((RECORDED / name).read_text())


@pytest.mark.parametrize("level", LEVELS)
def test_parameters_are_those_recorded(level: str) -> None:
    assert recorded(PARAMETERS)["generator"] == GENERATOR_VERSION
    assert parameters_hash(level) == recorded(PARAMETERS)[level], RECORD


def test_any_parameter_changes_the_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    """A slightly different draw anywhere is noticed."""
    before = parameters_hash("easy")
    for purpose in ("identity", "habits", "resting", "manner", "apex", "onset", "view", "flaws"):
        with monkeypatch.context() as patch:
            disturb(patch, purpose)
            assert parameters_hash("easy") != before, purpose
    assert parameters_hash("easy") == before


def disturb(patch: pytest.MonkeyPatch, purpose: str) -> None:
    """Let the streams of one purpose begin one draw later."""
    import ferbench.datasets.simulated as package

    def late(seed: int, asked: str, *key: int | str) -> np.random.Generator:
        draw = stream(seed, asked, *key)
        if asked == purpose:
            draw.normal()
        return draw

    for module in (
        package.acting.sequence,
        package.capture.degrade,
        package.capture.view,
        package.person.habits,
        package.person.identity,
    ):
        patch.setattr(module, "stream", late)


def test_pixels_are_those_recorded_within_a_grey_level() -> None:
    """Exactly so on a processor of the kind that recorded them.

    Elsewhere a point of the surface may fall on the other side of a pixel's border: between AVX2
    and none that moves 1 byte in 400 by more than a level, and none by more than 20.
    """
    assert recorded(PIXELS)["generator"] == GENERATOR_VERSION
    with Image.open(RECORDED / PICTURES) as file:
        before = np.asarray(file)
    assert pixels_hash(before) == recorded(PIXELS)["pixels"]
    pictures = reference_pictures()
    if pixels_hash(pictures) != recorded(PIXELS)["pixels"]:
        assert pictures.shape == before.shape
        off = np.abs(pictures.astype(int) - before)
        assert (off > 1).mean() < STRAY_SHARE, RECORD
        assert off.max() <= LARGEST_STRAY, RECORD
