"""What is minimised: cross-entropy alone, or with a metric loss beside it."""

from abc import ABC, abstractmethod

import torch
from torch import nn
from torch.nn import functional as F

from ferbench.contracts.run import BatchShape
from ferbench.nets.inception import InceptionClassifier
from ferbench.training.samplers import TrainingBatch

Losses = dict[str, torch.Tensor]
"""By name; `loss` is the one that is minimised, the others are its terms."""


class Criterion(nn.Module):
    """Cross-entropy of a batch's queries on any network that gives logits.

    A criterion may hold parameters of its own, which are trained, checkpointed and counted, and
    which prediction does not need.
    """

    def __init__(self, label_smoothing: float) -> None:
        super().__init__()
        self.label_smoothing = label_smoothing

    def forward(
        self,
        network: nn.Module,
        images: torch.Tensor,
        labels: torch.Tensor,
        batch: TrainingBatch,
    ) -> Losses:
        """The images and labels of `batch.rows` -> the losses."""
        return {"loss": self.classify(network(images), labels, batch)}

    def classify(
        self, logits: torch.Tensor, labels: torch.Tensor, batch: TrainingBatch
    ) -> torch.Tensor:
        """Cross-entropy of the queries; logits and labels are those of all rows."""
        queries = torch.from_numpy(batch.queries).to(labels.device)
        return F.cross_entropy(
            logits[queries], labels[queries], label_smoothing=self.label_smoothing
        )

    def stepped(self) -> None:
        """Called after each step of the optimiser."""

    def comparisons(self, shape: BatchShape) -> int | None:
        """Distance comparisons of one batch by the paper's formula; None: makes none."""
        return None


class MetricTerm(nn.Module, ABC):
    """A metric loss on what the trunk (FC_1) and the expression branch (FC_2) say of a batch."""

    @abstractmethod
    def forward(
        self, fc1: torch.Tensor, fc2: torch.Tensor, labels: torch.Tensor, batch: TrainingBatch
    ) -> torch.Tensor:
        """FC_1, FC_2 and labels of the rows of a batch -> ()."""

    @abstractmethod
    def comparisons(self, shape: BatchShape) -> int:
        """Distance comparisons of one batch by the paper's formula."""

    def stepped(self) -> None:
        """Called after each step of the optimiser."""


class Joint(Criterion):
    """Cross-entropy of the queries + `weight` x a metric loss of the whole batch."""

    def __init__(self, label_smoothing: float, weight: float, term: MetricTerm) -> None:
        super().__init__(label_smoothing)
        self.weight = weight
        self.term = term

    def forward(
        self,
        network: nn.Module,
        images: torch.Tensor,
        labels: torch.Tensor,
        batch: TrainingBatch,
    ) -> Losses:
        """See `Criterion`; `network` is an `InceptionClassifier`."""
        assert isinstance(network, InceptionClassifier)
        fc1 = network.trunk(images)
        fc2 = network.fc2(fc1)
        softmax = self.classify(network.classifier(fc2), labels, batch)
        metric = self.term(fc1, fc2, labels, batch)
        return {"loss": softmax + self.weight * metric, "softmax": softmax, "metric": metric}

    def stepped(self) -> None:
        """See `Criterion`."""
        self.term.stepped()

    def comparisons(self, shape: BatchShape) -> int:
        """See `Criterion`."""
        return self.term.comparisons(shape)
