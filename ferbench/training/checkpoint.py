"""Epoch checkpoints of one cell: everything needed to continue as if nothing had happened."""

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from ferbench.contracts.method import State
from ferbench.contracts.run import Snapshot
from ferbench.training.seeding import rng_state, set_rng_state
from ferbench.training.states import read_state, save_state


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The checkpoint of one cell, in a folder of its own."""

    folder: Path

    @property
    def _epoch(self) -> Path:
        return self.folder / "epoch.pt"

    @property
    def _selected(self) -> Path:
        return self.folder / "selected.npz"

    def save(self, epoch: int, parts: Mapping[str, Snapshot], harness: dict[str, Any]) -> None:
        """Store what there is after `epoch`: the method's parts, the books, the generators."""
        self.folder.mkdir(parents=True, exist_ok=True)
        content = {
            "epoch": epoch,
            "parts": {name: part.state_dict() for name, part in parts.items()},
            "harness": harness,
            "rng": rng_state(),
        }
        draft = self._epoch.with_suffix(".draft")
        torch.save(content, draft)
        os.replace(draft, self._epoch)

    def restore(self, parts: Mapping[str, Snapshot]) -> tuple[int, dict[str, Any]] | None:
        """Fill `parts` and the generators; the last finished epoch and the harness's books.

        All is read to the CPU, where generator states belong; parts copy to their own device.
        """
        if not self._epoch.exists():
            return None
        content = torch.load(self._epoch, map_location="cpu", weights_only=True)
        for name, part in parts.items():
            part.load_state_dict(content["parts"][name])
        set_rng_state(content["rng"])
        return content["epoch"], content["harness"]

    def save_selected(self, state: State) -> None:
        """Store the state of the best epoch so far; called before `save` of the same epoch."""
        self.folder.mkdir(parents=True, exist_ok=True)
        save_state(self._selected, state)

    def selected(self) -> State:
        """The stored state of the best epoch."""
        return read_state(self._selected)

    def remove(self) -> None:
        """Forget everything: the cell has ended."""
        shutil.rmtree(self.folder, ignore_errors=True)
