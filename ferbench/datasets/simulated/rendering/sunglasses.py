"""Sunglasses: the frames of glasses, larger, with opaque lenses."""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import Tensor

from ferbench.datasets.simulated.capture.occluder import Occluder, Sunglasses
from ferbench.datasets.simulated.rendering.batch import People
from ferbench.datasets.simulated.rendering.camera import Camera
from ferbench.datasets.simulated.rendering.cloud import Cloud, steps_for, strip
from ferbench.datasets.simulated.rendering.glasses import glasses_cloud, lens_depth
from ferbench.datasets.simulated.rendering.layout import SIDES, Layout, sign
from ferbench.datasets.simulated.rendering.soft import bump, power

NOBODYS = Sunglasses(0.2, 3.0, (0.03, 0.03, 0.03), 0.1)
"""Stands in for those who wear none; never drawn."""

GLINT = 0.16
"""Brightness of the reflected sky at the top of a lens."""


def sunglasses_clouds(
    people: People, layout: Layout, occluders: Sequence[Occluder | None], camera: Camera
) -> tuple[Cloud, Cloud]:
    """Lenses and frames; they replace the glasses that a person has anyway."""
    each = [worn if isinstance(worn, Sunglasses) else NOBODYS for worn in occluders]
    worn = torch.tensor([[isinstance(occluder, Sunglasses)] for occluder in occluders])
    wearers = replace(
        people,
        glasses_radius=_numbers([one.radius for one in each]),
        glasses_squareness=_numbers([one.squareness for one in each]),
        glasses_grey=_numbers([one.frame for one in each]),
    )
    frames = replace(glasses_cloud(wearers, layout, camera), worn=worn)
    colours = torch.tensor([one.lens for one in each])[..., None, None]
    return _lenses(wearers, layout, colours, worn, frames.nearer, camera), frames


def _lenses(
    people: People, layout: Layout, colours: Tensor, worn: Tensor, nearer: float, camera: Camera
) -> Cloud:
    """(3, B, N) both lenses: squares of points, pressed into the rim's outline."""
    steps = steps_for(0.5, camera.scale)
    across = torch.linspace(-1, 1, steps).view(1, 1, -1)
    up = across.transpose(1, 2)
    squareness = people.glasses_squareness
    # a point of the square goes to the same share of the way to the rim
    share = across.abs().maximum(up.abs())
    norm = power(across.abs(), squareness) + power(up.abs(), squareness) + 1e-12
    norm = power(norm, 1 / squareness)
    inward = share / norm
    x = layout.eye_x + 1.12 * people.glasses_radius * across * inward
    y = layout.eye_y - 0.03 + 0.92 * people.glasses_radius * up * inward
    z = lens_depth(people, x)
    points = torch.cat([strip(sign(side) * x, y, z).flatten(2) for side in SIDES], 2)
    sky = GLINT * bump((up - 0.75 + 0.25 * across) / 0.28)
    lens = (colours + sky).flatten(2)
    return Cloud(camera.turn(points), torch.cat([lens, lens], 2), worn, nearer)


def _numbers(values: list[float]) -> Tensor:
    return torch.tensor(values)[:, None, None]
