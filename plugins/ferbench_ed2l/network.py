"""The ED2L framework (its table 1): the baseline and, beside it, the dispelling branch."""

import torch

from ferbench.nets.sphereface import Branch, Features, SphereDesign, SphereFace, linear_head


class Ed2lNetwork(SphereFace):
    """`branch` distils (B_t, f_t), `dispelling` dispels (B_p, f_p), both after the shared layers.

    9,905,543 parameters at 112 x 96, full width and seven classes. The distilling branch alone is
    classified by; the other one is kept with the state, to be looked at and probed. The layers that
    the baseline has are initialised first, with the same random numbers.
    """

    def __init__(self, design: SphereDesign) -> None:
        super().__init__(design)
        self.dispelling = Branch(design.window, design.shape)
        self.dispeller = linear_head(design.shape.features, design.classes)

    def features(self, x: torch.Tensor) -> Features:
        """f_t, and f_p as `dispelled`."""
        shared = self.shared(x)
        return Features(self.branch(shared), {"dispelled": self.dispelling(shared)})
