"""The ADFL framework (its table 1)."""

import torch
from torch import nn

from ferbench.nets.inception import he_initialise
from ferbench.nets.sphereface import (
    Branch,
    Features,
    SphereDesign,
    SphereNetwork,
    cosine_classifier,
    linear_head,
)


class AdflNetwork(SphereNetwork):
    """Shared layers, an expressive and a neutral branch, and the residual of their maps.

    classes: the expressive ones, C - 1 of the paper's C. 12,660,367 parameters at 112 x 96, full
    width and seven of them. Eq. 5 prints f_r = f_e - f_n; by the text and table 1 these are the
    maps before FC-256, 256 x 7 x 6, and the residual has an FC-256 of its own. The layers that the
    baseline has are initialised first, with the same random numbers.
    """

    def __init__(self, design: SphereDesign) -> None:
        super().__init__(design)
        window, shape = design.window, design.shape
        self.expressive = Branch(window, shape)
        self.neutral = Branch(window, shape)
        self.splitter = linear_head(shape.features, design.classes)
        self.dispeller = linear_head(shape.features, design.classes + 1)
        self.residual_fc = nn.Linear(shape.last(window), shape.features)
        he_initialise(self.residual_fc)
        self.classifier = cosine_classifier(design)

    def maps(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """The expressive and the neutral branch's maps, each (N, 256, H / 16, W / 16)."""
        shared = self.shared(x)
        return self.expressive.maps(shared), self.neutral.maps(shared)

    def residual(self, expressive: torch.Tensor, neutral: torch.Tensor) -> torch.Tensor:
        """The residual feature of both branches' maps, (N, 256, H / 16, W / 16) -> (N, 256)."""
        return self.residual_fc((expressive - neutral).flatten(1))

    def embed(self, x: torch.Tensor) -> torch.Tensor:
        """The residual feature, (N, 256)."""
        return self.residual(*self.maps(x))

    def features(self, x: torch.Tensor) -> Features:
        """f_r; f_e as `expressive` and f_n as `neutral`."""
        maps_e, maps_n = self.maps(x)
        f_e, f_n = self.expressive.feature(maps_e), self.neutral.feature(maps_n)
        return Features(self.residual(maps_e, maps_n), {"expressive": f_e, "neutral": f_n})
