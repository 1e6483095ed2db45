"""The contract of generators: stages that learn to make a person's neutral face; and its hook.

As with panels, no method imports this module: what is done with a finished stage does not make the
cells that read it other cells.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ferbench.contracts.hookspecs import hookspec
from ferbench.contracts.method import Preparation


class FaceGenerator(Protocol):
    """A trained generator, ready to use.

    input: how a face is prepared for it.
    """

    input: Preparation

    def neutral(self, images: np.ndarray) -> np.ndarray:
        """(N, H, W, C) uint8 faces as prepared -> as many frontal neutral ones, of the same shape.

        Each as if it were alone.
        """
        ...


@dataclass(frozen=True, slots=True)
class GeneratorSpec:
    """How a generator is opened, registered beside the methods that train it.

    name:     the stage's, as in `StageSpec.name`.
    function: `module:function`, called with the stage's state and a `torch.device`, returns a
              `FaceGenerator`; imported where faces are generated only.
    """

    name: str
    function: str


@hookspec
def register_generators(register: Callable[[GeneratorSpec], None]) -> None:
    """Register stages that give generators: call `register(GeneratorSpec(...))` for each."""
