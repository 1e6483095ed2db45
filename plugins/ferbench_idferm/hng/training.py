"""The stage that trains the generator."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np
import torch
from torch.optim.lr_scheduler import ConstantLR, LRScheduler

from ferbench.contracts.faces import LabelledFaces, TrainingFaces
from ferbench.contracts.method import State
from ferbench.contracts.run import BatchShape, RunContext
from ferbench.nets.dr_gan import DrGanShape
from ferbench.settings import configured
from ferbench.training.states import module_state
from ferbench_idferm.hng.config import HngConfig
from ferbench_idferm.hng.features import feature_networks
from ferbench_idferm.hng.generator import to_signed
from ferbench_idferm.hng.pairs import pairs_of
from ferbench_idferm.hng.rates import one_cycle
from ferbench_idferm.hng.routing import HngNetworks, HngObjective, route

BETAS = (0.5, 0.999)
"""Adam's; the paper prints no optimiser, these are DR-GAN's."""


def generator(
    config: Mapping[str, Any], data: LabelledFaces | TrainingFaces, run: RunContext
) -> State:
    """Train Enc, Dec and Dis for all epochs; what `Generator.from_state` takes, of the last one.

    config: the fields of `HngConfig`. Beside the networks the state says what they were trained
    with: where the feature networks came from, and how many people had a neutral face.
    """
    settings: HngConfig = configured(HngConfig, [config], "hng")
    pairs = pairs_of(data)
    shape = DrGanShape(settings.divisor, settings.slope, settings.latent)
    features = feature_networks(settings, run)
    objective = HngObjective(settings, features)
    objective.symmetry.to(run.device)
    networks = HngNetworks(shape, settings.variant != "ae-only").train()
    networks.to(run.device).to(memory_format=torch.channels_last)
    optimiser = torch.optim.Adam(networks.parameters(), settings.lr, BETAS, fused=True)
    steps = settings.epochs * -(-pairs.wanted(settings.pairs) // settings.batch)
    schedule = _schedule(settings, optimiser, steps)
    for epoch in run.epochs(
        settings.epochs, networks=networks, optimiser=optimiser, schedule=schedule
    ):
        sums: dict[str, list[float]] = defaultdict(list)
        for batch in pairs.batches(settings.pairs, settings.batch, run.seed("pairs", epoch)):
            x, y, g = (
                to_signed(torch.from_numpy(faces).to(run.device))
                for faces in (batch.inputs, batch.targets, batch.guiding)
            )
            losses = objective(networks, x, y, g, warming=epoch < settings.warmup)
            route(networks, losses)
            optimiser.step()
            schedule.step()
            run.batch(BatchShape(images=len(x)))
            for name, value in losses.terms.items():
                sums[name].append(float(value.detach()))
        means = {name: float(np.mean(values)) for name, values in sums.items()}
        run.offer(epoch, **means)
    return {
        "shape": asdict(shape),
        "encoder": module_state(networks.encoder),
        "decoder": module_state(networks.decoder),
        "features": dict(features.source),
        "people": pairs.people,
        "people_without_neutral": pairs.left_out,
        "inputs": len(pairs.inputs),
    }


def _schedule(settings: HngConfig, optimiser: torch.optim.Adam, steps: int) -> LRScheduler:
    """Over all steps."""
    if settings.schedule == "constant":
        return ConstantLR(optimiser, factor=1.0)
    return one_cycle(optimiser, settings.lr, steps)
