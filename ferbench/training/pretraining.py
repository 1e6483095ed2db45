"""Pre-training on other corpora, as stages: the papers' SGD with its learning-rate policy."""

import copy
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch import nn

from ferbench.contracts.faces import LabelledFaces
from ferbench.contracts.method import State, Task
from ferbench.contracts.run import VALIDATION_ACCURACY, RunContext, Snapshot
from ferbench.errors import UsageError
from ferbench.losses.similarity import parameter_groups
from ferbench.training.classifier import Classifier, inception
from ferbench.training.criteria import Criterion
from ferbench.training.holdout import hold_out
from ferbench.training.plateau_reload import PlateauReload
from ferbench.training.recipe import InceptionRecipe
from ferbench.training.samplers import ImageBatches
from ferbench.training.states import module_state

MOMENTUM = 0.9
CLASSES_ONLY = "classifier."
"""Parameters that belong to the classes of a corpus, and stay with it."""
LEAST = 1e-12
"""Below it a probability counts as this, so that one sure mistake is no infinite loss."""


def expressions(config: Mapping[str, Any], data: LabelledFaces, run: RunContext) -> State:
    """The stage on FER2013: trunk and expression branch with cross-entropy alone.

    config: the fields of `InceptionRecipe`.
    """
    recipe = InceptionRecipe(**config)
    task = task_of(data)
    sampler = ImageBatches(recipe.batch, grid=recipe.batches == "grid")
    criterion = Criterion(recipe.label_smoothing)
    return pretrain(
        Classifier(recipe, task, inception(recipe, task), criterion, sampler), data, run
    )


def task_of(faces: LabelledFaces) -> Task:
    """To tell all classes of a corpus apart."""
    first = np.zeros(1, dtype=np.int64)
    shapes = {name: faces.images(first, name).shape[1:] for name in faces.inputs}
    return Task(faces.classes, shapes)


def pretrain(method: Classifier, faces: LabelledFaces, run: RunContext) -> State:
    """Train for the recipe's epochs; what `adopt` takes over, of the epoch of highest accuracy.

    SGD with momentum 0.9 from the recipe's `lr`, halved by `PlateauReload`, and its weight decay.
    """
    recipe = method.recipe
    train, held = hold_out(faces, run.seed("hold-out"))
    parts = method.on(run.device)
    groups = parameter_groups(nn.ModuleList(parts.values()), recipe.weight_decay)
    optimiser = torch.optim.SGD(
        [group for group in groups if group["params"]], lr=recipe.lr, momentum=MOMENTUM
    )
    untrained = _untrained_loss(method, train, run), _validate(method, held, run)[0]
    policy = PlateauReload(optimiser, parts, *untrained)
    best = _Best(parts)
    snapshots: dict[str, Snapshot] = {
        **parts,
        "optimiser": optimiser,
        "policy": policy,
        "best": best,
    }
    for epoch in run.epochs(recipe.epochs, **snapshots):
        scalars = method.train_epoch(train, optimiser, run, epoch)
        scalars["learning_rate"] = policy.learning_rate
        with run.phase("validation"):
            loss, accuracy = _validate(method, held, run)
            if not policy.step(scalars["loss"], loss, accuracy):
                best.keep(accuracy)
        scalars |= {"validation_loss": loss, VALIDATION_ACCURACY: accuracy}
        run.offer(epoch, **scalars)
    if not best.found:
        raise UsageError(
            f"pre-training from a learning rate of {recipe.lr} diverged in all {recipe.epochs} "
            "epochs: take a lower one, or more epochs"
        )
    best.reload()
    network = module_state(method.network)
    return {
        "network": {n: array for n, array in network.items() if not n.startswith(CLASSES_ONLY)},
        "criterion": module_state(method.criterion),
    }


def adopt(method: Classifier, state: State) -> None:
    """Start from pre-trained parameters; those that the state does not have stay as they are."""
    for module, found in (
        (method.network, state["network"]),
        (method.criterion, state["criterion"]),
    ):
        tensors = {name: torch.as_tensor(array) for name, array in found.items()}
        module.load_state_dict({**module.state_dict(), **tensors})


@torch.no_grad()
def _untrained_loss(method: Classifier, train: LabelledFaces, run: RunContext) -> float:
    """The loss of the first batch before any step."""
    method.network.train()
    batch = next(iter(method.sampler.batches(train, run, 0)))
    crops = torch.Generator().manual_seed(run.seed("crops", 0))
    images = method.view.random(train.images(batch.rows), crops, run.device)
    labels = torch.from_numpy(train.expression[batch.rows]).to(run.device)
    return float(method.criterion(method.network, images, labels, batch)["loss"])


def _validate(method: Classifier, held: LabelledFaces, run: RunContext) -> tuple[float, float]:
    """Cross-entropy and accuracy of held-out faces."""
    probabilities = method.predict(held.unlabelled(), run).probabilities
    of_truth = probabilities[np.arange(len(held)), held.expression]
    accuracy = float((probabilities.argmax(axis=1) == held.expression).mean())
    return float(-np.log(np.maximum(of_truth, LEAST)).mean()), accuracy


class _Best:
    """The parts as they were in the epoch of the highest accuracy, the earliest on ties."""

    def __init__(self, parts: Mapping[str, Snapshot]) -> None:
        self._parts = parts
        self._accuracy = -math.inf
        self._kept: dict[str, Any] = {}

    @property
    def found(self) -> bool:
        return bool(self._kept)

    def keep(self, accuracy: float) -> None:
        if accuracy > self._accuracy:
            self._accuracy = accuracy
            self._kept = copy.deepcopy({n: part.state_dict() for n, part in self._parts.items()})

    def reload(self) -> None:
        for name, state in self._kept.items():
            self._parts[name].load_state_dict(state)

    def state_dict(self) -> dict[str, Any]:
        return {"accuracy": self._accuracy, "kept": self._kept}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self._accuracy, self._kept = state["accuracy"], state["kept"]
