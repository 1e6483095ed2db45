"""Whether generated faces are neutral, frontal, and of the right person: measured and drawn.

    python benchmarks/generated_faces.py RUN... [--part test] [--sheet FILE] [--histogram FILE]

RUN is a results folder with a generator, or the folder of a finished stage that trained one; each
gets a row. So runs with other settings make the paper's table 1 (identity errors over the weight of
the identity loss: 100 % less `right person`) and figure 10 (distances with and without that loss):

    ferbench run --methods idferm --preset study --folds 1 --out runs/0 \\
        --set idferm.hng.variant=full --set idferm.hng.alpha1=0
    python benchmarks/generated_faces.py runs/0 runs/0.3 --histogram distances.png

Two networks judge, an identity network and a classifier of expressions. They are trained here, on
simulated people of their own (some CPU minutes; kept in the cache), and share nothing with the
generator's phi and psi: other people, other networks, another loss. The people whose faces are
generated are others again: settings are chosen on `validation`, and `test` is looked at once for a
generator whose settings are final. Where an earlier one was judged by it, `PEOPLE` names new ones.

Of each person there is a portrait (frontal, neutral, lit from the front), three more neutral
frontal photographs, and twelve photographs as `simpairs` has them: any expression, half from the
side, half under a lamp. `right person`: of the twelve, the share whose generated face is nearest,
by cosine of the identity network's feature, to the same person's real neutral face (mean feature of
the four neutral photographs). `neutral`: the share that the classifier calls so. `off`: the mean
difference to the real portrait, in grey levels. Beside the generators: the mean portrait of other
people, the input itself, and, as what could be reached, another real neutral photograph of the
person. The sheet (figures 5 and 9) shows inputs, real portraits and generated faces, of the first
RUN.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional as F

from ferbench.contracts.faces import EXPRESSIONS
from ferbench.contracts.generators import FaceGenerator
from ferbench.datasets.simulated.corpora.order import Order
from ferbench.datasets.simulated.corpora.shot import Shot
from ferbench.datasets.simulated.corpora.studio import Studio
from ferbench.datasets.simulated.simpairs import FRAMES, Photograph
from ferbench.gallery.neutral import choose, open_generator
from ferbench.grid.workplace import Workplace
from ferbench.host import discover
from ferbench.imaging.crops import to_batch
from ferbench.loading import load_object
from ferbench.losses.am_softmax import AdditiveMarginSoftmax
from ferbench.nets.inception import InceptionClassifier, TrunkShape
from ferbench.settings import read_settings
from ferbench.training.batches import shuffled_batches
from ferbench.training.states import read_state

SIDE = 64
LEVEL = "medium"
JUDGES, JUDGED = 300, 50
"""People whom the judges learn from, and whose faces are generated."""
PEOPLE = {"validation": "validation", "test": "second test"}
"""The population of each part; that of the name `test` has judged an earlier generator."""
INPUTS, NEUTRALS = 12, 3
NEUTRAL = EXPRESSIONS[0]
EPOCHS, BATCH, RATE = 10, 32, 3e-3
SHAPE = TrunkShape(divisor=4, batch_norm=True)
ACTED = FRAMES - 1
SHOWN = 8
"""People on the sheet."""


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
    networks = Judges(_network(JUDGES), _network(len(EXPRESSIONS)))
    parts = nn.ModuleList([networks.identity, networks.expression])
    file = cache / "generated-faces-judges.pt"
    if not file.exists():
        faces, person, expression = lessons(population("judges", JUDGES))
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


def generator_of(path: Path) -> FaceGenerator:
    """Of a results folder, or of the folder of a stage."""
    registry = discover(read_settings([], []).plugins)
    if (path / "state.npz").exists():
        function = registry.generators["hng"].function
        opened: FaceGenerator = load_object(function)(
            read_state(path / "state.npz"), torch.device("cpu")
        )
        return opened
    place = Workplace(path.absolute(), "inline")
    return open_generator(choose(place, registry, None, None), place)


@dataclass(frozen=True, slots=True)
class Held:
    """The people of one part, and what the judges say of their real faces.

    inputs, person, side: photographs, whose they are, and whether they are from the side.
    portraits:            of each person. neutral: the neutral photographs, portraits first.
    features, gallery:    of the neutral photographs, (people, 4, D), and their mean.
    """

    inputs: np.ndarray
    person: np.ndarray
    side: np.ndarray
    neutral: np.ndarray
    features: np.ndarray
    gallery: np.ndarray

    @property
    def portraits(self) -> np.ndarray:
        """One of each person."""
        return self.neutral[:: NEUTRALS + 1]


def held_out(part: str, judged: Judges) -> Held:
    """The people of `validation` or `test`."""
    order = population(PEOPLE[part], JUDGED)
    people = range(JUDGED)
    shots = [Photograph(person, n).shot(order) for person in people for n in range(INPUTS)]
    neutral = rendered(order, [shot for person in people for shot in neutral_shots(person)])
    features = judged.features(neutral).reshape(JUDGED, NEUTRALS + 1, -1)
    return Held(
        inputs=rendered(order, shots),
        person=np.repeat(np.arange(JUDGED), INPUTS),
        side=np.array([shot.yaw != 0 for shot in shots]),
        neutral=neutral,
        features=features,
        gallery=_unit(features.mean(1)),
    )


def mean_face() -> np.ndarray:
    """Of the portraits of other people, (64, 64, 1)."""
    order = population("judges", JUDGES)
    shots = [Shot(p, NEUTRAL, frames=FRAMES, at=0, portrait=True) for p in range(100)]
    mean: np.ndarray = rendered(order, shots).astype(float).mean(0).round().astype(np.uint8)
    return mean


def report(part: str, held: Held, judged: Judges, made: Mapping[str, np.ndarray]) -> None:
    """Print the table."""
    count = len(held.inputs)
    rows = {
        **made,
        "mean face of others": np.repeat(mean_face()[None], count, 0),
        "the input": held.inputs,
    }
    print(f"{part}: {JUDGED} people, {INPUTS} inputs each\n")
    print("| | right person | of frontal inputs | of inputs from the side | neutral | off |")
    print("|---|---|---|---|---|---|")
    for name, faces in rows.items():
        right = _nearest(judged.features(faces), held.gallery) == held.person
        calm = judged.neutral(faces).mean()
        off = np.abs(faces.astype(float) - held.portraits[held.person]).mean()
        cells = [right.mean(), right[~held.side].mean(), right[held.side].mean(), calm]
        print(f"| {name} | {' | '.join(f'{cell:.1%}' for cell in cells)} | {off:.1f} |")
    real = np.mean([_left_out(held.features, take) for take in range(NEUTRALS + 1)])
    calm = judged.neutral(held.neutral).mean()
    print(f"| another real neutral photograph | {real:.1%} | | | {calm:.1%} | |")
    print(f"| the real portraits | | | | {judged.neutral(held.portraits).mean():.1%} | 0.0 |")


def _unit(features: np.ndarray) -> np.ndarray:
    units: np.ndarray = features / np.linalg.norm(features, axis=-1, keepdims=True)
    return units


def _nearest(features: np.ndarray, gallery: np.ndarray) -> np.ndarray:
    """The person whose feature is nearest, (N,)."""
    nearest: np.ndarray = (features @ gallery.T).argmax(1)
    return nearest


def _left_out(features: np.ndarray, take: int) -> float:
    """Right persons of the neutral photograph `take` among the means of the others."""
    rest = _unit(np.delete(features, take, axis=1).mean(1))
    return float((_nearest(features[:, take], rest) == np.arange(len(features))).mean())


def draw_sheet(file: Path, held: Held, made: np.ndarray) -> None:
    """Of some people three inputs, each above the real portrait and the generated face."""
    chosen = [p * INPUTS + n for p in range(SHOWN) for n in (0, 4, 8)]
    kinds = (held.inputs[..., 0], held.portraits[held.person][..., 0], made[..., 0])
    blocks = [
        np.concatenate([np.concatenate(list(faces[half]), 1) for faces in kinds])
        for half in np.array_split(chosen, 2)
    ]
    picture = Image.fromarray(np.concatenate(blocks))
    picture.resize((2 * picture.width, 2 * picture.height)).save(file)


def draw_histogram(file: Path, held: Held, judged: Judges, made: Mapping[str, np.ndarray]) -> None:
    """Figure 10: distances between the features of a generated face and of the real person."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(5, 3), layout="constrained")
    axes = figure.subplots()
    for name, faces in made.items():
        own = (judged.features(faces) * held.gallery[held.person]).sum(1)
        label = f"{name}: mean {1 - own.mean():.3f}"
        axes.hist(1 - own, bins=np.linspace(0, 1.2, 49), histtype="step", label=label)
    axes.set_xlabel("1 - cosine of the identity features, generated and real")
    axes.set_ylabel("generated faces")
    axes.legend(fontsize=7)
    figure.savefig(file, dpi=150)


def main() -> None:
    """Print the table, and draw what is asked for."""
    parser = argparse.ArgumentParser(description="Judge generated faces.")
    parser.add_argument("runs", type=Path, nargs="+", metavar="RUN")
    parser.add_argument("--part", choices=tuple(PEOPLE), default="validation")
    parser.add_argument("--sheet", type=Path, metavar="FILE")
    parser.add_argument("--histogram", type=Path, metavar="FILE")
    asked = parser.parse_args()
    torch.set_num_threads(1)
    judged = judges(read_settings([], []).cache)
    held = held_out(asked.part, judged)
    made = {str(run): generator_of(run).neutral(held.inputs) for run in asked.runs}
    report(asked.part, held, judged, made)
    if asked.sheet is not None:
        draw_sheet(asked.sheet, held, next(iter(made.values())))
    if asked.histogram is not None:
        draw_histogram(asked.histogram, held, judged, made)


if __name__ == "__main__":
    main()
