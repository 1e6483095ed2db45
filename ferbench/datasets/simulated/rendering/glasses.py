"""Glasses: rims, temples and bridge as dense strips of points."""

import math

import torch
from torch import Tensor

from ferbench.datasets.simulated.rendering.batch import People
from ferbench.datasets.simulated.rendering.camera import Camera
from ferbench.datasets.simulated.rendering.cloud import Cloud, strip
from ferbench.datasets.simulated.rendering.layout import SIDES, Layout, sign
from ferbench.datasets.simulated.rendering.nose import nose_relief_height
from ferbench.datasets.simulated.rendering.soft import power

WIRE = 0.011
"""Half the thickness of the frame, head units."""

THINNEST = 0.9
"""Half the thickness of the frame in splatted pixels, at least: a thinner one breaks up."""

TINT = (1.0, 0.85, 0.75)
BULGE = 0.14
"""Glasses are drawn this much nearer than they are, so that brows and cheeks stay behind them."""


def glasses_cloud(people: People, layout: Layout, camera: Camera) -> Cloud:
    """Everybody's glasses, worn or not."""
    points = _points(people, layout, max(WIRE, THINNEST / camera.scale))
    tint = torch.tensor(TINT).view(1, 3, 1)
    return Cloud(
        points=camera.turn(points),
        colour=(people.glasses_grey * tint).expand(len(people), 3, points.shape[2]),
        worn=people.glasses_worn[:, 0] > 0,
        nearer=BULGE,
    )


def lens_depth(people: People, x: Tensor) -> Tensor:
    """z of the glasses at `x` from the midline, head units: they are curved as the face is."""
    return 0.86 + 0.3 * (nose_relief_height(people) - 0.235) - 0.3 * x**2


def _points(people: People, layout: Layout, wire: float) -> Tensor:
    """(3, B, N) head coordinates of frames that are `wire` head units thick each way."""
    eye_x, eye_y, radius = layout.eye_x, layout.eye_y, people.glasses_radius
    front = lens_depth(people, torch.zeros(1))
    thickness = torch.linspace(-wire, wire, 7).view(1, 1, -1)
    hinge_x, bridge_x = eye_x + 1.12 * radius, eye_x - 1.12 * radius

    turn = torch.linspace(0, 2 * math.pi, 401)[:-1].view(1, -1, 1)
    squareness = people.glasses_squareness
    rounded = power(turn.cos().abs(), squareness) + power(turn.sin().abs(), squareness)
    rounded = power(rounded, -1 / squareness)
    rim_x = eye_x + 1.12 * (radius + thickness) * rounded * turn.cos()
    rim_y = eye_y - 0.03 + 0.92 * (radius + thickness) * rounded * turn.sin()

    back = torch.linspace(0, 1, 200).view(1, -1, 1)
    temple_x = hinge_x + (0.80 - hinge_x) * back.sqrt()
    temple_z = lens_depth(people, hinge_x) - 0.75 * back
    across = torch.linspace(-1, 1, 60).view(1, -1, 1)
    strips = [
        (
            bridge_x * across,
            eye_y + 0.01 + 0.03 * (1 - across * across) + thickness,
            front + 0.02,
        )
    ]
    for side in SIDES:
        strips.append((sign(side) * rim_x, rim_y, lens_depth(people, rim_x)))
        strips.append((sign(side) * temple_x, eye_y + 0.03 + 1.2 * thickness, temple_z))
    return torch.cat([strip(*place).flatten(2) for place in strips], 2)
