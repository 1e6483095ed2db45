"""Generated references: made once for all faces of a corpus, then put beside the faces."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from torch.nn import functional as F

from ferbench.contracts.faces import DEFAULT_INPUT, LabelledFaces, TrainingFaces
from ferbench.contracts.method import State
from ferbench.contracts.run import RunContext
from ferbench.errors import PluginError, Unsupported
from ferbench.imaging.crops import to_batch
from ferbench_idferm.hng.generator import Generator
from ferbench_idferm.hng.stages import HNG

NEUTRAL = "neutral"
IMAGES = "images"
"""The entry of the stage's state: (N, 64, 64, 1) uint8, in the order of the faces."""


def generate(
    config: Mapping[str, Any], data: TrainingFaces | LabelledFaces, run: RunContext
) -> State:
    """The stage: a frontal neutral face of every training face of a fold, or face of a corpus."""
    faces = data.train if isinstance(data, TrainingFaces) else data
    with run.phase("references"):
        generator = Generator.from_state(run.stage(HNG), run.device)
        return {IMAGES: generator.neutral(faces.images())}


def references_of(faces: LabelledFaces, state: State) -> np.ndarray:
    """What the stage made of these faces, at the size of their pictures: (N, H, W, 1) uint8."""
    images: np.ndarray = state[IMAGES]
    if len(images) != len(faces):
        raise PluginError(
            f"{len(images)} references were generated for {len(faces)} faces: the stage and the "
            "method must read the same corpus"
        )
    first = faces.images(np.zeros(1, dtype=np.int64))
    return resized(images, first.shape[1], first.shape[2])


def resized(images: np.ndarray, height: int, width: int) -> np.ndarray:
    """(N, H, W, C) uint8 -> (N, height, width, C), bilinear and antialiased as faces are made."""
    if images.shape[1:3] == (height, width):
        return images
    pixels = to_batch(torch.from_numpy(images)).float()
    smaller = F.interpolate(pixels, (height, width), mode="bilinear", antialias=True)
    levels = smaller.round().clamp(0, 255).to(torch.uint8)
    return levels.permute(0, 2, 3, 1).contiguous().numpy()


def beside(faces: LabelledFaces, references: np.ndarray) -> LabelledFaces:
    """Each face with its reference behind it, as further channels of one picture."""
    pictures = np.concatenate([faces.images(), references], axis=-1)
    return LabelledFaces(
        {DEFAULT_INPUT: pictures},
        np.arange(len(faces)),
        classes=faces.classes,
        expression=faces.expression,
        subject=faces.subject,
        sequence=faces.sequence,
    )


def among_them(faces: LabelledFaces, references: np.ndarray, name: str) -> LabelledFaces:
    """The faces and, after them in the same order, their references as images of the class `name`.

    A class that the faces lack is added as the last one.
    """
    classes = faces.classes if name in faces.classes else (*faces.classes, name)
    count = len(faces)
    label = np.full(count, classes.index(name))
    return LabelledFaces(
        {DEFAULT_INPUT: np.concatenate([faces.images(), references])},
        np.arange(2 * count),
        classes=classes,
        expression=np.append(faces.expression, label),
        subject=None if faces.subject is None else np.tile(faces.subject, 2),
        sequence=np.tile(faces.sequence, 2),
    )


def strangers(faces: LabelledFaces, seed: int) -> np.ndarray:
    """Of each face, another person's face with the same expression, for the placebo: (N,).

    Where no other person shows it, any face of another person.
    """
    if faces.subject is None:
        raise Unsupported("the corpus names no people, and references of others are asked for")
    draw = np.random.default_rng(seed)
    chosen = np.empty(len(faces), dtype=np.int64)
    for position, (expression, person) in enumerate(
        zip(faces.expression, faces.subject, strict=True)
    ):
        others = np.flatnonzero(faces.subject != person)
        if not len(others):
            raise Unsupported("the training fold has one person, and references of others need two")
        alike = others[faces.expression[others] == expression]
        chosen[position] = draw.choice(alike if len(alike) else others)
    return chosen
