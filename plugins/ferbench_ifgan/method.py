"""IF-GAN, the same without attention, and its placebo."""

from collections import defaultdict

import numpy as np
import torch
from torch.optim.lr_scheduler import LRScheduler

from ferbench.contracts.faces import LabelledFaces, TrainingFaces
from ferbench.contracts.method import Task
from ferbench.contracts.run import RunContext, Snapshot
from ferbench.training.joined_faces import with_corpora
from ferbench.training.residual import ResidualClassifier
from ferbench_ifgan.averages import averages
from ferbench_ifgan.config import IfGanConfig
from ferbench_ifgan.game import Game, lots_of
from ferbench_ifgan.network import IfGanNetwork


class IfGan(ResidualClassifier):
    """`ifgan`: the paper's method.

    attention: whether the generator has its self-attention modules.
    """

    recipe: IfGanConfig
    network: IfGanNetwork
    criterion: Game
    attention = True

    def __init__(self, config: IfGanConfig, task: Task) -> None:
        network = IfGanNetwork(config, len(task.classes), self.attention)
        game = Game(config, len(task.classes), network.encoder.features)
        super().__init__(config, task, network, game)

    def fit(self, data: TrainingFaces, run: RunContext) -> None:
        """Train on the fold, and on the other corpora where the configuration names some."""
        train = with_corpora(data.train, data.auxiliary, self.recipe.extra)
        self.network.averages.copy_(averages(data, self.recipe))
        wanted = self.wanted(train, run)
        self.place_centres(train, run)
        parts = self.on(run.device)
        optimisers = [self.adam(module) for module in (self.criterion.discriminator, self.network)]
        schedules = [self.schedule(optimiser, len(train)) for optimiser in optimisers]
        snapshots: dict[str, Snapshot] = {
            **parts,
            **dict(zip(("discriminating", "generating"), optimisers, strict=True)),
            **dict(zip(("schedule of D", "schedule of G, E"), schedules, strict=True)),
        }
        for epoch in run.epochs(self.recipe.epochs, **snapshots):
            run.offer(epoch, **self.play_epoch(train, wanted, optimisers, schedules, run, epoch))

    def wanted(self, train: LabelledFaces, run: RunContext) -> np.ndarray:
        """The class whose average face is to be made of each training face: its own. (N,) int64."""
        return train.expression

    def play_epoch(
        self,
        train: LabelledFaces,
        wanted: np.ndarray,
        optimisers: list[torch.optim.Adam],
        schedules: list[LRScheduler],
        run: RunContext,
        epoch: int,
    ) -> dict[str, float]:
        """Every training face once; means of the scalars over the steps."""
        network, game = self.network.train(), self.criterion.train()
        labels, targets = (
            torch.from_numpy(values).to(run.device) for values in (train.expression, wanted)
        )
        crops = torch.Generator().manual_seed(run.seed("crops", epoch))
        found: dict[str, list[torch.Tensor]] = defaultdict(list)
        for batch in self.sampler.batches(train, run, epoch):
            rows = batch.rows
            faces = self.view.random(train.images(rows), crops, run.device)
            made_of = network.averages[targets[rows]]
            lots = lots_of(faces, made_of, labels[rows], self.recipe.lots)
            for name, value in game.play(network, lots, *optimisers).items():
                found[name].append(value)
            for schedule in schedules:
                schedule.step()
            game.stepped()
            run.batch(batch.shape)
        return {name: torch.stack(values).mean().item() for name, values in found.items()}


class IfGanNoAttention(IfGan):
    """`ifgan-noattention`: the paper's "IF-GAN w/o attention"."""

    attention = False


class IfGanRandom(IfGan):
    """`ifgan-random`: the placebo."""

    def wanted(self, train: LabelledFaces, run: RunContext) -> np.ndarray:
        """That of a random other face's class, the same all along.

        Classes are wanted as often as they are shown, and G has a target that it can learn, but by
        heart alone: what is made of a face has nothing to do with its expression.
        """
        draw = np.random.default_rng(run.seed("random averages"))
        return draw.permutation(train.expression)
