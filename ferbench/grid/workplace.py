"""Where and how cells run: no part of their identity."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from ferbench.grid.stage_store import StageStore
from ferbench.results.store import Store
from ferbench.training.checkpoint import Checkpoint

Observer = Callable[[int, dict[str, float]], None]
"""Called with (epoch, scalars) as epochs end."""


def unheard(epoch: int, scalars: dict[str, float]) -> None:
    """The observer of cells whose epochs are not shown."""


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where and how cells run; the same for all cells of a run, and no part of their identity.

    timeout: seconds a cell may take, or None. shared_device: whether others run beside it.
    checkpoint_every: an epoch that ends within so many seconds of the last checkpoint makes none:
    what a kill costs at most, besides the epoch it interrupts.
    """

    out: Path
    executor: str
    threads: int = 1
    shared_device: bool = False
    keep_models: bool = False
    timeout: float | None = None
    checkpoint_every: float = 1.0

    @property
    def store(self) -> Store:
        """The results store."""
        return Store(self.out)

    @property
    def stages(self) -> StageStore:
        """The finished stages."""
        return StageStore(self.out / "stages")

    def model(self, cell_id: str, state: str) -> Path:
        """Where a trained state of a cell is kept, if `keep_models` was asked for."""
        return self.out / "models" / cell_id / f"{state}.npz"

    def checkpoint(self, cell_id: str) -> Checkpoint:
        """The epoch checkpoint of a cell or stage."""
        return Checkpoint(self.out / "checkpoints" / cell_id)
