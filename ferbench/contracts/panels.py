"""The contract of panels: pictures by which a method shows what it makes of faces; and its hook.

Modules that hold methods may import `contracts.hookspecs`, so that a change of it makes their cells
others. Here nothing does that: no method imports this module.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ferbench.contracts.faces import Faces
from ferbench.contracts.hookspecs import hookspec
from ferbench.contracts.run import RunContext


@dataclass(frozen=True, slots=True)
class Panel:
    """One column of a figure whose rows are N faces.

    title:    what it shows, in a few words.
    pictures: (N, H, W, C) uint8, C = 1 or 3: the faces as the method sees them, or pictures that it
              makes of them.
    heat:     (N, H, W) in [0, 1], drawn over the pictures; None: the pictures alone.
    """

    title: str
    pictures: np.ndarray
    heat: np.ndarray | None = None


PanelFunction = Callable[[Any, Faces, RunContext], Sequence[Panel]]
"""Called with the trained method, the faces and the run."""


@dataclass(frozen=True, slots=True)
class PanelSpec:
    """What a method can show, registered beside it.

    It is no part of the method: what is drawn of finished cells does not make them other cells.

    name:     the method's.
    function: `module:function` of a `PanelFunction`; imported where figures are drawn only.
    """

    name: str
    function: str


@hookspec
def register_panels(register: Callable[[PanelSpec], None]) -> None:
    """Register what methods show of faces: call `register(PanelSpec(...))` for each method."""
