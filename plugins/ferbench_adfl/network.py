"""The ADFL framework (its table 1)."""

import torch
from torch import nn

from ferbench.nets.embedding import EmbeddingNetwork
from ferbench.nets.inception import he_initialise
from ferbench.nets.sphereface import (
    PAPER,
    Branch,
    CosineClassifier,
    SharedLayers,
    SphereShape,
    linear_head,
)


class AdflNetwork(EmbeddingNetwork):
    """Shared layers, an expressive and a neutral branch, and the residual of their maps.

    classes: the expressive ones, C - 1 of the paper's C. 12,660,367 parameters at 112 x 96, full
    width and seven of them. Eq. 5 prints f_r = f_e - f_n; by the text and table 1 these are the
    maps before FC-256, 256 x 7 x 6, and the residual has an FC-256 of its own. The layers that the
    baseline has are initialised first, with the same random numbers.
    """

    classifier: CosineClassifier

    def __init__(
        self,
        classes: int,
        channels: int,
        window: tuple[int, int],
        scale: float,
        shape: SphereShape = PAPER,
    ) -> None:
        super().__init__()
        self.shared = SharedLayers(channels, shape)
        self.expressive = Branch(window, shape)
        self.neutral = Branch(window, shape)
        self.splitter = linear_head(shape.features, classes)
        self.dispeller = linear_head(shape.features, classes + 1)
        self.residual_fc = nn.Linear(shape.last(window), shape.features)
        he_initialise(self.residual_fc)
        self.classifier = CosineClassifier(shape.features, classes, scale)

    def residual(self, expressive: torch.Tensor, neutral: torch.Tensor) -> torch.Tensor:
        """The residual feature of both branches' maps, (N, 256, H / 16, W / 16) -> (N, 256)."""
        return self.residual_fc((expressive - neutral).flatten(1))

    def embed(self, x: torch.Tensor) -> torch.Tensor:
        """The residual feature, (N, 256)."""
        shared = self.shared(x)
        return self.residual(self.expressive.maps(shared), self.neutral.maps(shared))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits of the expressive classes, (N, classes)."""
        return self.classifier(self.embed(x))
