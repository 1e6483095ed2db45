"""VGG-Face (Parkhi et al., 2015; VGG-16's layers) up to its fifth convolution.

IDFERM compares faces by the maps of the fifth convolution, conv3_1; later maps are too coarse. At
64 x 64 and full width, each convolution 3 x 3 with bias and a ReLU:

    conv1_1, conv1_2   64 x 64 x 64   |  2/2 max  |  conv2_1, conv2_2  128 x 32 x 32
    2/2 max  |  conv3_1  256 x 16 x 16                                    555,328 parameters
"""

from collections import OrderedDict

import torch
from torch import nn

from ferbench.nets.inception import he_initialise

LAYERS = (
    ("conv1_1", 64),
    ("conv1_2", 64),
    ("pool1", 0),
    ("conv2_1", 128),
    ("conv2_2", 128),
    ("pool2", 0),
    ("conv3_1", 256),
)
"""Names and widths; 0 stands for a pooling."""
COLOURS = 3

OWN = ((127.5,) * COLOURS, (127.5,) * COLOURS)
VGG_FACE = ((129.1863, 104.7624, 93.5940), (1.0, 1.0, 1.0))
IMAGENET = ((123.675, 116.28, 103.53), (58.395, 57.12, 57.375))
"""Mean and deviation of red, green and blue on 0 .. 255 that a network was trained with."""


class VggFace(nn.Module):
    """phi_5: faces to the maps of conv3_1, behind their ReLU.

    divisor: every width is divided by it.
    levels:  mean and deviation that grey levels on 0 .. 255 are normalised with; `OWN` leaves
             [-1, 1] as it is.
    """

    mean: torch.Tensor
    deviation: torch.Tensor

    def __init__(
        self,
        divisor: int = 1,
        levels: tuple[tuple[float, ...], tuple[float, ...]] = OWN,
    ) -> None:
        super().__init__()
        layers: OrderedDict[str, nn.Module] = OrderedDict()
        inputs = COLOURS
        for name, full in LAYERS:
            if not full:
                layers[name] = nn.MaxPool2d(2)
                continue
            width = max(1, full // divisor)
            layers[name] = nn.Conv2d(inputs, width, 3, padding=1)
            layers[f"relu{name.removeprefix('conv')}"] = nn.ReLU()
            inputs = width
        self.features = inputs
        self.layers = nn.Sequential(layers)
        for name, values in zip(("mean", "deviation"), levels, strict=True):
            self.register_buffer(name, torch.tensor(values)[:, None, None], persistent=False)
        he_initialise(self)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Grey faces (N, 1, H, W) in [-1, 1] -> (N, 256, H / 4, W / 4)."""
        levels = (x + 1) * 127.5
        return self.layers((levels - self.mean) / self.deviation)
