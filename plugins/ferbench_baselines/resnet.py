"""`resnet101`, the baseline of IF-GAN: a ResNet on the face alone, with the island loss."""

import torch
from torch import nn

from ferbench.contracts.faces import TrainingFaces
from ferbench.contracts.method import Task
from ferbench.contracts.run import RunContext
from ferbench.nets.resnet import ResNet
from ferbench.training.criteria import Losses
from ferbench.training.joined_faces import with_corpora
from ferbench.training.residual import IslandCriterion, ResidualClassifier, residual_trunk
from ferbench.training.resnet_recipe import ResNetRecipe
from ferbench.training.samplers import TrainingBatch


class SoftmaxIsland(IslandCriterion):
    """lambda3 L_softmax + lambda4 L_IL on the pooled feature, with IF-GAN's weights."""

    def forward(
        self, network: nn.Module, images: torch.Tensor, labels: torch.Tensor, batch: TrainingBatch
    ) -> Losses:
        """See `Criterion`."""
        assert isinstance(network, ResNet)
        features = network.embed(images)
        self.note(features, labels)
        softmax = self.classify(network.classifier(features), labels, batch)
        island = self.island(features, labels)
        total = self.lambda3 * softmax + self.lambda4 * island
        return {"loss": total, "softmax": softmax, "island": island}


class ResNet101(ResidualClassifier):
    """`resnet101`; 101 layers in `paper`, fewer below."""

    def __init__(self, config: ResNetRecipe, task: Task) -> None:
        network = ResNet(len(task.classes), residual_trunk(config))
        criterion = SoftmaxIsland(config, len(task.classes), network.trunk.features)
        super().__init__(config, task, network, criterion)

    def fit(self, data: TrainingFaces, run: RunContext) -> None:
        """Train on the fold, and on the other corpora where the configuration names some."""
        train = with_corpora(data.train, data.auxiliary, self.recipe.extra)
        self.place_centres(train, run)
        parts = self.on(run.device)
        optimiser = self.adam(self.network)
        schedule = self.schedule(optimiser, len(train))
        epochs = run.epochs(self.recipe.epochs, **parts, optimiser=optimiser, schedule=schedule)
        for epoch in epochs:
            run.offer(epoch, **self.train_epoch(train, optimiser, run, epoch, schedule.step))
