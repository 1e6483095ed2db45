"""The triplet loss of pytorch-metric-learning, counted."""

from typing import Literal

import torch
from pytorch_metric_learning.distances import LpDistance
from pytorch_metric_learning.losses import TripletMarginLoss
from pytorch_metric_learning.miners import TripletMarginMiner
from torch import nn

from ferbench.losses.counting_distance import CountingDistance

Mining = Literal["random", "all", "semihard"]


class TripletLoss(nn.Module):
    """max(0, D(a, p) + tau - D(a, n)), the mean over the triplets of a batch where it is not zero.

    D is the squared Euclidean distance. Triplets: `all` of the batch; `random`, one for each
    anchor that has a positive and a negative; `semihard`, those of all with
    D(a, p) < D(a, n) <= D(a, p) + tau. Two comparisons a triplet: for `semihard` those of all
    triplets, which mining looks at; the loss reads again what mining has evaluated.
    """

    def __init__(self, mining: Mining, tau: float = 1.0) -> None:
        super().__init__()
        self.distance = CountingDistance()
        self.mining = mining
        self.miner = TripletMarginMiner(tau, type_of_triplets="semihard", distance=self.distance)
        mined = LpDistance(normalize_embeddings=False, power=2)
        self.loss = TripletMarginLoss(
            margin=tau,
            distance=mined if mining == "semihard" else self.distance,
            triplets_per_anchor=1 if mining == "random" else "all",
        )

    def forward(self, features: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """(B, D) and (B,) -> ()."""
        triplets = self.miner(features, labels) if self.mining == "semihard" else None
        loss: torch.Tensor = self.loss(features, labels, triplets)
        return loss
