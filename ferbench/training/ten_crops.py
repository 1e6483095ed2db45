"""What ED2L, ADFL, their baselines and placebos share: ten windows, one loop, one schedule."""

from collections import defaultdict
from collections.abc import Callable

import numpy as np
import torch
from torch import nn

from ferbench.contracts.faces import DEFAULT_INPUT, Faces, LabelledFaces, Predictions
from ferbench.contracts.method import Cost, Task
from ferbench.contracts.run import RunContext
from ferbench.errors import UsageError
from ferbench.losses.am_softmax import AdditiveMarginSoftmax
from ferbench.nets.cost import network_cost
from ferbench.nets.sphereface import SphereDesign, SphereFace, SphereNetwork, SphereShape
from ferbench.training.batches import ordered_batches
from ferbench.training.classifier import PREDICTION_BATCH, Classifier
from ferbench.training.criteria import Criterion, Losses
from ferbench.training.patches import TEN, PatchBatches, Patches, PatchView
from ferbench.training.samplers import ImageBatches, TrainingBatch
from ferbench.training.sphere_recipe import SphereRecipe


class TenCropClassifier(Classifier):
    """A classifier that is trained on patches and judges a face by the mean of its windows."""

    network: SphereNetwork
    view: PatchView

    def __init__(
        self, recipe: SphereRecipe, task: Task, network: SphereNetwork, criterion: Criterion
    ) -> None:
        height, width, _ = task.inputs[DEFAULT_INPUT]
        if recipe.crop > height or recipe.crop_width > width:
            raise UsageError(
                f"windows of {recipe.crop} x {recipe.crop_width} pixels do not fit into images of "
                f"{height} x {width}: set `crop` and `crop_width` lower"
            )
        images = ImageBatches(recipe.batch, recipe.batches == "grid")
        self.patches = PatchBatches(images, recipe.every_crop)
        super().__init__(recipe, task, network, criterion, self.patches)
        self.view = PatchView(recipe)

    def train_epoch(
        self,
        train: LabelledFaces,
        optimiser: torch.optim.Optimizer,
        run: RunContext,
        epoch: int,
        stepped: Callable[[], None] = lambda: None,
    ) -> dict[str, float]:
        """See `Classifier`; on the patches of `train`."""
        patches = Patches(train, self.view.window)
        return super().train_epoch(patches, optimiser, run, epoch, stepped)

    @torch.no_grad()
    def predict(self, faces: Faces, run: RunContext) -> Predictions:
        """Means over a face's windows of the probabilities and of every feature."""
        self.on(run.device)  # in one memory layout, before training and after: the same bits
        network, tested = self.network.eval(), self.view.tested

        def mean(values: torch.Tensor) -> np.ndarray:
            return values.unflatten(0, (-1, tested)).mean(1).cpu().numpy()

        probabilities, embeddings, others = [], [], defaultdict(list)
        for rows in ordered_batches(len(faces), max(1, PREDICTION_BATCH // tested)):
            seen = self.view.at_test(faces.images(rows), run.device)
            classified, further = network.features(seen)
            probabilities.append(mean(network.classifier(classified).softmax(1)))
            embeddings.append(mean(classified))
            for name, feature in further.items():
                others[name].append(mean(feature))
        features = {name: np.concatenate(parts) for name, parts in others.items()}
        return Predictions(np.concatenate(probabilities), np.concatenate(embeddings), features)

    def cost(self) -> Cost:
        """All that is trained; the multiply-accumulates of one image, all its windows together."""
        channels = self.task.inputs[DEFAULT_INPUT][2]
        device = next(self.network.parameters()).device
        one = network_cost(self.network, torch.zeros(1, channels, *self.view.window, device=device))
        return Cost(parameters=one.parameters, macs=self.view.tested * (one.macs or 0))


class MarginCriterion(Criterion):
    """The additive-margin softmax alone, on a `SphereFace`: the papers' baselines."""

    def __init__(self, recipe: SphereRecipe) -> None:
        super().__init__(recipe.label_smoothing)
        self.margin = AdditiveMarginSoftmax(recipe.scale, recipe.margin, recipe.label_smoothing)

    def forward(
        self, network: nn.Module, images: torch.Tensor, labels: torch.Tensor, batch: TrainingBatch
    ) -> Losses:
        """See `Criterion`."""
        assert isinstance(network, SphereFace)
        cosines = network.classifier.cosines(network.embed(images))
        return {"loss": self.margin(cosines, labels).mean()}


Lesson = Callable[[torch.Tensor, TrainingBatch], torch.Tensor]
"""(B,) labels of a batch -> the labels that its dispeller is taught."""


def true_labels(labels: torch.Tensor, batch: TrainingBatch) -> torch.Tensor:
    """What the papers teach a dispeller."""
    return labels


class ShuffledLabels:
    """The placebo's lesson: each image has the label of a random other one, the same all along.

    Classes keep their frequencies, and the dispeller a target that it can learn, but by heart
    alone: what it knows of the images, and what l_p unlearns, has nothing to do with expressions.
    """

    def __init__(self, expression: np.ndarray, seed: int) -> None:
        self._labels = torch.from_numpy(np.random.default_rng(seed).permutation(expression))

    def __call__(self, labels: torch.Tensor, batch: TrainingBatch) -> torch.Tensor:
        """See `Lesson`."""
        return self._labels[batch.rows // TEN].to(labels.device)


def sphere_design(recipe: SphereRecipe, task: Task) -> SphereDesign:
    """The network that a recipe asks for; the same for a method, its baseline and its placebo."""
    first, second, third, branch = recipe.units
    shape = SphereShape(recipe.divisor, (first, second, third, branch))
    channels = task.inputs[DEFAULT_INPUT][2]
    return SphereDesign(len(task.classes), channels, recipe.window, recipe.scale, shape)
