"""Whether generated faces are neutral, frontal, and of the right person: measured and drawn.

    python benchmarks/generated_faces.py RUN... [--part test] [--sheet FILE] [--histogram FILE]

RUN is a results folder with a generator, or the folder of a finished stage that trained one; each
gets a row. So runs with other settings make the paper's table 1 (identity errors over the weight of
the identity loss: 100 % less `right person`) and figure 10 (distances with and without that loss):

    ferbench run --methods idferm --preset study --folds 1 --out runs/0 \\
        --set idferm.hng.alpha1=0
    python benchmarks/generated_faces.py runs/0 runs/1 --histogram distances.png

Two networks judge (`face_judges.py`): who it is, and which expression. The people whose faces are
generated are others than those they learnt from: settings are chosen on `validation`, and `test` is
looked at once for a generator whose settings are final. Where an earlier one was judged by it,
`PARTS` names new ones.

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
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from face_judges import NEUTRALS, PEOPLE, Judges, judges, neutral_shots, population, rendered
from PIL import Image

from ferbench.contracts.generators import FaceGenerator
from ferbench.datasets.simulated.simpairs import Photograph
from ferbench.gallery.neutral import choose, open_generator
from ferbench.grid.workplace import Workplace
from ferbench.host import discover
from ferbench.loading import load_object
from ferbench.settings import read_settings
from ferbench.training.states import read_state

JUDGED = 50
"""People whose faces are generated."""
PARTS = {"validation": "validation", "test": "second test"}
"""The population of each part; that of the name `test` has judged an earlier generator."""
INPUTS = 12
"""Photographs of each."""
SHOWN = 8
"""People on the sheet."""


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
    order = population(PARTS[part], JUDGED)
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
    order = population("judges", PEOPLE)
    shots = [next(neutral_shots(person)) for person in range(100)]
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
    parser.add_argument("--part", choices=tuple(PARTS), default="validation")
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
