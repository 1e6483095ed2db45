"""The stages that train phi and psi to tell the corpus's people apart, where none are given."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

from ferbench.contracts.faces import DEFAULT_INPUT, LabelledFaces, TrainingFaces
from ferbench.contracts.method import State
from ferbench.contracts.run import BatchShape, RunContext
from ferbench.nets.light_cnn import LightCNN
from ferbench.nets.vgg_face import VggFace
from ferbench.training.batches import shuffled_batches
from ferbench.training.states import module_state
from ferbench_idferm.hng.generator import to_signed
from ferbench_idferm.hng.pairs import mirrored
from ferbench_idferm.hng.rates import one_cycle

POOLED = 4
"""Side of the map that phi's classifier sees."""
NETWORK = "network"
"""The part of the state that holds the network; missing where there was nothing to learn."""


class PhiClassifier(nn.Module):
    """VGG-Face, and a linear classifier of people on its maps, averaged to 4 x 4."""

    def __init__(self, network: VggFace, people: int) -> None:
        super().__init__()
        self.network = network
        self.head = nn.Linear(network.features * POOLED**2, people)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Faces -> logits, (N, people)."""
        return self.head(F.adaptive_avg_pool2d(self.network(x), POOLED).flatten(1))


class PsiClassifier(nn.Module):
    """Light CNN-4, and a linear classifier of people on its feature behind dropout."""

    def __init__(self, network: LightCNN, people: int, dropout: float) -> None:
        super().__init__()
        self.network = network
        self.dropout = dropout
        self.head = nn.Linear(network.features, people)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Faces -> logits, (N, people)."""
        return self.head(F.dropout(self.network(x)[1], self.dropout, self.training))


def phi(config: Mapping[str, Any], data: LabelledFaces | TrainingFaces, run: RunContext) -> State:
    """VGG-Face; config: see `stages.generator_stages`."""
    shape = {"divisor": config["divisor"]}
    return _trained(lambda n: PhiClassifier(VggFace(**shape), n), shape, config, data, run)


def psi(config: Mapping[str, Any], data: LabelledFaces | TrainingFaces, run: RunContext) -> State:
    """Light CNN-4; config: see `stages.generator_stages`."""
    shape = {"divisor": config["divisor"], "side": config["side"]}
    dropout = config["dropout"]
    return _trained(
        lambda n: PsiClassifier(LightCNN(**shape), n, dropout), shape, config, data, run
    )


def _trained(
    make: Callable[[int], PhiClassifier | PsiClassifier],
    shape: Mapping[str, int],
    config: Mapping[str, Any],
    data: LabelledFaces | TrainingFaces,
    run: RunContext,
) -> State:
    """Cross-entropy over people, Adam with a one-cycle rate; the network of the last epoch.

    The state holds it beside `shape` and `people`.
    """
    images, person = _people(data)
    people = int(person.max(initial=-1)) + 1
    state: State = {"shape": dict(shape), "people": people}
    if people < 2:
        return state
    classifier = make(people).to(run.device).train()
    optimiser = torch.optim.Adam(classifier.parameters(), lr=config["lr"], fused=True)
    wanted = min(config["images"] or len(person), len(person))
    schedule = one_cycle(optimiser, config["lr"], config["epochs"] * -(-wanted // config["batch"]))
    for epoch in run.epochs(
        config["epochs"], classifier=classifier, optimiser=optimiser, schedule=schedule
    ):
        draw = np.random.default_rng(run.seed("people", epoch))
        order = draw.permutation(len(person))[:wanted]
        losses, correct = [], 0
        for rows in shuffled_batches(wanted, config["batch"], run.seed("batches", epoch)):
            chosen = order[rows]
            faces = mirrored(images(chosen), draw.random(len(chosen)) < 0.5)
            logits = classifier(to_signed(torch.from_numpy(faces).to(run.device)))
            labels = torch.from_numpy(person[chosen]).to(run.device)
            loss = F.cross_entropy(logits, labels)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            run.batch(BatchShape(images=len(chosen)))
            losses.append(float(loss.detach()))
            correct += int((logits.argmax(1) == labels).sum())
        run.offer(epoch, loss=float(np.mean(losses)), accuracy=correct / wanted)
    return {**state, NETWORK: module_state(classifier.network)}


def _people(
    data: LabelledFaces | TrainingFaces,
) -> tuple[Callable[[np.ndarray], np.ndarray], np.ndarray]:
    """How to get the faces at given positions, and the number of each one's person, 0 first."""
    parts = [data] if isinstance(data, LabelledFaces) else [data.train]
    if isinstance(data, TrainingFaces) and data.neutral is not None:
        parts.append(data.neutral)
    named = [(part, part.subject) for part in parts if part.subject is not None]
    if not named:
        return lambda rows: np.empty(0), np.empty(0, dtype=np.int64)
    _, person = np.unique(np.concatenate([subject for _, subject in named]), return_inverse=True)
    starts = np.cumsum([0] + [len(part) for part, _ in named])

    def images(rows: np.ndarray) -> np.ndarray:
        shape = named[0][0].images(rows[:0], DEFAULT_INPUT).shape[1:]
        found = np.empty((len(rows), *shape), dtype=np.uint8)
        for (part, _), start, end in zip(named, starts, starts[1:], strict=False):
            of_part = (rows >= start) & (rows < end)
            found[of_part] = part.images(rows[of_part] - start)
        return found

    return images, person
