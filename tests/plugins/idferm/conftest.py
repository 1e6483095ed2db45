"""Runs that have references at hand, as the stage would have made them."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from ferbench.training.checkpoint import Checkpoint
from ferbench.training.context import Run
from ferbench.training.seeding import seed_everything


def generated(count: int) -> np.ndarray:
    """Noise of another kind than the toy's faces."""
    draw = np.random.default_rng(7)
    return draw.normal(90, 30, (count, 64, 64, 1)).clip(0, 255).astype(np.uint8)


@pytest.fixture
def run_beside(tmp_path: Path) -> Callable[..., Run]:
    """`run_beside(48)`: a run whose stages made references of 48 faces."""

    def make(count: int, folder: str = "run", **stages: object) -> Run:
        run = Run(
            axes=(0, 0),
            device=torch.device("cpu"),
            checkpoint=Checkpoint(tmp_path / folder),
            stages={"references": {"images": generated(count)}, **stages},
        )
        seed_everything(run.seed("fit"))
        return run

    return make
