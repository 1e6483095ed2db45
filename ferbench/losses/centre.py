"""The centre loss (Wen et al., 2016), a baseline of the papers."""

from typing import Literal

import torch
from torch import nn

from ferbench.losses.distances import count_evaluated

Reduction = Literal["mean", "sum"]


class CentreLoss(nn.Module):
    """1/2 sum_i |x_i - c_{y_i}|^2, as the mean over the batch or, literally, its sum.

    The centres are no parameters: after each optimiser step, `update` moves them by
    c_j <- c_j - rate * sum_i 1[y_i = j] (c_j - x_i) / (1 + n_j), n_j the images of class j.
    They start at zero, are saved with the state, and cost one comparison an image.
    """

    centres: torch.Tensor

    def __init__(
        self, classes: int, features: int, rate: float = 0.5, reduction: Reduction = "mean"
    ) -> None:
        super().__init__()
        self.rate = rate
        self.reduction = reduction
        self.register_buffer("centres", torch.zeros(classes, features))

    def forward(self, features: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """(B, D) and (B,) -> ()."""
        loss = 0.5 * self.distances(features, labels).sum()
        return loss / len(labels) if self.reduction == "mean" else loss

    def distances(self, features: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """|x_i - c_{y_i}|^2: (B, D) and (B,) -> (B,)."""
        distances = (features - self.centres[labels]).square().sum(1)
        count_evaluated(distances)
        return distances

    @torch.no_grad()
    def update(self, features: torch.Tensor, labels: torch.Tensor) -> None:
        """Move the centres towards the batch; call once a step, after `backward`."""
        self.centres -= self.rate * self.displacement(features, labels)

    def displacement(self, features: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Delta c, zero for the classes that the batch lacks: (C, D)."""
        n = torch.bincount(labels, minlength=len(self.centres)).to(features.dtype).unsqueeze(1)
        sums = torch.zeros_like(self.centres).index_add_(0, labels, features)
        return (n * self.centres - sums) / (1 + n)
