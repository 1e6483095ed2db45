"""What IF-GAN and its ResNet baseline share: images, optimiser, schedule, the start of centres."""

from typing import Protocol, cast

import numpy as np
import torch
from torch import nn
from torch.optim.lr_scheduler import LRScheduler, StepLR

from ferbench.contracts.faces import DEFAULT_INPUT, Faces, LabelledFaces, Predictions
from ferbench.contracts.method import Task
from ferbench.contracts.run import BatchShape, RunContext
from ferbench.errors import UsageError
from ferbench.losses.centre import Reduction
from ferbench.losses.island import IslandLoss
from ferbench.nets.embedding import EmbeddingNetwork
from ferbench.nets.resnet import ResNetShape, ResNetTrunk
from ferbench.nets.sphereface import Features
from ferbench.nets.statistics import own_statistics
from ferbench.training.batches import ordered_batches, shuffled_batches
from ferbench.training.classifier import PREDICTION_BATCH, Classifier
from ferbench.training.criteria import Criterion
from ferbench.training.given_weights import give_weights, same_names
from ferbench.training.optimisation import make_optimiser, make_schedule
from ferbench.training.resnet_recipe import DECAY_EPOCHS, ResNetRecipe
from ferbench.training.samplers import ImageBatches
from ferbench.training.turned_views import TurnedView

PREDICTED_SIDE = 48
"""Side of the pictures of which `PREDICTION_BATCH` are predicted at once; fewer of larger ones."""


class FeatureNetwork(Protocol):
    """A network that says more than the feature it classifies by."""

    def features(self, x: torch.Tensor) -> Features: ...


class IslandCriterion(Criterion):
    """A criterion with an island loss, whose centres move after each step of the optimiser.

    tuples: how often an image is compared with its centre.
    """

    def __init__(self, recipe: ResNetRecipe, classes: int, features: int, tuples: int = 1) -> None:
        super().__init__(recipe.label_smoothing)
        reduction = cast(Reduction, recipe.island_reduction)
        self.island = IslandLoss(classes, features, recipe.alpha, recipe.rate, reduction)
        self.lambda3, self.lambda4 = recipe.lambda3, recipe.lambda4
        self.tuples = tuples
        self._seen: list[tuple[torch.Tensor, torch.Tensor]] = []

    def note(self, features: torch.Tensor, labels: torch.Tensor) -> None:
        """Features of this step, (B, D) and (B,), which the centres are to follow."""
        self._seen.append((features.detach(), labels))

    def stepped(self) -> None:
        """See `Criterion`."""
        if self._seen:
            features, labels = (torch.cat(parts) for parts in zip(*self._seen, strict=True))
            self.island.update(features, labels)
        self._seen = []

    def comparisons(self, shape: BatchShape) -> int:
        """Each image of each tuple with its centre, and each ordered pair of centres."""
        classes = len(self.island.centres)
        return self.tuples * shape.images + classes * (classes - 1)


class ResidualClassifier(Classifier):
    """A classifier on a ResNet, with the paper's images, optimiser and schedule."""

    recipe: ResNetRecipe
    criterion: IslandCriterion

    def __init__(
        self,
        recipe: ResNetRecipe,
        task: Task,
        network: EmbeddingNetwork,
        criterion: IslandCriterion,
    ) -> None:
        height, width, _ = task.inputs[DEFAULT_INPUT]
        if recipe.crop > min(height, width):
            raise UsageError(
                f"windows of {recipe.crop} x {recipe.crop} pixels do not fit into images of "
                f"{height} x {width}: set `crop` lower"
            )
        sampler = ImageBatches(recipe.batch, recipe.batches == "grid")
        super().__init__(recipe, task, network, criterion, sampler)
        self.view = TurnedView(recipe)

    def adam(self, *modules: nn.Module) -> torch.optim.Adam:
        """The recipe's optimiser of these modules, with its betas."""
        optimiser = make_optimiser(self.recipe, *modules)
        for group in optimiser.param_groups:
            group["betas"] = self.recipe.betas
        return optimiser

    def schedule(self, optimiser: torch.optim.Optimizer, images: int) -> LRScheduler:
        """The learning rate over the steps of an epoch of `images`, times the epochs."""
        steps = self.sampler.steps(images)
        if self.recipe.schedule == "one_cycle":
            return make_schedule(self.recipe, optimiser, self.recipe.epochs * steps)
        return StepLR(optimiser, DECAY_EPOCHS * steps, self.recipe.decay)

    @torch.no_grad()
    def place_centres(self, train: LabelledFaces, run: RunContext) -> None:
        """Put the centres at the means of their classes, of a first pass over the training faces.

        Batch norm works as in training, since an untrained network has no other statistics yet,
        and remembers nothing of it.
        """
        self.on(run.device)
        network = self.network.train()
        labels = torch.from_numpy(train.expression).to(run.device)
        features, order = [], []
        with run.phase("first pass"), own_statistics(network):
            for rows in shuffled_batches(len(train), self.recipe.batch, run.seed("first pass")):
                features.append(network.embed(self.view.centre(train.images(rows), run.device)))
                order.append(rows)
        found, shown = torch.cat(features), labels[np.concatenate(order)]
        self.criterion.island.initialise(found, shown)

    @torch.no_grad()
    def predict(self, faces: Faces, run: RunContext) -> Predictions:
        """Of the centre crop: probabilities, the feature they come from, and further features."""
        self.on(run.device)
        self.network.eval()
        further = cast(FeatureNetwork, self.network).features
        at_once = max(1, PREDICTION_BATCH * PREDICTED_SIDE**2 // self.recipe.crop**2)
        probabilities, embeddings = [], []
        others: dict[str, list[np.ndarray]] = {}
        for rows in ordered_batches(len(faces), min(PREDICTION_BATCH, at_once)):
            feature, beside = further(self.view.centre(faces.images(rows), run.device))
            probabilities.append(self.network.classifier(feature).softmax(1).cpu().numpy())
            embeddings.append(feature.cpu().numpy())
            for name, values in beside.items():
                others.setdefault(name, []).append(values.cpu().numpy())
        features = {name: np.concatenate(parts) for name, parts in others.items()}
        return Predictions(np.concatenate(probabilities), np.concatenate(embeddings), features)


def residual_trunk(recipe: ResNetRecipe) -> ResNetTrunk:
    """The trunk that a recipe asks for: at random, or with the given weights of ImageNet.

    The same for a method and its baseline, with the same seed.
    """
    trunk = ResNetTrunk(ResNetShape(recipe.depth, recipe.divisor, recipe.recompute))
    if recipe.weights:
        give_weights(trunk, recipe.weights, recipe.weights_sha256, same_names(trunk))
    return trunk
