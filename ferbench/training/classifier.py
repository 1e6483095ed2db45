"""A method that trains one network in epochs: what the softmax family and the tuplets share."""

from collections import defaultdict
from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch import nn

from ferbench.contracts.faces import (
    DEFAULT_INPUT,
    Faces,
    LabelledFaces,
    Predictions,
    TrainingFaces,
)
from ferbench.contracts.method import Cost, State, Task
from ferbench.contracts.run import BatchShape, RunContext
from ferbench.nets.cost import network_cost
from ferbench.nets.embedding import EmbeddingNetwork
from ferbench.nets.inception import InceptionClassifier, TrunkShape, he_initialise
from ferbench.training.batches import ordered_batches
from ferbench.training.criteria import Criterion
from ferbench.training.optimisation import make_optimiser, make_schedule
from ferbench.training.recipe import InceptionRecipe, Recipe
from ferbench.training.samplers import Sampler
from ferbench.training.states import load_module_state, module_state
from ferbench.training.views import View

PREDICTION_BATCH = 256


class Classifier:
    """A network trained by a criterion.

    network:   all that prediction needs.
    criterion: what is minimised, with parameters that training alone needs.
    sampler:   the batches.
    """

    def __init__(
        self,
        recipe: Recipe,
        task: Task,
        network: EmbeddingNetwork,
        criterion: Criterion,
        sampler: Sampler,
    ) -> None:
        self.recipe, self.task = recipe, task
        self.network, self.criterion, self.sampler = network, criterion, sampler
        self.view = View(recipe)

    def fit(self, data: TrainingFaces, run: RunContext) -> None:
        """Train for `recipe.epochs`, offering the state after each."""
        recipe, train = self.recipe, data.train
        parts = self.on(run.device)
        optimiser = make_optimiser(recipe, self.network, self.criterion)
        steps = recipe.epochs * self.sampler.steps(len(train))
        schedule = make_schedule(recipe, optimiser, steps)
        for epoch in run.epochs(recipe.epochs, **parts, optimiser=optimiser, schedule=schedule):
            run.offer(epoch, **self.train_epoch(train, optimiser, run, epoch, schedule.step))

    def on(self, device: torch.device) -> dict[str, nn.Module]:
        """Move what is trained to a device, in channels-last memory; the modules by name."""
        network = self.network.to(device).to(memory_format=torch.channels_last)
        return {"network": network, "criterion": self.criterion.to(device)}

    def train_epoch(
        self,
        train: LabelledFaces,
        optimiser: torch.optim.Optimizer,
        run: RunContext,
        epoch: int,
        stepped: Callable[[], None] = lambda: None,
    ) -> dict[str, float]:
        """Every image a query once; `stepped` is called after each step. Means of the scalars."""
        network, criterion = self.network, self.criterion
        labels = torch.from_numpy(train.expression).to(run.device)
        crops = torch.Generator().manual_seed(run.seed("crops", epoch))
        means = _Means()
        network.train()
        criterion.train()
        for batch in self.sampler.batches(train, run, epoch):
            images = self.view.random(train.images(batch.rows), crops, run.device)
            losses = criterion(network, images, labels[batch.rows], batch)
            optimiser.zero_grad(set_to_none=True)
            losses["loss"].backward()
            optimiser.step()
            stepped()
            criterion.stepped()
            run.batch(batch.shape)
            means.add(losses, batch.scalars)
        return means.values()

    @torch.no_grad()
    def predict(self, faces: Faces, run: RunContext) -> Predictions:
        """Softmax probabilities of the centre crop, and the feature before the classifier."""
        network = self.network.to(run.device).eval()
        probabilities, embeddings = [], []
        for rows in ordered_batches(len(faces), PREDICTION_BATCH):
            features = network.embed(self.view.centre(faces.images(rows), run.device))
            probabilities.append(network.classifier(features).softmax(1).cpu().numpy())
            embeddings.append(features.cpu().numpy())
        return Predictions(np.concatenate(probabilities), np.concatenate(embeddings))

    def state(self) -> State:
        """The parameters and buffers of the network; those of the criterion are not needed."""
        return module_state(self.network)

    def load_state(self, state: State) -> None:
        """Fill the network."""
        load_module_state(self.network, state)

    def cost(self) -> Cost:
        """Parameters of network and criterion, multiply-accumulates of the network on one crop."""
        device = next(self.network.parameters()).device
        channels, crop = self.task.inputs[DEFAULT_INPUT][2], self.recipe.crop
        cost = network_cost(self.network, torch.zeros(1, channels, crop, crop, device=device))
        beside = sum(p.numel() for p in self.criterion.parameters() if p.requires_grad)
        return Cost(
            parameters=(cost.parameters or 0) + beside,
            macs=cost.macs,
            comparisons=self.criterion.comparisons(self.sampler.full(len(self.task.classes))),
        )

    def expected_comparisons(self, batch: BatchShape) -> int | None:
        """By the criterion's formula."""
        return self.criterion.comparisons(batch)


def inception(recipe: InceptionRecipe, task: Task) -> InceptionClassifier:
    """The network of a recipe, initialised; the same for every method with the same seed."""
    channels = task.inputs[DEFAULT_INPUT][2]
    network = InceptionClassifier(len(task.classes), channels, recipe.crop, trunk_shape(recipe))
    he_initialise(network)
    return network


def trunk_shape(recipe: InceptionRecipe) -> TrunkShape:
    """The shape that a recipe asks for."""
    return TrunkShape(recipe.divisor, recipe.batch_norm, recipe.first_pool)


class _Means:
    """Means of scalars over the batches of an epoch, read from the device once."""

    def __init__(self) -> None:
        self._losses: dict[str, list[torch.Tensor]] = defaultdict(list)
        self._scalars: dict[str, list[float]] = defaultdict(list)

    def add(self, losses: Mapping[str, torch.Tensor], scalars: Mapping[str, float]) -> None:
        for name, loss in losses.items():
            self._losses[name].append(loss.detach())
        for name, value in scalars.items():
            self._scalars[name].append(value)

    def values(self) -> dict[str, float]:
        means = {name: torch.stack(values).mean().item() for name, values in self._losses.items()}
        return means | {name: float(np.mean(values)) for name, values in self._scalars.items()}
