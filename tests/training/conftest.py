"""A small training that uses everything a checkpoint must hold."""

import random
from pathlib import Path

import numpy as np
import pytest
import torch

from ferbench.contracts.method import Cost
from ferbench.training.checkpoint import Checkpoint
from ferbench.training.context import Run
from ferbench.training.counting import count_comparisons
from ferbench.training.seeding import seed_everything
from ferbench.training.states import load_module_state, module_state

from ferbench.contracts.run import BatchShape  # isort: skip


class Killed(BaseException):
    """Stands for a kill: nothing catches it."""


class Tiny:
    """Dropout, batch norm, momentum, a schedule, and noise from all three global generators."""

    def __init__(self) -> None:
        seed_everything(11)
        self.network = torch.nn.Sequential(
            torch.nn.Linear(4, 8),
            torch.nn.BatchNorm1d(8),
            torch.nn.Dropout(0.5),
            torch.nn.Linear(8, 2),
        )
        self.optimiser = torch.optim.AdamW(self.network.parameters(), lr=0.05)
        self.schedule = torch.optim.lr_scheduler.OneCycleLR(self.optimiser, 0.1, total_steps=18)

    def fit(self, run: Run, epochs: int = 6, killed_in: int | None = None) -> list[int]:
        """Train; the epochs that were run. `killed_in` ends it in the middle of that epoch."""
        seen = []
        parts = {n: getattr(self, n) for n in ("network", "optimiser", "schedule")}
        for epoch in run.epochs(epochs, **parts):
            self.network.train()
            for step in range(3):
                x = torch.randn(6, 4) + random.random() + float(np.random.rand())
                loss = torch.nn.functional.cross_entropy(self.network(x), (x.sum(1) > 2).long())
                self.optimiser.zero_grad()
                loss.backward()
                self.optimiser.step()
                self.schedule.step()
                count_comparisons(10)
                run.batch(BatchShape(images=6))
                if killed_in == epoch and step == 1:
                    raise Killed
            seen.append(epoch)
            run.offer(epoch, loss=loss.item())
        return seen

    def predict(self, faces, run):
        raise NotImplementedError

    def state(self):
        return {"network": module_state(self.network)}

    def load_state(self, state):
        load_module_state(self.network, state["network"])

    def cost(self):
        return Cost(None, None)

    def expected_comparisons(self, batch):
        return 2 * batch.images


@pytest.fixture
def tiny() -> type[Tiny]:
    """The small training."""
    return Tiny


@pytest.fixture
def killed() -> type[Killed]:
    """What ends it."""
    return Killed


@pytest.fixture
def new_run(tmp_path: Path):
    """Makes runs that share one checkpoint folder."""

    def make(folder: str = "checkpoint", **more) -> Run:
        settings = {
            "axes": (0, 1),
            "device": torch.device("cpu"),
            "checkpoint": Checkpoint(tmp_path / folder),
        }
        return Run(**{**settings, **more})

    return make
