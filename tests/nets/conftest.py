"""How large a network is."""

from collections.abc import Callable

import pytest
from torch import nn


@pytest.fixture(scope="session")
def parameters() -> Callable[..., int]:
    """Counts the parameters of modules."""

    def count(*modules: nn.Module) -> int:
        return sum(p.numel() for module in modules for p in module.parameters())

    return count
