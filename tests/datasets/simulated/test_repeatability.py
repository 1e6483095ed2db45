"""What was drawn once is drawn again: parameters to the ninth decimal, pixels to a grey level."""

import json
import os
import subprocess
import sys
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

WITHOUT_VECTORS = """
import sys, numpy, torch
from ferbench.datasets.simulated.reference import reference_pictures
assert torch.backends.cpu.get_cpu_capability() == "DEFAULT"
numpy.save(sys.argv[1], reference_pictures())
"""
"""Draws the reference as a processor without vector instructions would."""


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


def recorded_pictures() -> np.ndarray:
    """The reference as it was drawn when this version was recorded."""
    assert recorded(PIXELS)["generator"] == GENERATOR_VERSION
    with Image.open(RECORDED / PICTURES) as file:
        before = np.asarray(file)
    assert pixels_hash(before) == recorded(PIXELS)["pixels"]
    return before


def levels_apart(one: np.ndarray, other: np.ndarray) -> int:
    assert one.shape == other.shape
    return int(np.abs(one.astype(int) - other).max())


def test_pixels_are_those_recorded_within_a_grey_level() -> None:
    """Exactly so on processors of the kind that recorded them."""
    assert levels_apart(reference_pictures(), recorded_pictures()) <= 1, RECORD


def test_a_processor_without_vector_instructions_draws_them_within_a_grey_level(
    tmp_path: Path,
) -> None:
    file = tmp_path / "pictures.npy"
    subprocess.run(
        [sys.executable, "-c", WITHOUT_VECTORS, str(file)],
        env={**os.environ, "ATEN_CPU_CAPABILITY": "default"},
        check=True,
    )
    assert levels_apart(np.load(file), recorded_pictures()) <= 1, RECORD
