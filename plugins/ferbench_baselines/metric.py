"""The metric-learning baselines: cross-entropy + weight x a loss on the feature FC_2."""

from collections.abc import Callable
from typing import cast

import numpy as np
import torch

from ferbench.contracts.faces import TrainingFaces
from ferbench.contracts.method import Task
from ferbench.contracts.run import RunContext
from ferbench.losses.centre import CentreLoss
from ferbench.losses.contrastive import ContrastiveLoss
from ferbench.losses.coupled_clusters import CoupledClustersLoss
from ferbench.losses.island import IslandLoss
from ferbench.losses.triplet import Mining, TripletLoss
from ferbench.nets.inception import FC2
from ferbench.training.classifier import Classifier, inception, trunk_shape
from ferbench.training.criteria import Joint, MetricTerm
from ferbench.training.recipe import WeightedRecipe
from ferbench.training.samplers import ImageBatches, no_tuples
from ferbench_baselines import terms
from ferbench_baselines.config import (
    CclConfig,
    CentreConfig,
    ContrastiveConfig,
    IslandConfig,
    TripletConfig,
)


class MetricBaseline(Classifier):
    """`softmax` and a metric term, on the same network, batches and schedule."""

    def __init__(
        self,
        config: WeightedRecipe,
        task: Task,
        term: MetricTerm,
        tuples: Callable[[np.ndarray], int] = no_tuples,
    ) -> None:
        network = inception(config, task)
        criterion = Joint(config.label_smoothing, config.weight, term)
        sampler = ImageBatches(config.batch, config.batches == "grid", tuples)
        super().__init__(config, task, network, criterion, sampler)


class Centre(MetricBaseline):
    """`center`: images are drawn to the centre of their class."""

    def __init__(self, config: CentreConfig, task: Task) -> None:
        features = trunk_shape(config).width(FC2)
        loss = CentreLoss(len(task.classes), features, config.rate)
        super().__init__(config, task, terms.CentreTerm(loss))


class Island(MetricBaseline):
    """`island`: as `center`, and the centres part."""

    def __init__(self, config: IslandConfig, task: Task) -> None:
        features = trunk_shape(config).width(FC2)
        self.loss = IslandLoss(len(task.classes), features, config.alpha, config.rate)
        super().__init__(config, task, terms.CentreTerm(self.loss))

    def fit(self, data: TrainingFaces, run: RunContext) -> None:
        """The centres start at the means of their classes, since only then have they directions."""
        features = cast(np.ndarray, self.predict(data.train.unlabelled(), run).embeddings)
        expression = torch.from_numpy(data.train.expression)
        self.loss.cpu().initialise(torch.from_numpy(features), expression)
        super().fit(data, run)


class Triplet(MetricBaseline):
    """`triplet`: triplets of the batch, all, random or semi-hard."""

    def __init__(self, config: TripletConfig, task: Task) -> None:
        loss = TripletLoss(cast(Mining, config.mining), config.tau)
        tuples = terms.anchors if config.mining == "random" else terms.triplets
        super().__init__(config, task, terms.TupleTerm(loss, 2), tuples)


class Contrastive(MetricBaseline):
    """`contrastive`: all pairs of the batch."""

    def __init__(self, config: ContrastiveConfig, task: Task) -> None:
        term = terms.TupleTerm(ContrastiveLoss(config.margin), 1)
        super().__init__(config, task, term, terms.pairs)


class Ccl(MetricBaseline):
    """`ccl`: coupled clusters, one for each expression of the batch."""

    def __init__(self, config: CclConfig, task: Task) -> None:
        term = terms.ClusterTerm(CoupledClustersLoss(config.alpha))
        super().__init__(config, task, term, terms.clusters)
