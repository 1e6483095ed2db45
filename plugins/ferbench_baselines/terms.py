"""The baselines' metric losses as terms beside cross-entropy, with the tuples they form."""

import numpy as np
import torch

from ferbench.contracts.run import BatchShape
from ferbench.losses.centre import CentreLoss
from ferbench.losses.contrastive import ContrastiveLoss
from ferbench.losses.coupled_clusters import CoupledClustersLoss
from ferbench.losses.island import IslandLoss
from ferbench.losses.triplet import TripletLoss
from ferbench.losses.tuplets import Tuplets
from ferbench.training.criteria import MetricTerm
from ferbench.training.samplers import TrainingBatch


class CentreTerm(MetricTerm):
    """The centre or the island loss; its centres move after each step."""

    def __init__(self, loss: CentreLoss) -> None:
        super().__init__()
        self.loss = loss
        self._seen: tuple[torch.Tensor, torch.Tensor] | None = None

    def forward(
        self, fc1: torch.Tensor, fc2: torch.Tensor, labels: torch.Tensor, batch: TrainingBatch
    ) -> torch.Tensor:
        """See `MetricTerm`."""
        self._seen = fc2.detach(), labels
        return self.loss(fc2, labels)

    def stepped(self) -> None:
        """Move the centres towards the batch that was just learned from."""
        if self._seen is not None:
            self.loss.update(*self._seen)
            self._seen = None

    def comparisons(self, shape: BatchShape) -> int:
        """One an image; for the island loss also one each ordered pair of centres."""
        if isinstance(self.loss, IslandLoss):
            classes = len(self.loss.centres)
            return shape.images + classes * (classes - 1)
        return shape.images


class TupleTerm(MetricTerm):
    """A loss on the tuples that it forms of a batch by itself.

    comparisons_each: of a tuple; 1 of a pair, 2 of a triplet.
    """

    def __init__(self, loss: ContrastiveLoss | TripletLoss, comparisons_each: int) -> None:
        super().__init__()
        self.loss = loss
        self.comparisons_each = comparisons_each

    def forward(
        self, fc1: torch.Tensor, fc2: torch.Tensor, labels: torch.Tensor, batch: TrainingBatch
    ) -> torch.Tensor:
        """See `MetricTerm`."""
        return self.loss(fc2, labels)

    def comparisons(self, shape: BatchShape) -> int:
        """See `MetricTerm`; the tuples of a batch are its queries."""
        return self.comparisons_each * shape.queries


class ClusterTerm(MetricTerm):
    """Each expression of the batch is one coupled cluster; all other images are its negatives."""

    def __init__(self, loss: CoupledClustersLoss) -> None:
        super().__init__()
        self.loss = loss

    def forward(
        self, fc1: torch.Tensor, fc2: torch.Tensor, labels: torch.Tensor, batch: TrainingBatch
    ) -> torch.Tensor:
        """See `MetricTerm`."""
        alike = [labels == e for e in labels.unique()]
        clusters = Tuplets.ragged(
            [own.nonzero()[:, 0].tolist() for own in alike],
            [(~own).nonzero()[:, 0].tolist() for own in alike],
        )
        return self.loss(fc2, clusters.to(fc2.device))

    def comparisons(self, shape: BatchShape) -> int:
        """Each image once a cluster: M + N."""
        return shape.queries * shape.images


def triplets(expression: np.ndarray) -> int:
    """All triplets (a, p, n) of images with these labels."""
    same = np.bincount(expression)
    return int((same * (same - 1) * (len(expression) - same)).sum())


def anchors(expression: np.ndarray) -> int:
    """Images that have both a positive and a negative: one random triplet each."""
    same = np.bincount(expression)
    return int(same[(same > 1) & (same < len(expression))].sum())


def pairs(expression: np.ndarray) -> int:
    """Unordered pairs; the loss takes none of fewer than three images."""
    count = len(expression)
    return count * (count - 1) // 2 if count > 2 else 0


def clusters(expression: np.ndarray) -> int:
    """Expressions that have a negative."""
    found = len(np.unique(expression))
    return found if found > 1 else 0
