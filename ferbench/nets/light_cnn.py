"""Light CNN-4 (Wu et al., 2018; their model A): four convolutions with max-feature-map.

At its own size, 128 x 128 grey, and full width. Convolutions are unpadded, with bias; each is
followed by 2/2 max pooling (ceil mode) and max-feature-map (MFM), which halves the channels:

    conv1 9x9,  96   48 x 60 x 60        conv3 5x5, 256   128 x 12 x 12
    conv2 5x5, 192   96 x 28 x 28        conv4 4x4, 384   192 x 5 x 5
    fc1 512          256                                                  4,098,048 parameters

The authors take the MFM before the pooling; two maxima can change places.
"""

import torch
from torch import nn
from torch.nn import functional as F

from ferbench.nets.inception import he_initialise

SIDE = 128
"""The size it was made for."""
CONVOLUTIONS = ((9, 48), (5, 96), (5, 128), (4, 192))
"""Kernel, and channels after the MFM."""
FEATURES = 256


def max_feature_map(x: torch.Tensor) -> torch.Tensor:
    """MFM 2/1: the larger of channel k and channel k + C/2, (N, C, ...) -> (N, C/2, ...)."""
    return torch.maximum(*x.chunk(2, dim=1))


class LightCNN(nn.Module):
    """psi: faces to the maps of the last pooling and the identity feature.

    divisor: every width is divided by it.
    side:    pixels that faces are resized to, bilinearly; 64 is the least that leaves a map.
    """

    def __init__(self, divisor: int = 1, side: int = SIDE) -> None:
        super().__init__()
        self.side = side
        self.convolutions = nn.ModuleList()
        inputs = 1
        for kernel, full in CONVOLUTIONS:
            width = max(1, full // divisor)
            self.convolutions.append(nn.Conv2d(inputs, 2 * width, kernel))
            inputs, side = width, -(-(side - kernel + 1) // 2)
        self.features = max(1, FEATURES // divisor)
        self.fc1 = nn.Linear(inputs * side * side, 2 * self.features)
        he_initialise(self)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """(N, 1, H, W) in [-1, 1] -> maps (N, 192, 5, 5) and feature (N, 256): its last layers."""
        size = (self.side, self.side)
        if x.shape[2:] != size:
            x = F.interpolate(x, size, mode="bilinear", align_corners=False)
        maps = (x + 1) / 2  # grey levels on [0, 1], as the authors feed it
        for convolution in self.convolutions:
            maps = F.max_pool2d(max_feature_map(convolution(maps)), 2, ceil_mode=True)
        return maps, max_feature_map(self.fc1(maps.flatten(1)))
