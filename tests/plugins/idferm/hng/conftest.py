"""Small faces of a few people, a run, and the smallest networks."""

from collections.abc import Callable
from itertools import count
from pathlib import Path

import numpy as np
import pytest
import torch
from ferbench_idferm.hng.config import HNG_PRESETS, HngConfig

from ferbench.contracts.faces import LabelledFaces
from ferbench.contracts.method import State
from ferbench.training.checkpoint import Checkpoint
from ferbench.training.context import Run
from ferbench.training.seeding import seed_everything


@pytest.fixture
def small() -> Callable[..., HngConfig]:
    """`small(variant="no-id")`: the settings of `tiny`, with these."""
    return lambda **own: HngConfig(**{**HNG_PRESETS["tiny"], **own})


@pytest.fixture
def new_run(tmp_path: Path) -> Callable[..., Run]:
    """`new_run(stages=...)`: a run of its own, the global generators seeded as the harness does."""

    numbers = count()

    def make(stages: dict[str, State] | None = None) -> Run:
        run = Run(
            axes=(0, "stage", "hng", -1),
            device=torch.device("cpu"),
            checkpoint=Checkpoint(tmp_path / f"run-{next(numbers)}"),
            stages=stages,
        )
        seed_everything(run.seed("fit"))
        return run

    return make


@pytest.fixture
def faces() -> Callable[..., LabelledFaces]:
    """`faces(subject, sequence, role, classes)`: a corpus; face i is filled with the level i."""

    def make(
        subject: list[int] | None,
        sequence: list[int],
        role: list[int],
        classes: tuple[str, ...] = ("input", "target"),
        side: int = 64,
    ) -> LabelledFaces:
        total = len(sequence)
        levels = np.arange(total, dtype=np.uint8)[:, None, None, None]
        stored = np.tile(levels, (1, side, side, 1))
        stored[:, :, 0] = 200  # the left edge, to tell a mirrored face
        stored.setflags(write=False)
        return LabelledFaces(
            {"face": stored},
            np.arange(total),
            classes=classes,
            expression=np.array(role),
            subject=None if subject is None else np.array(subject),
            sequence=np.array(sequence),
        )

    return make
