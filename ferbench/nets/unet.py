"""IF-GAN's generator: a U-Net with three self-attention modules.

At 224 x 224 and full width, each level two 3 x 3 convolutions with batch norm and ReLU:

    down   64 @224 | 128 @112 | 256 @56 | 512 @28 | 512 @14, 2 x 2 max-pooling between them
    up     512 @28 | 256 @56 | 128 @112 | 64 @224; before each a transposed 2 x 2 convolution to the
           width of the skip connection, and the two behind each other
    out    1 x 1 to 3 channels, tanh

20,549,955 parameters, and 20,994,054 with attention. The paper prints no channels but in a figure
that is not at hand; these are ours. It says "one on a skip connection and another two on the
encoding and decoding paths" and names the 56 x 56 maps, so that is where they are.
"""

import itertools

import torch
from torch import nn
from torch.nn import functional as F

from ferbench.nets.dr_gan import initialise
from ferbench.nets.recompute import through
from ferbench.nets.self_attention import SelfAttention

WIDTHS = (64, 128, 256, 512, 512)
ATTENDED = 2
"""The level with attention: a quarter of the picture's side."""


class UNet(nn.Module):
    """A face to a face; its side is a multiple of 16.

    divisor:   every width is divided by it.
    attention: the three modules, or none.
    recompute: see `nets.recompute`.
    """

    def __init__(self, divisor: int = 1, attention: bool = True, recompute: bool = False) -> None:
        super().__init__()
        widths = [max(1, width // divisor) for width in WIDTHS]
        self.recompute = recompute
        self.down = nn.ModuleList(_convolutions(a, b) for a, b in itertools.pairwise((3, *widths)))
        upward = list(itertools.pairwise(reversed(widths)))
        self.grow = nn.ModuleList(nn.ConvTranspose2d(a, b, 2, 2) for a, b in upward)
        self.up = nn.ModuleList(_convolutions(2 * b, b) for _, b in upward)
        self.out = nn.Conv2d(widths[0], 3, 1)
        kind = SelfAttention if attention else nn.Identity
        attended = widths[ATTENDED]
        self.on_encoder, self.on_skip, self.on_decoder = (
            kind(attended),
            kind(attended),
            kind(attended),
        )
        initialise(self)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, 3, S, S) in [-1, 1] -> (N, 3, S, S) in (-1, 1)."""
        skips = []
        for level, block in enumerate(self.down):
            x = self._through(block, F.max_pool2d(x, 2) if level else x)
            skip = x
            if level == ATTENDED:
                skip, x = self._through(self.on_skip, x), self._through(self.on_encoder, x)
            skips.append(skip)
        for grow, block, skip in zip(self.grow, self.up, skips[-2::-1], strict=True):
            x = self._through(block, torch.cat([skip, grow(x)], 1))
            if block is self.up[-1 - ATTENDED]:
                x = self._through(self.on_decoder, x)
        return self.out(x).tanh()

    def _through(self, block: nn.Module, x: torch.Tensor) -> torch.Tensor:
        return through(block, x, self.recompute)


def _convolutions(inputs: int, outputs: int) -> nn.Sequential:
    layers: list[nn.Module] = []
    for width in (inputs, outputs):
        layers += [
            nn.Conv2d(width, outputs, 3, padding=1, bias=False),
            nn.BatchNorm2d(outputs),
            nn.ReLU(inplace=True),
        ]
    return nn.Sequential(*layers)
