"""The `softmax` baseline: one network, cross-entropy, nothing else."""

from collections.abc import Callable

import numpy as np
import torch
from torch.nn import functional as F

from ferbench.contracts.faces import DEFAULT_INPUT, Faces, Predictions, TrainingFaces
from ferbench.contracts.method import Cost, State, Task
from ferbench.contracts.run import BatchShape, RunContext
from ferbench.errors import UsageError
from ferbench.imaging import photometric
from ferbench.imaging.crops import centre_crop, random_crop_flip, to_batch
from ferbench.nets.cost import network_cost
from ferbench.nets.inception import InceptionClassifier, he_initialise
from ferbench.training.batches import ordered_batches, shuffled_batches
from ferbench.training.states import load_module_state, module_state
from ferbench_baselines.cnn import SmallCnn
from ferbench_baselines.config import SoftmaxConfig

NORMALISATIONS = {
    "standardise": photometric.standardise,
    "equalise_plane_standardise": photometric.equalise_plane_standardise,
}
PREDICTION_BATCH = 256


class Softmax:
    """A network trained with cross-entropy on random crops and flips."""

    def __init__(self, config: SoftmaxConfig, task: Task) -> None:
        self.config = config
        self.channels = task.inputs[DEFAULT_INPUT][2]
        self.network = _network(config, len(task.classes), self.channels)
        self.normalise = _normalisation(config)

    def fit(self, data: TrainingFaces, run: RunContext) -> None:
        """Train for `config.epochs`, offering the state after each."""
        config, train = self.config, data.train
        network = self.network.to(run.device).to(memory_format=torch.channels_last)
        labels = torch.from_numpy(train.expression).to(run.device)
        optimiser = torch.optim.AdamW(
            network.parameters(), lr=config.lr, weight_decay=config.weight_decay
        )
        steps = config.epochs * max(1, -(-len(train) // config.batch))
        schedule = _schedule(config, optimiser, steps)
        parts = {"network": network, "optimiser": optimiser, "schedule": schedule}
        for epoch in run.epochs(config.epochs, **parts):
            crops = torch.Generator().manual_seed(run.seed("crops", epoch))
            network.train()
            losses = []
            for rows in shuffled_batches(len(train), config.batch, run.seed("order", epoch)):
                images = to_batch(torch.from_numpy(train.images(rows)).to(run.device))
                images = self.normalise(random_crop_flip(images, config.crop, crops))
                loss = F.cross_entropy(
                    network(images.contiguous(memory_format=torch.channels_last)),
                    labels[rows],
                    label_smoothing=config.label_smoothing,
                )
                optimiser.zero_grad(set_to_none=True)
                loss.backward()
                optimiser.step()
                schedule.step()
                run.batch(BatchShape(images=len(rows)))
                losses.append(loss.detach())
            run.offer(epoch, loss=torch.stack(losses).mean().item())

    @torch.no_grad()
    def predict(self, faces: Faces, run: RunContext) -> Predictions:
        """Softmax probabilities of the centre crop, and the feature before the classifier."""
        network = self.network.to(run.device).eval()
        probabilities, embeddings = [], []
        for rows in ordered_batches(len(faces), PREDICTION_BATCH):
            images = to_batch(torch.from_numpy(faces.images(rows)).to(run.device))
            features = network.embed(self.normalise(centre_crop(images, self.config.crop)))
            probabilities.append(network.classifier(features).softmax(1).cpu().numpy())
            embeddings.append(features.cpu().numpy())
        return Predictions(np.concatenate(probabilities), np.concatenate(embeddings))

    def state(self) -> State:
        """The network's parameters and buffers."""
        return module_state(self.network)

    def load_state(self, state: State) -> None:
        """Fill the network."""
        load_module_state(self.network, state)

    def cost(self) -> Cost:
        """Of the network on one crop."""
        device = next(self.network.parameters()).device
        crop = torch.zeros(1, self.channels, self.config.crop, self.config.crop, device=device)
        return network_cost(self.network, crop)

    def expected_comparisons(self, batch: BatchShape) -> int | None:
        """Cross-entropy compares no distances."""
        return None


def _network(config: SoftmaxConfig, classes: int, channels: int) -> SmallCnn | InceptionClassifier:
    if config.network == "cnn":
        return SmallCnn(classes, config.width, config.crop, channels, config.dropout)
    if config.network == "inception":
        network = InceptionClassifier(classes, channels)
        he_initialise(network)
        return network
    raise UsageError(f"softmax.network is {config.network!r}; known: cnn, inception")


def _normalisation(config: SoftmaxConfig) -> Callable[[torch.Tensor], torch.Tensor]:
    if config.normalisation not in NORMALISATIONS:
        raise UsageError(
            f"softmax.normalisation is {config.normalisation!r}; known: {', '.join(NORMALISATIONS)}"
        )
    return NORMALISATIONS[config.normalisation]


def _schedule(
    config: SoftmaxConfig, optimiser: torch.optim.Optimizer, steps: int
) -> torch.optim.lr_scheduler.LRScheduler:
    if config.schedule == "one_cycle":
        return torch.optim.lr_scheduler.OneCycleLR(optimiser, config.lr, total_steps=steps)
    if config.schedule == "constant":
        return torch.optim.lr_scheduler.ConstantLR(optimiser, factor=1.0)
    raise UsageError(f"softmax.schedule is {config.schedule!r}; known: one_cycle, constant")
