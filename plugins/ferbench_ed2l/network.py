"""The ED2L framework (its table 1): the baseline and, beside it, the dispelling branch."""

from ferbench.nets.sphereface import PAPER, Branch, SphereFace, SphereShape, linear_head


class Ed2lNetwork(SphereFace):
    """`branch` distils (B_t, f_t), `dispelling` dispels (B_p, f_p), both after the shared layers.

    9,905,543 parameters at 112 x 96, full width and seven classes. Prediction uses the distilling
    branch alone; the other one is kept with the state, to be looked at. The layers that the
    baseline has are initialised first, with the same random numbers.
    """

    def __init__(
        self,
        classes: int,
        channels: int,
        window: tuple[int, int],
        scale: float,
        shape: SphereShape = PAPER,
    ) -> None:
        super().__init__(classes, channels, window, scale, shape)
        self.dispelling = Branch(window, shape)
        self.dispeller = linear_head(shape.features, classes)
