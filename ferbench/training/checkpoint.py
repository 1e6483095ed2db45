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

    def _selected(self, epoch: int) -> Path:
        return self.folder / f"selected-{epoch}.npz"

    def save(
        self,
        epoch: int,
        parts: Mapping[str, Snapshot],
        books: dict[str, Any],
        selected: tuple[int, State] | None = None,
    ) -> None:
        """Store what there is after `epoch`: the method's parts, the books, the generators.

        selected: the best epoch so far and its state; written first, under the epoch's name, so
        that a kill in between leaves the older checkpoint with the state that belongs to it.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        if selected is not None and not self._selected(selected[0]).exists():
            save_state(self._selected(selected[0]), selected[1])
        content = {
            "epoch": epoch,
            "parts": {name: part.state_dict() for name, part in parts.items()},
            "books": books,
            "rng": rng_state(),
        }
        draft = self._epoch.with_suffix(".draft")
        torch.save(content, draft)
        os.replace(draft, self._epoch)
        for older in self.folder.glob("selected-*.npz"):
            if selected is None or older != self._selected(selected[0]):
                older.unlink()

    def restore(self, parts: Mapping[str, Snapshot]) -> tuple[int, dict[str, Any]] | None:
        """Fill `parts` and the generators; the last stored epoch and the books.

        All is read to the CPU, where generator states belong; parts copy to their own device.
        """
        if not self._epoch.exists():
            return None
        content = torch.load(self._epoch, map_location="cpu", weights_only=True)
        for name, part in parts.items():
            part.load_state_dict(content["parts"][name])
        set_rng_state(content["rng"])
        return content["epoch"], content["books"]

    def selected(self, epoch: int) -> State:
        """The stored state of the best epoch."""
        return read_state(self._selected(epoch))

    def remove(self) -> None:
        """Forget everything: the cell has ended."""
        shutil.rmtree(self.folder, ignore_errors=True)
