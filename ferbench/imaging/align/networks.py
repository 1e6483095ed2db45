"""P-Net, R-Net and O-Net, the three small networks of MTCNN.

Zhang, Zhang, Li & Qiao, "Joint Face Detection and Alignment Using Multitask Cascaded Convolutional
Networks", IEEE Signal Processing Letters 23 (2016), figure 2. Input: RGB as (v - 127.5) / 128.
No padding; pooling rounds its output size up. A box comes as offsets (left, top, right, bottom) in
units of the window's side, landmarks as five x, then five y, in the same units from the window's
top left corner: left eye, right eye, nose tip, left and right corner of the mouth (left as seen in
the picture).
"""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor, nn

PNET_SIDE, RNET_SIDE, ONET_SIDE = 12, 24, 48
"""The window that each network judges, in pixels."""

PNET_STRIDE = 2
"""Pixels between neighbouring windows of P-Net."""


class PNet(nn.Module):
    """Proposals: (N, 3, H, W) -> probability (N, h, w) and box offsets (N, 4, h, w)."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = nn.Sequential(
            *_convolution(3, 10, 3), _pool(2), *_convolution(10, 16, 3), *_convolution(16, 32, 3)
        )
        self.box = nn.Conv2d(32, 4, 1)
        self.face = nn.Conv2d(32, 2, 1)

    def forward(self, pictures: Tensor) -> tuple[Tensor, Tensor]:
        features = self.trunk(pictures)
        return self.face(features).softmax(1)[:, 1], self.box(features)


class RNet(nn.Module):
    """Refinement: (N, 3, 24, 24) -> probability (N,) and box offsets (N, 4)."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = nn.Sequential(
            *_convolution(3, 28, 3), _pool(3), *_convolution(28, 48, 3), _pool(3),
            *_convolution(48, 64, 2), nn.Flatten(), *_dense(64 * 3 * 3, 128),
        )  # fmt: skip
        self.box = nn.Linear(128, 4)
        self.face = nn.Linear(128, 2)

    def forward(self, patches: Tensor) -> tuple[Tensor, Tensor]:
        features = self.trunk(patches)
        return self.face(features).softmax(1)[:, 1], self.box(features)


class ONet(nn.Module):
    """Output: (N, 3, 48, 48) -> probability (N,), box offsets (N, 4), landmarks (N, 5, 2)."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = nn.Sequential(
            *_convolution(3, 32, 3), _pool(3), *_convolution(32, 64, 3), _pool(3),
            *_convolution(64, 64, 3), _pool(2), *_convolution(64, 128, 2),
            nn.Flatten(), *_dense(128 * 3 * 3, 256),
        )  # fmt: skip
        self.box = nn.Linear(256, 4)
        self.points = nn.Linear(256, 10)
        self.face = nn.Linear(256, 2)

    def forward(self, patches: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        features = self.trunk(patches)
        points = self.points(features).unflatten(1, (2, 5)).transpose(1, 2)
        return self.face(features).softmax(1)[:, 1], self.box(features), points


def fill(network: nn.Module, arrays: list[np.ndarray]) -> None:
    """Copy channels-last arrays, in the order of the layers, into `network`."""
    layers = [layer for layer in network.modules() if _is_filled(layer)]
    with torch.no_grad():
        for layer, array in zip(_parameters(layers), arrays, strict=True):
            layer.copy_(torch.from_numpy(_channels_first(array, layer.shape)))


def _channels_first(array: np.ndarray, shape: torch.Size) -> np.ndarray:
    """Kernels (h, w, in, out) -> (out, in, h, w); matrices (w * h * c, out) -> (out, c * h * w)."""
    if array.ndim == 4:
        return np.ascontiguousarray(array.transpose(3, 2, 0, 1))
    if array.ndim == 2 and array.shape[0] % 9 == 0:
        grid = array.reshape(3, 3, -1, array.shape[1])
        return np.ascontiguousarray(grid.transpose(3, 2, 1, 0)).reshape(shape)
    return np.ascontiguousarray(array.T).reshape(shape)


def _is_filled(layer: nn.Module) -> bool:
    return isinstance(layer, nn.Conv2d | nn.Linear | nn.PReLU)


def _parameters(layers: list[nn.Module]) -> Iterator[nn.Parameter]:
    for layer in layers:
        yield from layer.parameters()


def _convolution(channels: int, maps: int, side: int) -> tuple[nn.Module, nn.Module]:
    return nn.Conv2d(channels, maps, side), nn.PReLU(maps)


def _dense(features: int, units: int) -> tuple[nn.Module, nn.Module]:
    return nn.Linear(features, units), nn.PReLU(units)


def _pool(side: int) -> nn.Module:
    return nn.MaxPool2d(side, 2, ceil_mode=True)
