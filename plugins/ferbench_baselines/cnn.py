"""The small network of the baselines."""

import itertools

import torch
from torch import nn

from ferbench.nets.embedding import EmbeddingNetwork


class SmallCnn(EmbeddingNetwork):
    """Four times convolution, batch norm, ReLU and pooling; then a linear classifier.

    The feature is the flattened last map: 4 * width * (crop // 16) ** 2 values.
    """

    def __init__(self, classes: int, width: int, crop: int, channels: int, dropout: float) -> None:
        super().__init__()
        widths = (channels, width, 2 * width, 4 * width, 4 * width)
        self.blocks = nn.Sequential(
            *(_block(a, b) for a, b in itertools.pairwise(widths)), nn.Flatten()
        )
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(4 * width * (crop // 16) ** 2, classes)

    def embed(self, x: torch.Tensor) -> torch.Tensor:
        """(N, channels, crop, crop) -> (N, D)."""
        return self.blocks(x)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits, (N, classes)."""
        return self.classifier(self.dropout(self.embed(x)))


def _block(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(
        nn.Conv2d(inputs, outputs, 3, padding=1, bias=False),
        nn.BatchNorm2d(outputs),
        nn.ReLU(),
        nn.MaxPool2d(2),
    )
