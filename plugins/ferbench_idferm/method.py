"""IDFERM's metric learning, its placebo, and the row `data augmentation` of its tables."""

from dataclasses import replace
from typing import cast

import numpy as np

from ferbench.contracts.faces import DEFAULT_INPUT, Faces, LabelledFaces, Predictions, TrainingFaces
from ferbench.contracts.method import Task
from ferbench.contracts.run import RunContext
from ferbench.losses.similarity import HSign
from ferbench.losses.tuplet_clusters import Average, TupletClustersLoss
from ferbench.nets.two_branch import MetricBranch
from ferbench.training.classifier import Classifier, inception, trunk_shape
from ferbench.training.criteria import Joint
from ferbench.training.pretraining import adopt
from ferbench.training.samplers import ImageBatches, Sampler
from ferbench.training.tuplet_term import TupletTerm
from ferbench_idferm.config import GeneratedConfig, IdfermConfig
from ferbench_idferm.criteria import RadialCriterion
from ferbench_idferm.references import NEUTRAL, among_them, beside, references_of, strangers
from ferbench_idferm.samplers import GeneratedTuplets, PerClass, WithReferences
from ferbench_idferm.stages import MULTIPIE, REFERENCES
from ferbench_idferm.views import PairedView

LEAST = 1e-30
"""Below it a probability counts as this, so that those of the scored classes have a sum."""


class Idferm(Classifier):
    """`idferm`: cross-entropy and the radial loss of queries and their generated references."""

    criterion: RadialCriterion

    def __init__(self, config: IdfermConfig, task: Task) -> None:
        network = inception(config, task)
        branch = MetricBranch(network, trunk_shape(config))
        criterion = RadialCriterion(config, task.classes, branch)
        super().__init__(config, task, network, criterion, radial_batches(config))
        self.config = config
        self.view = PairedView(config, task.inputs[DEFAULT_INPUT][2])

    def fit(self, data: TrainingFaces, run: RunContext) -> None:
        """Train, from the pre-trained network where the configuration asks for one."""
        if self.config.pretrain == MULTIPIE:
            adopt(self, run.stage(MULTIPIE))
        train = self.paired(data.train, run, REFERENCES)
        self.sampler = radial_batches(self.config, int(np.bincount(train.expression).max()))
        super().fit(replace(data, train=train), run)

    def paired(self, faces: LabelledFaces, run: RunContext, stage: str) -> LabelledFaces:
        """Each face with the reference that the stage made of it."""
        return beside(faces, references_of(faces, run.stage(stage)))


class IdfermOther(Idferm):
    """`idferm-other`: the placebo, with references made of other people's faces."""

    def paired(self, faces: LabelledFaces, run: RunContext, stage: str) -> LabelledFaces:
        """Each face with another person's reference, drawn once."""
        chosen = strangers(faces, run.seed("strangers"))
        return beside(faces, references_of(faces, run.stage(stage))[chosen])


class TwoBranchGenerated(Classifier):
    """`2b-nm-generated`: `2b-nm` in a pool that the references have joined as neutral images.

    Where neutral is not scored it is one more class in training, left out at test.
    """

    def __init__(self, config: GeneratedConfig, task: Task) -> None:
        self.scored = len(task.classes)
        if NEUTRAL not in task.classes:
            task = Task((*task.classes, NEUTRAL), task.inputs)
        network = inception(config, task)
        branch = MetricBranch(network, trunk_shape(config))
        sign, average = cast(HSign, config.h_sign), cast(Average, config.average)
        loss = TupletClustersLoss(branch.features, sign, average)
        criterion = Joint(config.label_smoothing, config.weight, TupletTerm(loss, branch))
        grid = config.tuples == "grid"
        sampler = GeneratedTuplets(
            config.batch if grid else config.queries,
            grid,
            task.classes.index(NEUTRAL),
            self.scored,
        )
        super().__init__(config, task, network, criterion, sampler)

    def fit(self, data: TrainingFaces, run: RunContext) -> None:
        """Train on faces and references."""
        references = references_of(data.train, run.stage(REFERENCES))
        super().fit(replace(data, train=among_them(data.train, references, NEUTRAL)), run)

    def predict(self, faces: Faces, run: RunContext) -> Predictions:
        """See `Classifier`; probabilities of the scored classes, which sum to 1."""
        found = super().predict(faces, run)
        scored = np.maximum(found.probabilities[:, : self.scored].astype(np.float64), LEAST)
        return replace(found, probabilities=scored / scored.sum(axis=1, keepdims=True))


def radial_batches(config: IdfermConfig, largest: int = 0) -> Sampler:
    """The batches that the configuration asks for."""
    if config.sampling == "classes":
        return WithReferences(PerClass(config.each, largest))
    return WithReferences(ImageBatches(config.batch, config.batches == "grid", len))
