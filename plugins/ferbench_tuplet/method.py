"""Softmax with a tuplet loss, on one branch or two: the methods of 2B(N+M) Softmax."""

from collections.abc import Callable
from typing import cast

from ferbench.contracts.faces import TrainingFaces
from ferbench.contracts.method import Task
from ferbench.contracts.run import RunContext
from ferbench.losses.n_plus_one_tuplet import NPlusOneTupletLoss
from ferbench.losses.similarity import HSign
from ferbench.losses.tuplet_clusters import Average, TupletClustersLoss
from ferbench.nets.two_branch import MetricBranch
from ferbench.training.classifier import Classifier, inception, trunk_shape
from ferbench.training.criteria import Joint
from ferbench.training.identity import Identity
from ferbench.training.pretraining import adopt
from ferbench.training.samplers import GridTuplets, PaperTuplets, Sampler
from ferbench.training.tuplet_term import TupletTerm
from ferbench_tuplet.config import ClustersConfig, NPlusOneConfig, TupletConfig
from ferbench_tuplet.stages import last_stage
from ferbench_tuplet.terms import NPlusOneTerm

MakeTerm = Callable[[int, MetricBranch | None], TupletTerm]


class TupletMethod(Classifier):
    """Cross-entropy of the queries and `weight` x a tuplet loss.

    branches: 1, the loss on FC_2, shared with softmax; 2, on FC_4 of the metric branch.
    identity: whose other expressions the negatives are.
    """

    branches = 1
    identity: Identity = "own"

    def __init__(self, config: TupletConfig, task: Task, term: MakeTerm) -> None:
        network = inception(config, task)
        branch = MetricBranch(network, trunk_shape(config)) if self.branches == 2 else None
        features = network.features if branch is None else branch.features
        criterion = Joint(config.label_smoothing, config.weight, term(features, branch))
        super().__init__(config, task, network, criterion, sampler(config, self.identity))
        self.starts_from = last_stage(config)

    def fit(self, data: TrainingFaces, run: RunContext) -> None:
        """Train, from the pre-trained network where the configuration asks for one."""
        if self.starts_from is not None:
            adopt(self, run.stage(self.starts_from))
        super().fit(data, run)


class OneBranchNPlusOne(TupletMethod):
    """`1b-n1`: the (N+1)-tuplet loss."""

    def __init__(self, config: NPlusOneConfig, task: Task) -> None:
        def term(features: int, branch: MetricBranch | None) -> TupletTerm:
            return NPlusOneTerm(NPlusOneTupletLoss(config.tau), branch)

        super().__init__(config, task, term)


class TwoBranchNPlusOne(OneBranchNPlusOne):
    """`2b-n1`."""

    branches = 2


class OneBranchClusters(TupletMethod):
    """`1b-nm`: the (N+M)-tuplet clusters loss."""

    def __init__(self, config: ClustersConfig, task: Task) -> None:
        def term(features: int, branch: MetricBranch | None) -> TupletTerm:
            sign, average = cast(HSign, config.h_sign), cast(Average, config.average)
            return TupletTerm(TupletClustersLoss(features, sign, average), branch)

        super().__init__(config, task, term)


class TwoBranchClusters(OneBranchClusters):
    """`2b-nm`: the paper's method."""

    branches = 2


class TwoBranchClustersRandom(TwoBranchClusters):
    """`2b-nm-random`: the placebo, with negatives of other, random people."""

    identity: Identity = "other"


def sampler(config: TupletConfig, identity: Identity) -> Sampler:
    """The batches that the configuration asks for."""
    if config.tuples == "paper":
        return PaperTuplets(config.queries, config.query_in_m, identity)
    return GridTuplets(config.batch, identity)
