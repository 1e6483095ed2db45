"""Encoder, decoder and discriminator of IDFERM's generator, in DR-GAN's layout at 64 x 64.

At full width; every convolution is 3 x 3, without bias, followed by batch norm and a leaky ReLU:

    Enc   32, 64 @64 | 64/2, 64, 128 @32 | 128/2, 96, 192 @16 | 192/2, 128, 256 @8
          | 256/2, 160, 256 @4, mean over 4 x 4                          2,769,120 parameters
    Dec   FC 256 -> 256 x 4 x 4 | 160, 256 @4 | 256*2, 128, 192 @8 | 192*2, 96, 128 @16
          | 128*2, 64, 64 @32 | 64*2, 32 @64 | 1, tanh                   3,821,793
    Dis   as Enc, then one logit                                         2,769,377

"/2" halves the side, "*2" doubles it (fractionally strided). IDFERM refers to a paper of 2018 for
the encoder, whose text was not found; its wording is DR-GAN's, so that layout is taken. DR-GAN
itself works on 96 x 96 with ELU.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import nn

SIDE = 64
"""Pixels of a face's side."""
LAST = 4
"""Side of the encoder's last map, and of the decoder's first."""
LATENT = 256
"""Length of z."""

DOWN = ((32, 64), (64, 64, 128), (128, 96, 192), (192, 128, 256), (256, 160))
"""Widths of the encoder's blocks, before z; each but the first begins by halving the side."""
UP = ((160, 256), (256, 128, 192), (192, 96, 128), (128, 64, 64), (64, 32))
"""Widths of the decoder's blocks; each but the first begins by doubling the side."""


@dataclass(frozen=True, slots=True)
class DrGanShape:
    """The paper's networks by default; the smaller presets deviate from them.

    divisor: every width but that of z is divided by it.
    slope:   of the leaky ReLU (0.1; the paper finds 0.075 to 0.125 alike).
    latent:  length of z.
    """

    divisor: int = 1
    slope: float = 0.1
    latent: int = LATENT

    def width(self, full: int) -> int:
        """A width of the full network, reduced."""
        return max(1, full // self.divisor)


PAPER = DrGanShape()


class Encoder(nn.Module):
    """Enc: a face to its latent representation z."""

    def __init__(self, shape: DrGanShape = PAPER) -> None:
        super().__init__()
        layers = list(_down(shape))
        self.layers = nn.Sequential(*layers[:-1])  # z has no activation
        initialise(self)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, 1, 64, 64) in [-1, 1] -> z, (N, 256)."""
        return self.layers(x).mean((2, 3))


class Decoder(nn.Module):
    """Dec: a latent representation to a face."""

    def __init__(self, shape: DrGanShape = PAPER) -> None:
        super().__init__()
        first = shape.width(UP[0][-1])
        self.first = first
        self.fc = nn.Linear(shape.latent, first * LAST * LAST)
        layers: list[nn.Module] = [nn.BatchNorm2d(first), nn.LeakyReLU(shape.slope)]
        inputs = first
        for number, block in enumerate(UP):
            for place, full in enumerate(block):
                stride = 2 if number and not place else 1
                width = shape.width(full)
                layers += [
                    _fractional(inputs, width, stride, bias=False),
                    nn.BatchNorm2d(width),
                    nn.LeakyReLU(shape.slope),
                ]
                inputs = width
        self.layers = nn.Sequential(*layers, _fractional(inputs, 1, 1, bias=True), nn.Tanh())
        initialise(self)

    def forward(self, z: torch.Tensor) -> torch.Tensor:
        """(N, 256) -> (N, 1, 64, 64) in (-1, 1)."""
        return self.layers(self.fc(z).unflatten(1, (self.first, LAST, LAST)))


class Discriminator(nn.Module):
    """Dis: whether a face is a real frontal neutral one, as a logit.

    Give it real and generated faces in one batch while it learns: z is batch-normalised, so that
    over any batch the mean logit is the bias.
    """

    def __init__(self, shape: DrGanShape = PAPER) -> None:
        super().__init__()
        self.encoder = Encoder(shape)
        self.logit = nn.Linear(shape.latent, 1)
        initialise(self)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, 1, 64, 64) in [-1, 1] -> (N,)."""
        return self.logit(self.encoder(x)).squeeze(1)


def initialise(module: nn.Module) -> None:
    """Normal weights of deviation 0.02, as DR-GAN (after DCGAN); zero biases."""
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            nn.init.normal_(layer.weight, std=0.02)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)


def _down(shape: DrGanShape) -> Iterator[nn.Module]:
    inputs = 1
    blocks = [[shape.width(full) for full in block] for block in DOWN]
    blocks[-1].append(shape.latent)
    for number, block in enumerate(blocks):
        for place, width in enumerate(block):
            stride = 2 if number and not place else 1
            yield nn.Conv2d(inputs, width, 3, stride, padding=1, bias=False)
            yield nn.BatchNorm2d(width)
            yield nn.LeakyReLU(shape.slope)
            inputs = width


def _fractional(inputs: int, outputs: int, stride: int, bias: bool) -> nn.ConvTranspose2d:
    """A fractionally strided convolution: the side times `stride`."""
    return nn.ConvTranspose2d(
        inputs, outputs, 3, stride, padding=1, output_padding=stride - 1, bias=bias
    )
