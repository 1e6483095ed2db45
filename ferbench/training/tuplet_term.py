"""A tuplet loss as a term beside cross-entropy, on one branch or two."""

import torch

from ferbench.contracts.run import BatchShape
from ferbench.losses.n_plus_one_tuplet import NPlusOneTupletLoss
from ferbench.losses.tuplet_clusters import TupletClustersLoss
from ferbench.losses.tuplets import Tuplets
from ferbench.nets.two_branch import MetricBranch
from ferbench.training.criteria import MetricTerm
from ferbench.training.samplers import TrainingBatch


class TupletTerm(MetricTerm):
    """The (N+M)-tuplet clusters loss on FC_2 (one branch) or on FC_4 of the metric branch (two)."""

    def __init__(
        self, loss: NPlusOneTupletLoss | TupletClustersLoss, branch: MetricBranch | None
    ) -> None:
        super().__init__()
        self.branch = branch
        self.loss = loss

    def forward(
        self, fc1: torch.Tensor, fc2: torch.Tensor, labels: torch.Tensor, batch: TrainingBatch
    ) -> torch.Tensor:
        """See `MetricTerm`; the batch has tuplets."""
        assert batch.tuplets is not None
        feature = fc2 if self.branch is None else self.branch(fc1, fc2)
        return self.loss(feature, self.of(batch.tuplets.to(feature.device)))

    def of(self, tuplets: Tuplets) -> Tuplets:
        """Which members of the tuples the loss takes: all."""
        return tuplets

    def comparisons(self, shape: BatchShape) -> int:
        """2 (N + M) X, as the paper prints: N + M a query in mining, and again in the loss."""
        return 2 * (shape.negatives + shape.positives) * shape.queries
