"""The contrastive loss of pytorch-metric-learning, as published and counted."""

import torch
from pytorch_metric_learning.losses import ContrastiveLoss as LibraryLoss
from pytorch_metric_learning.reducers import SumReducer
from torch import nn

from ferbench.losses.counting_distance import CountingDistance


class ContrastiveLoss(nn.Module):
    """1/2 [y D^2 + (1 - y) max(0, m - D)^2], the mean over the K(K - 1)/2 pairs of a batch.

    Hadsell et al., 2006: D is the Euclidean distance, y = 1 for two images of one class. Corrected
    against the library: it takes D and max(0, m - D) without the squares, and each pair twice.
    Of fewer than three images it makes no loss.
    """

    def __init__(self, margin: float = 1.0) -> None:
        super().__init__()
        self.distance = CountingDistance(power=1)
        self.loss = _Squared(neg_margin=margin, distance=self.distance, reducer=SumReducer())

    def forward(self, features: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """(K, D) and (K,) -> ()."""
        first, second = torch.triu_indices(len(labels), len(labels), 1, device=labels.device)
        same = labels[first] == labels[second]
        pairs = (first[same], second[same], first[~same], second[~same])
        total: torch.Tensor = self.loss(features, labels, pairs)
        return total / max(1, len(first))


class _Squared(LibraryLoss):
    """The library's pairs, with 1/2 D^2 and 1/2 max(0, m - D)^2 as their terms."""

    def get_per_pair_loss(self, pair_dists: torch.Tensor, pos_or_neg: str) -> torch.Tensor:
        hinge: torch.Tensor = super().get_per_pair_loss(pair_dists, pos_or_neg)
        return 0.5 * hinge.square()
