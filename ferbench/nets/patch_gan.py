"""PatchGAN, the discriminator of pix2pix (Isola et al., 2017) that IF-GAN takes over."""

import itertools

import torch
from torch import nn

from ferbench.nets.dr_gan import initialise

WIDTHS = (64, 128, 256, 512)


class PatchGan(nn.Module):
    """Whether each patch of a tuple of two pictures is of the real tuple, as logits.

    4 x 4 convolutions padded by 1 of 64, 128, 256 (stride 2), 512 and 1 (stride 1) channels, leaky
    ReLU of 0.2, batch norm but in the first and the last. A logit sees 70 x 70 pixels; 224 x 224
    give 26 x 26 of them. 2,768,705 parameters. Give it real and fake tuples in one batch, so that
    batch norm does not hide which is which.
    """

    def __init__(self, divisor: int = 1) -> None:
        super().__init__()
        widths = [max(1, width // divisor) for width in WIDTHS]
        layers: list[nn.Module] = [_convolution(6, widths[0], 2), nn.LeakyReLU(0.2)]
        for (a, b), stride in zip(itertools.pairwise(widths), (2, 2, 1), strict=True):
            layers += [_convolution(a, b, stride, bias=False), nn.BatchNorm2d(b), nn.LeakyReLU(0.2)]
        self.layers = nn.Sequential(*layers, _convolution(widths[-1], 1, 1))
        initialise(self)

    def forward(self, pairs: torch.Tensor) -> torch.Tensor:
        """Two pictures behind each other, (N, 6, S, S) -> (N, 1, S / 8 - 2, S / 8 - 2)."""
        return self.layers(pairs)


def _convolution(inputs: int, outputs: int, stride: int, bias: bool = True) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 4, stride, padding=1, bias=bias)
