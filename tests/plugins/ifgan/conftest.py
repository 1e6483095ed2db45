"""IF-GAN's networks and game at their smallest, and a batch to play with."""

import pytest
import torch
from ferbench_ifgan import METHODS
from ferbench_ifgan.config import IfGanConfig
from ferbench_ifgan.game import Game, lots_of
from ferbench_ifgan.network import IfGanNetwork
from torch import nn

SMALL = {"divisor": 16, "gan_divisor": 32, "crop": 32, "batch": 16}
CLASSES = 3


class Case:
    """A network, its game, and six faces with average faces and labels."""

    def __init__(self, attention: bool = False, **settings: object) -> None:
        torch.manual_seed(3)
        self.config = IfGanConfig(**{**SMALL, **settings})
        self.network = IfGanNetwork(self.config, CLASSES, attention)
        self.game = Game(self.config, CLASSES, self.network.encoder.features)
        self.both = nn.ModuleDict({"network": self.network, "game": self.game})
        self.faces, self.averages = torch.rand(2, 6, 3, 32, 32) * 2 - 1
        self.labels = torch.tensor([0, 1, 2, 0, 1, 1])
        self.game.island.centres.copy_(torch.randn(self.game.island.centres.shape))

    def lots(self, count: int = 1):
        """The batch in so many lots."""
        return lots_of(self.faces, self.averages, self.labels, count)

    def descents(self, rate: float = 0.0) -> tuple[torch.optim.SGD, torch.optim.SGD]:
        """Plain optimisers of D, and of G and E."""
        parts = (self.game.discriminator, self.network)
        first, second = (torch.optim.SGD(part.parameters(), rate) for part in parts)
        return first, second


@pytest.fixture
def case() -> type[Case]:
    """See `Case`."""
    return Case


@pytest.fixture
def methods(bench):
    """The plugin's methods at their smallest."""
    return bench(METHODS, {**SMALL, "epochs": 2})
