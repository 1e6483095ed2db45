"""The contract of a run: what the harness offers a method while it fits and predicts."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    import torch


EPOCH = "epoch"
VALIDATION_ACCURACY = "validation_accuracy"
CPU_SECONDS = "cpu_seconds"
"""What the harness writes into every point of a training curve, beside the method's scalars.

cpu_seconds: process-CPU seconds of the training so far, with that of its phases and without
validation and checkpoints; taken as the epoch is offered, before it is scored.
"""


@dataclass(frozen=True, slots=True)
class BatchShape:
    """The make-up of one training batch, from which the papers' cost formulas are computed.

    images:    images embedded.
    queries:   tuples formed, where the method forms any.
    positives: same-expression images a tuple (the papers' M).
    negatives: other-expression images a tuple (the papers' N).
    classes:   expression classes in the batch.
    """

    images: int
    queries: int = 0
    positives: int = 0
    negatives: int = 0
    classes: int = 0


class Snapshot(Protocol):
    """Anything that a checkpoint can hold: torch modules, optimisers and schedulers are."""

    def state_dict(self) -> dict[str, Any]: ...

    def load_state_dict(self, state_dict: dict[str, Any]) -> Any: ...


class RunContext(Protocol):
    """The harness's side of one cell."""

    @property
    def device(self) -> "torch.device":
        """Where to compute: a CUDA device if this cell was given one, else the CPU."""
        ...

    def seed(self, *axes: str | int) -> int:
        """A seed for the purpose named by `axes`, from the cell's seed and fold: 0 <= s < 2**31.

        The same for every method, so that two methods that draw alike see the same draws.
        """
        ...

    def phase(self, name: str) -> AbstractContextManager[None]:
        """Time what happens inside under `name`; phases may nest, time is charged to the inner."""
        ...

    def epochs(self, total: int, **parts: Snapshot) -> Iterator[int]:
        """Epoch numbers 0 .. total-1, with checkpoints of `parts` and all RNG states as epochs end.

        A cell that was killed continues after its last checkpoint (at most one a second is made).
        Create everything that training changes before this call, and pass it as `parts`.
        """
        ...

    def batch(self, shape: BatchShape) -> None:
        """Report a training batch; counts input passes and the comparisons the formula expects."""
        ...

    def offer(self, epoch: int, **scalars: float) -> float | None:
        """Offer the present state after an epoch; `scalars` (losses) go into the training curve.

        The harness scores the validation fold by `predict`, keeps the state of the best epoch
        (the earliest on ties) beside the last one, and predicts the test fold with both. Returns
        the validation accuracy, or None where the protocol has no validation fold.
        """
        ...

    def stage(self, name: str) -> dict[str, Any]:
        """The finished state of a stage in `MethodSpec.stages`; KeyError for another name."""
        ...
