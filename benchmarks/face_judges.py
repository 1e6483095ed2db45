"""Two networks that judge generated faces: who it is, and which expression.

They are trained here, on simulated people of their own (some CPU minutes; kept in the cache), and
share nothing with the generator's phi and psi: other people, other networks, another loss.
"""

import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F

from ferbench.contracts.faces import EXPRESSIONS
from ferbench.datasets.simulated.corpora.order import Order
from ferbench.datasets.simulated.corpora.shot import Shot
from ferbench.datasets.simulated.corpora.studio import Studio
from ferbench.datasets.simulated.simpairs import FRAMES, Photograph
from ferbench.imaging.crops import to_batch
from ferbench.losses.am_softmax import AdditiveMarginSoftmax
from ferbench.nets.inception import InceptionClassifier, TrunkShape
from ferbench.training.batches import shuffled_batches

SIDE = 64
LEVEL = "medium"
PEOPLE = 300
"""Whom the judges learn from."""
NEUTRALS = 3
"""Neutral photographs of a person beside the portrait."""
NEUTRAL = EXPRESSIONS[0]
EPOCHS, BATCH, RATE = 10, 32, 3e-3
SHAPE = TrunkShape(divisor=4, batch_norm=True)
ACTED = FRAMES - 1


def population(name: str, people: int) -> Order:
    """People whom no other corpus has."""
    return Order(f"generated faces, {name}", people, LEVEL, SIDE)


def rendered(order: Order, shots: Sequence[Shot]) -> np.ndarray:
    """(N, 64, 64, 1) uint8 grey, as faces are prepared for the generator."""
    pictures = Studio(order).pictures(shots)
    grey = [np.asarray(Image.fromarray(picture.image).convert("L")) for picture in pictures]
    return np.stack(grey)[..., None]


def neutral_shots(person: int) -> Iterator[Shot]:
    """The portrait, and frontal neutral photographs."""
    yield Shot(person, NEUTRAL, frames=FRAMES, at=0, portrait=True)
    for take in range(NEUTRALS):
        yield Shot(person, NEUTRAL, take=100 + take, frames=FRAMES, at=0)


def lessons(order: Order) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Faces, person and expression that the judges learn from: as many cameras and lamps."""
    shots = []
    for person in range(order.subjects):
        shots += neutral_shots(person)
        for number, name in enumerate(EXPRESSIONS):
            like = Photograph(person, number).shot(order)
            shots.append(
                Shot(person, name, 200, ACTED, FRAMES, ACTED, yaw=like.yaw, light=like.light)
            )
    expression = np.array([EXPRESSIONS.index(shot.expression) for shot in shots])
    return rendered(order, shots), np.array([shot.subject for shot in shots]), expression


@dataclass(frozen=True, slots=True)
class Judges:
    """The two networks."""

    identity: InceptionClassifier
    expression: InceptionClassifier

    def features(self, faces: np.ndarray) -> np.ndarray:
        """Of the identity network, of length 1: (N, D)."""
        return F.normalize(_applied(self.identity.embed, faces)).numpy()

    def neutral(self, faces: np.ndarray) -> np.ndarray:
        """Whether the classifier calls each face neutral, (N,)."""
        logits = _applied(self.expression, faces)
        return logits.argmax(1).numpy() == EXPRESSIONS.index(NEUTRAL)


@torch.inference_mode()
def _applied(network: Callable[[torch.Tensor], torch.Tensor], faces: np.ndarray) -> torch.Tensor:
    return torch.cat([network(_signed(faces[at : at + 128])) for at in range(0, len(faces), 128)])


def _signed(faces: np.ndarray) -> torch.Tensor:
    return to_batch(torch.from_numpy(faces)).float() / 127.5 - 1


def judges(cache: Path) -> Judges:
    """Trained, or as an earlier call left them."""
    networks = Judges(_network(PEOPLE), _network(len(EXPRESSIONS)))
    parts = nn.ModuleList([networks.identity, networks.expression])
    file = cache / "generated-faces-judges.pt"
    if not file.exists():
        faces, person, expression = lessons(population("judges", PEOPLE))
        _train(networks.identity, faces, person, margin=True)
        _train(networks.expression, faces, expression, margin=False)
        file.parent.mkdir(parents=True, exist_ok=True)
        torch.save(parts.state_dict(), file)
    parts.load_state_dict(torch.load(file, weights_only=True))
    parts.eval()
    return networks


def _network(classes: int) -> InceptionClassifier:
    torch.manual_seed(classes)
    return InceptionClassifier(classes, 1, SIDE, SHAPE).to(memory_format=torch.channels_last)


def _train(
    network: InceptionClassifier, faces: np.ndarray, labels: np.ndarray, margin: bool
) -> None:
    """Adam, one cycle; additive-margin softmax or cross-entropy; faces are mirrored at random."""
    additive = AdditiveMarginSoftmax()
    steps = EPOCHS * -(-len(faces) // BATCH)
    optimiser = torch.optim.AdamW(network.parameters(), RATE, weight_decay=0.05)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, RATE, total_steps=steps)
    for epoch in range(EPOCHS):
        draw = np.random.default_rng(epoch)
        correct = 0
        for rows in shuffled_batches(len(faces), BATCH, epoch):
            x = _signed(faces[rows])
            flip = torch.from_numpy(draw.random(len(rows)) < 0.5)
            x[flip] = x[flip].flip(3)
            y = torch.from_numpy(labels[rows])
            if margin:
                logits = F.linear(
                    F.normalize(network.embed(x)), F.normalize(network.classifier.weight)
                )
                loss = additive(logits, y).mean()
            else:
                logits = network(x)
                loss = F.cross_entropy(logits, y)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
            correct += int((logits.argmax(1) == y).sum())
        print(f"judge, epoch {epoch + 1}: {correct / len(faces):.3f}", file=sys.stderr, flush=True)
