"""What the methods with references minimise."""

from collections.abc import Sequence
from typing import cast

import torch
from torch import nn

from ferbench.contracts.run import BatchShape
from ferbench.losses.radial import AdaptiveThreshold, FixedThreshold, RadialLoss
from ferbench.losses.similarity import HSign
from ferbench.nets.inception import InceptionClassifier
from ferbench.nets.statistics import own_statistics
from ferbench.nets.two_branch import MetricBranch
from ferbench.training.criteria import Criterion, Losses
from ferbench.training.samplers import TrainingBatch
from ferbench_idferm.config import IdfermConfig
from ferbench_idferm.references import NEUTRAL


class RadialCriterion(Criterion):
    """Cross-entropy of the queries + lambda x the radial loss on FC_4 (IDFERM, algorithm 2).

    The references pass trunk, FC_2 and FC_3 to FC_4; no class is told of them. Where the trunk has
    batch norm (below `paper`), they are normalised by their own batch and leave the running
    statistics alone, which at test serve queries only: with lambda = 0 this is `softmax`.
    """

    def __init__(self, config: IdfermConfig, classes: Sequence[str], branch: MetricBranch) -> None:
        super().__init__(config.label_smoothing)
        self.weight = config.weight
        self.branch = branch
        self.loss = radial_loss(config, len(classes), branch.features)
        self.neutral = (
            classes.index(NEUTRAL) if config.mask_neutral and NEUTRAL in classes else None
        )
        self._seen: tuple[torch.Tensor, torch.Tensor] | None = None

    def forward(
        self, network: nn.Module, images: torch.Tensor, labels: torch.Tensor, batch: TrainingBatch
    ) -> Losses:
        """See `Criterion`; `images` are K queries and then their K references."""
        assert isinstance(network, InceptionClassifier)
        queries, references = images.chunk(2)
        fc1 = network.trunk(queries)
        fc2 = network.fc2(fc1)
        softmax = self.classify(network.classifier(fc2), labels, batch)
        with own_statistics(network.trunk):
            fc1_of_references = network.trunk(references)
        f = self.branch(fc1, fc2)
        f_references = self.branch(fc1_of_references, network.fc2(fc1_of_references))
        repelled = None if self.neutral is None else labels != self.neutral
        metric = self.loss(f, f_references, labels, repelled)
        self._seen = f.detach(), labels
        return {"loss": softmax + self.weight * metric, "softmax": softmax, "metric": metric}

    def stepped(self) -> None:
        """The running centres follow the batch that was just learned from."""
        if self._seen is not None and self.loss.momentum:
            self.loss.update(*self._seen)
        self._seen = None

    def comparisons(self, shape: BatchShape) -> int:
        """2K, as the paper prints: a query and its reference, each with the query's centre."""
        return 2 * shape.queries


def radial_loss(config: IdfermConfig, classes: int, features: int) -> RadialLoss:
    """Eq. 16 or, with a fixed threshold, eq. 8."""
    if config.threshold == "fixed":
        fixed = FixedThreshold(config.boundary)
        return RadialLoss(fixed, classes, features, config.tau / 2, config.momentum)
    learned = AdaptiveThreshold(features, cast(HSign, config.h_sign))
    return RadialLoss(learned, classes, features, momentum=config.momentum)
