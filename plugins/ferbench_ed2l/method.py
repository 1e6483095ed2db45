"""ED2L, its baseline without the dispelling branch, and its placebo."""

import torch
from torch import nn

from ferbench.contracts.faces import TrainingFaces
from ferbench.contracts.method import Task
from ferbench.contracts.run import RunContext
from ferbench.losses.dispelling import DispellingLoss
from ferbench.nets.sphereface import SphereFace, SphereNetwork
from ferbench.training.criteria import Criterion, Losses
from ferbench.training.pretraining import adopt
from ferbench.training.samplers import TrainingBatch
from ferbench.training.ten_crops import (
    Lesson,
    MarginCriterion,
    ShuffledLabels,
    TenCropClassifier,
    sphere_design,
    true_labels,
)
from ferbench_ed2l.config import BaselineConfig, Ed2lConfig
from ferbench_ed2l.network import Ed2lNetwork
from ferbench_ed2l.stages import FER2013


class Pretrainable(TenCropClassifier):
    """Trains from the network pre-trained on FER2013 where the configuration asks for it."""

    def __init__(
        self, config: BaselineConfig, task: Task, network: SphereNetwork, criterion: Criterion
    ) -> None:
        super().__init__(config, task, network, criterion)
        self.pretrained = config.pretrain != "none"

    def fit(self, data: TrainingFaces, run: RunContext) -> None:
        """See `Classifier`."""
        if self.pretrained:
            adopt(self, run.stage(FER2013))
        super().fit(data, run)


class Baseline(Pretrainable):
    """`ed2l-baseline`: "the same structure as the ED2L framework without ED2L-p branch"."""

    def __init__(self, config: BaselineConfig, task: Task) -> None:
        network = SphereFace(sphere_design(config, task))
        super().__init__(config, task, network, MarginCriterion(config))


class Ed2lCriterion(MarginCriterion):
    """L = l_t + weight (l_a + l_p), eq. 6, in one backward pass.

    l_t reaches the distilling branch and the shared layers, l_a the dispeller alone, l_p the
    dispelling branch and the shared layers. The cells' curves have them as `distil`, `dispeller`
    and `uniform`; the last is log C where the dispeller is at a loss, which shows that this
    dispeller was defeated and not that f_p no longer knows the expression.
    """

    def __init__(self, config: Ed2lConfig) -> None:
        super().__init__(config)
        self.weight = config.weight
        self.dispelling = DispellingLoss(config.lp_updates_dispeller)
        self.lesson: Lesson = true_labels

    def forward(
        self, network: nn.Module, images: torch.Tensor, labels: torch.Tensor, batch: TrainingBatch
    ) -> Losses:
        """See `Criterion`."""
        assert isinstance(network, Ed2lNetwork)
        shared = network.shared(images)
        cosines = network.classifier.cosines(network.branch(shared))
        l_t = self.margin(cosines, labels).mean()
        f_p, taught = network.dispelling(shared), self.lesson(labels, batch)
        l_a, l_p = (loss.mean() for loss in self.dispelling(network.dispeller, f_p, taught))
        total = l_t + self.weight * (l_a + l_p)
        return {"loss": total, "distil": l_t, "dispeller": l_a, "uniform": l_p}


class Ed2l(Pretrainable):
    """`ed2l`: the paper's method."""

    criterion: Ed2lCriterion

    def __init__(self, config: Ed2lConfig, task: Task) -> None:
        network = Ed2lNetwork(sphere_design(config, task))
        super().__init__(config, task, network, Ed2lCriterion(config))


class Ed2lShuffled(Ed2l):
    """`ed2l-shuffled`: the placebo."""

    def fit(self, data: TrainingFaces, run: RunContext) -> None:
        """See `Classifier`; the labels are shuffled once."""
        seed = run.seed("shuffled labels")
        self.criterion.lesson = ShuffledLabels(data.train.expression, seed)
        super().fit(data, run)
