"""The layers of ED2L and ADFL (their tables 1), adapted by the papers from SphereFaceNet-20.

At 1 x 112 x 96 and full width:

    shared   Conv1  3x3, 32, stride 2; 1 residual unit     32 x 56 x 48       19,008 parameters
             Conv2  3x3, 64, stride 2; 2 residual units    64 x 28 x 24      166,848
             Conv3  3x3, 128, stride 2; 4 residual units  128 x 14 x 12    1,256,832
    branch   3x3, 256, stride 2; 1 residual unit          256 x 7 x 6      1,476,864
             FC-256, linear                               256              2,752,768

Every convolution is without bias, padded by 1, and followed by batch norm and a PReLU with one
slope a channel. SphereFaceNet-20 itself has biases, no batch norm and twice the widths.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F

from ferbench.nets.embedding import EmbeddingNetwork
from ferbench.nets.inception import ConvPReLU, he_initialise

WIDTHS = (32, 64, 128, 256)
"""Channels of Conv1, Conv2, Conv3 and of a branch."""
FEATURES = 256
"""Width of FC-256."""


@dataclass(frozen=True, slots=True)
class SphereShape:
    """The papers' network by default; the smaller presets deviate from it.

    divisor: every width of the network is divided by it.
    units:   residual units of Conv1, Conv2, Conv3 and of a branch.
    """

    divisor: int = 1
    units: tuple[int, int, int, int] = (1, 2, 4, 1)

    @property
    def widths(self) -> tuple[int, ...]:
        """Channels of Conv1, Conv2, Conv3 and of a branch."""
        return tuple(max(1, width // self.divisor) for width in WIDTHS)

    @property
    def features(self) -> int:
        """Width of FC-256."""
        return max(1, FEATURES // self.divisor)

    def last(self, window: tuple[int, int]) -> int:
        """Values of a branch's last maps, of a window of this height and width."""
        height, width = (-(-side // 16) for side in window)
        return self.widths[-1] * height * width


PAPER = SphereShape()


@dataclass(frozen=True, slots=True)
class SphereDesign:
    """What a network on these layers is made for.

    classes:  the scored ones.
    channels: of the pictures; window: their height and width.
    scale:    s of the additive-margin softmax.
    """

    classes: int
    channels: int
    window: tuple[int, int]
    scale: float
    shape: SphereShape = PAPER


class ResidualUnit(nn.Module):
    """x + two convolutions of x; nothing comes after the sum."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.pair = nn.Sequential(_convolution(width, width, 1), _convolution(width, width, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, width, H, W), unchanged in shape."""
        return x + self.pair(x)


class SharedLayers(nn.Module):
    """Conv1, Conv2 and Conv3."""

    def __init__(self, channels: int = 1, shape: SphereShape = PAPER) -> None:
        super().__init__()
        inputs, blocks = channels, []
        for width, units in zip(shape.widths[:3], shape.units[:3], strict=True):
            blocks.append(nn.Sequential(_convolution(inputs, width, 2), *_units(width, units)))
            inputs = width
        self.blocks = nn.Sequential(*blocks)
        he_initialise(self)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, channels, H, W) -> (N, 128, H / 8, W / 8), rounded upward."""
        return self.blocks(x)


class Branch(nn.Module):
    """A branch after the shared layers: maps, and FC-256 of them.

    window: height and width of the pictures. `down` gives the maps of ED2L's figure 5.
    """

    def __init__(self, window: tuple[int, int], shape: SphereShape = PAPER) -> None:
        super().__init__()
        width = shape.widths[3]
        self.down = _convolution(shape.widths[2], width, 2)
        self.units = nn.Sequential(*_units(width, shape.units[3]))
        self.fc = nn.Linear(shape.last(window), shape.features)
        he_initialise(self)

    def maps(self, shared: torch.Tensor) -> torch.Tensor:
        """What the shared layers gave -> (N, 256, H / 16, W / 16)."""
        return self.units(self.down(shared))

    def feature(self, maps: torch.Tensor) -> torch.Tensor:
        """The maps -> FC-256, (N, 256)."""
        return self.fc(maps.flatten(1))

    def forward(self, shared: torch.Tensor) -> torch.Tensor:
        """What the shared layers gave -> FC-256, (N, 256)."""
        return self.feature(self.maps(shared))


class CosineClassifier(nn.Linear):
    """The classifier of the additive-margin softmax: s cos(f, W_j), without bias.

    Probabilities at test are the softmax of it, without a margin.
    """

    def __init__(self, features: int, classes: int, scale: float) -> None:
        super().__init__(features, classes, bias=False)
        self.scale = scale
        he_initialise(self)

    def cosines(self, features: torch.Tensor) -> torch.Tensor:
        """(N, D) -> (N, C)."""
        return F.linear(F.normalize(features), F.normalize(self.weight))

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Logits: (N, D) -> (N, C)."""
        return self.scale * self.cosines(features)


class Features(NamedTuple):
    """The feature that is classified, (N, D), and further ones by name."""

    classified: torch.Tensor
    further: Mapping[str, torch.Tensor]


class SphereNetwork(EmbeddingNetwork):
    """Shared layers, to which each network adds its branches and, of one feature, the classifier.

    The shared layers and the first branch are initialised before all else, so that networks of one
    seed begin alike.
    """

    classifier: CosineClassifier

    def __init__(self, design: SphereDesign) -> None:
        super().__init__()
        self.shared = SharedLayers(design.channels, design.shape)

    def features(self, x: torch.Tensor) -> Features:
        """What `embed` gives, and the network's other features."""
        return Features(self.embed(x), {})

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits, (N, classes)."""
        return self.classifier(self.embed(x))


class SphereFace(SphereNetwork):
    """Shared layers, one branch and its classifier: the baseline of both papers."""

    def __init__(self, design: SphereDesign) -> None:
        super().__init__(design)
        self.branch = Branch(design.window, design.shape)
        self.classifier = cosine_classifier(design)

    def embed(self, x: torch.Tensor) -> torch.Tensor:
        """FC-256 of the branch, (N, 256)."""
        return self.branch(self.shared(x))


def cosine_classifier(design: SphereDesign) -> CosineClassifier:
    """The classifier of the scored classes."""
    return CosineClassifier(design.shape.features, design.classes, design.scale)


def linear_head(features: int, classes: int) -> nn.Linear:
    """A plain classifier with bias: the papers' dispellers, and ADFL's splitter."""
    head = nn.Linear(features, classes)
    he_initialise(head)
    return head


def _convolution(inputs: int, outputs: int, stride: int) -> ConvPReLU:
    return ConvPReLU(inputs, outputs, 3, stride, padding=1, batch_norm=True)


def _units(width: int, count: int) -> list[ResidualUnit]:
    return [ResidualUnit(width) for _ in range(count)]
