"""ADFL, its baseline of one branch, and its placebo."""

from dataclasses import replace

from ferbench.contracts.faces import TrainingFaces
from ferbench.contracts.method import Task
from ferbench.contracts.run import RunContext
from ferbench.nets.sphereface import SphereFace
from ferbench.training.sphere_recipe import SphereRecipe
from ferbench.training.ten_crops import (
    MarginCriterion,
    ShuffledLabels,
    TenCropClassifier,
    sphere_design,
)
from ferbench_adfl.config import AdflConfig
from ferbench_adfl.criterion import AdflCriterion
from ferbench_adfl.frames import BesideNeutral, with_neutral
from ferbench_adfl.network import AdflNetwork


class Baseline(TenCropClassifier):
    """`adfl-baseline`: shared layers, expressive branch, additive-margin softmax; no neutral."""

    def __init__(self, config: SphereRecipe, task: Task) -> None:
        network = SphereFace(sphere_design(config, task))
        super().__init__(config, task, network, MarginCriterion(config))


class Adfl(TenCropClassifier):
    """`adfl`: the paper's method.

    shuffled: whether the dispeller is taught shuffled labels.
    """

    criterion: AdflCriterion
    shuffled = False

    def __init__(self, config: AdflConfig, task: Task) -> None:
        network = AdflNetwork(sphere_design(config, task))
        super().__init__(config, task, network, AdflCriterion(config, len(task.classes)))
        self.beside = config.neutral == "beside"

    def fit(self, data: TrainingFaces, run: RunContext) -> None:
        """Train on expressive and neutral frames."""
        train = with_neutral(data)
        if self.beside:
            self.sampler = BesideNeutral(self.patches, len(train) - len(data.train))
        if self.shuffled:
            seed = run.seed("shuffled labels")
            self.criterion.lesson = ShuffledLabels(train.expression, seed)
        super().fit(replace(data, train=train), run)


class AdflShuffled(Adfl):
    """`adfl-shuffled`: the placebo."""

    shuffled = True
