"""The inception trunk of 2B(N+M) Softmax and IDFERM (after Mollahosseini et al., 2016)."""

from dataclasses import dataclass

import torch
from torch import nn

from ferbench.errors import UsageError
from ferbench.nets.embedding import EmbeddingNetwork

FC1, FC2 = 4096, 1024
"""Widths of the fully connected layers at full width."""


@dataclass(frozen=True, slots=True)
class TrunkShape:
    """The papers' network by default; the smaller presets deviate from it.

    divisor:    every width of the network is divided by it.
    batch_norm: batch norm between each convolution and its PReLU, in place of the bias.
    first_pool: the pooling after the first convolution; without it smaller faces keep their detail.
    """

    divisor: int = 1
    batch_norm: bool = False
    first_pool: bool = True

    def width(self, full: int) -> int:
        """A width of the full network, reduced."""
        return max(1, full // self.divisor)


PAPER = TrunkShape()


class ConvPReLU(nn.Sequential):
    """A convolution, batch norm where asked for, and a PReLU with one slope a channel."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        stride: int = 1,
        padding: int = 0,
        batch_norm: bool = False,
    ) -> None:
        convolution = nn.Conv2d(inputs, outputs, kernel, stride, padding, bias=not batch_norm)
        norm = [nn.BatchNorm2d(outputs)] if batch_norm else []
        super().__init__(convolution, *norm, nn.PReLU(outputs))


class Inception(nn.Module):
    """Four parallel branches, joined by channel; the spatial size stays.

    widths: (1x1, 3x3 reduction, 3x3, 5x5 reduction, 5x5, pool projection). The three 1x1
    convolutions that read the input are computed as one, which changes nothing but the time.
    """

    def __init__(
        self, inputs: int, widths: tuple[int, int, int, int, int, int], batch_norm: bool = False
    ) -> None:
        super().__init__()
        one, three_in, three, five_in, five, pool = widths
        self.read = (one, three_in, five_in)
        self.outputs = one + three + five + pool
        self.reduce = ConvPReLU(inputs, sum(self.read), 1, batch_norm=batch_norm)
        self.three = ConvPReLU(three_in, three, 3, padding=1, batch_norm=batch_norm)
        self.five = ConvPReLU(five_in, five, 5, padding=2, batch_norm=batch_norm)
        self.pool = nn.Sequential(
            nn.MaxPool2d(3, 1, 1), ConvPReLU(inputs, pool, 1, batch_norm=batch_norm)
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, inputs, H, W) -> (N, one + three + five + pool, H, W)."""
        one, three_in, five_in = self.reduce(x).split(self.read, dim=1)
        return torch.cat([one, self.three(three_in), self.five(five_in), self.pool(x)], dim=1)


class InceptionTrunk(nn.Module):
    """Convolutions, three inception modules and FC_1, shared by both branches of the papers.

    Source: 2B(N+M) Softmax section 4 with Mollahosseini's figure 1; the widths are GoogLeNet's
    3a, 3b and 4a, unpadded first convolutions and ceil-mode pools, which give the 25 M operations
    that the paper prints (25.08 M multiply-accumulates at 48 x 48 x 1 with FC_2).
    """

    def __init__(self, channels: int = 1, side: int = 48, shape: TrunkShape = PAPER) -> None:
        super().__init__()
        wide, norm = shape.width, shape.batch_norm
        blocks, inputs = [], wide(192)
        for full in (
            (64, 96, 128, 16, 32, 32),
            (128, 128, 192, 32, 96, 64),
            (192, 96, 208, 16, 48, 64),
        ):
            one, three_in, three, five_in, five, pool = map(wide, full)
            block = Inception(inputs, (one, three_in, three, five_in, five, pool), norm)
            blocks.append(block)
            inputs = block.outputs
        self.convolutions = nn.Sequential(
            ConvPReLU(channels, wide(64), 7, stride=2, batch_norm=norm),
            *([_pool()] if shape.first_pool else []),
            ConvPReLU(wide(64), wide(192), 3, batch_norm=norm),
            _pool(),
            *blocks[:2],
            _pool(),
            blocks[2],
            _pool(),
        )
        self.features = wide(FC1)
        last = inputs * last_side(side, shape) ** 2
        self.fc1 = nn.Sequential(nn.Flatten(), nn.Linear(last, self.features), nn.PReLU())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, channels, side, side) -> FC_1, (N, features): 4096 at full width."""
        return self.fc1(self.convolutions(x))


def last_side(crop: int, shape: TrunkShape = PAPER) -> int:
    """The side of the last map of a square crop; 1 for the papers' 48 and 60 pixels."""
    side = (crop - 7) // 2 + 1
    side = (_pooled(side) if shape.first_pool else side) - 2
    last = _pooled(_pooled(_pooled(side)))
    if last < 1:
        raise UsageError(
            f"crop {crop} is too small for the inception trunk: nothing is left after its pools"
        )
    return last


class InceptionClassifier(EmbeddingNetwork):
    """The trunk and the expression branch: FC_2 (1024 at full width), then the classes."""

    def __init__(
        self, classes: int, channels: int = 1, side: int = 48, shape: TrunkShape = PAPER
    ) -> None:
        super().__init__()
        self.trunk = InceptionTrunk(channels, side, shape)
        self.features = shape.width(FC2)
        self.fc2 = nn.Sequential(nn.Linear(self.trunk.features, self.features), nn.PReLU())
        self.classifier = nn.Linear(self.features, classes)

    def embed(self, x: torch.Tensor) -> torch.Tensor:
        """FC_2, (N, features)."""
        return self.fc2(self.trunk(x))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits, (N, classes)."""
        return self.classifier(self.embed(x))


def he_initialise(module: nn.Module) -> None:
    """He-normal weights for convolutions and linear layers, zero biases."""
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(layer.weight, a=0.25)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


def _pool() -> nn.MaxPool2d:
    return nn.MaxPool2d(3, 2, ceil_mode=True)


def _pooled(side: int) -> int:
    """3/2 pooling in ceil mode."""
    return -(-(side - 3) // 2) + 1
