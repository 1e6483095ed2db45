"""A plugin that imports torch to register."""

import torch
from toys import spec

from ferbench.contracts.hookspecs import hookimpl


@hookimpl
def register_methods(register):
    """Register an honest method."""
    assert torch.__version__
    register(spec("heavy"))
