"""A batch of faces as tensors: who they are, what they do, how they are seen."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from ferbench.datasets.simulated.acting.action_units import ROW
from ferbench.datasets.simulated.capture.view import View
from ferbench.datasets.simulated.person.identity import Glasses, Identity
from ferbench.datasets.simulated.person.shape import SHAPE_NAMES, Shape
from ferbench.datasets.simulated.rendering.hairdo import Hairdo, collate_hairdos
from ferbench.datasets.simulated.rendering.surface import HeadGrid
from ferbench.datasets.simulated.rendering.texture import noise_planes

NO_GLASSES = Glasses(radius=0.17, squareness=3.0, grey=0.1)
"""Stands in for people without any in a batch where somebody wears them; never drawn."""


@dataclass(frozen=True, slots=True)
class Scene:
    """One picture to render; activations (19, 2) as in `acting.action_units`."""

    identity: Identity
    activations: np.ndarray
    view: View


class Units:
    """Activations of a batch, looked up by the number of the action unit; each (B, 1, 1)."""

    def __init__(self, activations: Tensor) -> None:
        self._sides = activations[..., None, None]
        self._both = activations.mean(2)[..., None, None]

    def __getitem__(self, unit: int) -> Tensor:
        """The mean of both sides."""
        return self._both[:, ROW[unit]]

    def on(self, unit: int, side: int) -> Tensor:
        """One side: 0 is on the left of the picture, 1 on its right."""
        return self._sides[:, ROW[unit], side]


@dataclass(frozen=True, slots=True)
class People:
    """Identities of a batch: numbers are (B, 1, 1), colours (B, 3, 1, 1).

    blotches, grain, strands: (B, rows, columns) noise of skin and hair.
    """

    shape: Shape[Tensor]
    masculinity: Tensor
    age: Tensor
    wrinkles: Tensor
    skin: Tensor
    hair: Tensor
    brows: Tensor
    iris: Tensor
    lips: Tensor
    clothes: Tensor
    hairdo: Hairdo
    beard: Tensor
    moustache: Tensor
    freckles: Tensor
    unevenness: Tensor
    glasses_worn: Tensor
    glasses_radius: Tensor
    glasses_squareness: Tensor
    glasses_grey: Tensor
    blotches: Tensor
    grain: Tensor
    strands: Tensor

    def __len__(self) -> int:
        return len(self.age)


@dataclass(frozen=True, slots=True)
class Views:
    """Views of a batch, as in `View`; `rotation` (B, 3, 3) turns head into camera axes."""

    rotation: Tensor
    light: Tensor
    brightness: Tensor
    background: Tensor
    gaze_right: Tensor
    gaze_up: Tensor
    shift: Tensor
    exposure: Tensor


def collate_people(identities: Sequence[Identity], grid: HeadGrid) -> People:
    """The batch of these people."""
    glasses = [person.glasses or NO_GLASSES for person in identities]
    noise = torch.stack(
        [noise_planes(person.texture, grid.rows, grid.columns) for person in identities]
    )
    hairdo = collate_hairdos(identities)
    return People(
        shape=Shape(
            *(
                _numbers(getattr(person.shape, name) for person in identities)
                for name in SHAPE_NAMES
            )
        ),
        masculinity=_numbers(person.masculinity for person in identities),
        age=_numbers(person.age for person in identities),
        wrinkles=_numbers(0.35 + 1.3 * person.age for person in identities),
        skin=_colours(person.skin for person in identities),
        hair=_colours(person.hair for person in identities),
        brows=_colours(person.brows for person in identities),
        iris=_colours(person.iris for person in identities),
        lips=_colours(person.lips for person in identities),
        clothes=_colours(person.clothes for person in identities),
        hairdo=hairdo,
        beard=_numbers(person.beard for person in identities),
        moustache=_numbers(person.moustache for person in identities),
        freckles=_numbers(person.freckles for person in identities),
        unevenness=_numbers(person.unevenness for person in identities),
        glasses_worn=_numbers(person.glasses is not None for person in identities),
        glasses_radius=_numbers(worn.radius for worn in glasses),
        glasses_squareness=_numbers(worn.squareness for worn in glasses),
        glasses_grey=_numbers(worn.grey for worn in glasses),
        blotches=noise[:, 0],
        grain=noise[:, 1],
        strands=torch.where(hairdo.curly > 0, noise[:, 3], noise[:, 2]),
    )


def collate_units(activations: Sequence[np.ndarray]) -> Units:
    """The batch of these activations."""
    return Units(torch.from_numpy(np.stack(activations).astype(np.float32)))


def collate_views(views: Sequence[View]) -> Views:
    """The batch of these views."""
    directions = np.array([view.light for view in views])
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    return Views(
        rotation=_tensor([_rotation(*view.pose) for view in views]),
        light=_tensor(directions),
        brightness=_numbers(view.brightness for view in views),
        background=_numbers(view.background for view in views),
        gaze_right=_numbers(view.gaze[0] for view in views),
        gaze_up=_numbers(view.gaze[1] for view in views),
        shift=_tensor([view.shift for view in views]),
        exposure=_numbers(view.exposure for view in views),
    )


def _rotation(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """Turn about y first, then nod about x, then tilt about z."""
    cy, sy, cp, sp = np.cos(yaw), np.sin(yaw), np.cos(pitch), np.sin(pitch)
    cr, sr = np.cos(roll), np.sin(roll)
    turn = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    nod = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    tilt = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return tilt @ nod @ turn


def _tensor(values: object) -> Tensor:
    return torch.from_numpy(np.asarray(values, dtype=np.float32))


def _numbers(values: Iterable[float]) -> Tensor:
    return _tensor(list(values))[:, None, None]


def _colours(values: Iterable[tuple[float, float, float]]) -> Tensor:
    return _tensor(list(values))[:, :, None, None]
