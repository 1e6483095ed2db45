"""What prediction needs: the generator, and the classifier of a face beside its average face."""

from typing import cast

import torch
from torch import nn
from torch.nn import functional as F

from ferbench.nets.embedding import EmbeddingNetwork
from ferbench.nets.resnet import PairForm, PairTrunk
from ferbench.nets.sphereface import Features
from ferbench.nets.unet import UNet
from ferbench.training.residual import residual_trunk
from ferbench_ifgan.config import IfGanConfig

PROBED = 16
"""Side to which pictures are averaged before they are probed: 768 values."""


class IfGanNetwork(EmbeddingNetwork):
    """E({I, G(I)}): G makes the average face with the expression of I, E sees both.

    The layers that the baseline has are initialised first, with the same random numbers.
    `averages` are what G is to make, one of each class; they are kept to be looked at.
    """

    averages: torch.Tensor

    def __init__(self, config: IfGanConfig, classes: int, attention: bool) -> None:
        super().__init__()
        trunk = residual_trunk(config)
        self.encoder = PairTrunk(trunk, cast(PairForm, config.pair))
        self.classifier = nn.Linear(self.encoder.features, classes)
        self.generator = UNet(config.gan_divisor, attention, config.recompute)
        self.register_buffer("averages", torch.zeros(classes, 3, config.crop, config.crop))

    def embed(self, x: torch.Tensor) -> torch.Tensor:
        """The feature of the fake tuple, (N, 3, S, S) -> (N, D)."""
        return self.encoder(x, self.generator(x))

    def features(self, x: torch.Tensor) -> Features:
        """That, and the pixels of I as `input` and of G(I) as `generated`, for the probes."""
        made = self.generator(x)
        pixels = {name: _pixels(faces) for name, faces in (("input", x), ("generated", made))}
        return Features(self.encoder(x, made), pixels)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits, (N, classes)."""
        return self.classifier(self.embed(x))


def _pixels(faces: torch.Tensor) -> torch.Tensor:
    return F.adaptive_avg_pool2d(faces, PROBED).flatten(1)
