"""Glasses: rims, temples and bridge as dense strips of points."""

import math

import torch
from torch import Tensor

from ferbench.datasets.simulated.rendering.batch import People
from ferbench.datasets.simulated.rendering.layout import SIDES, Layout, sign
from ferbench.datasets.simulated.rendering.nose import nose_relief_height

WIRE = 0.011
"""Half the thickness of the frame, head units."""

TINT = (1.0, 0.85, 0.75)
BULGE = 0.14
"""Glasses are drawn this much nearer than they are, so that brows and cheeks stay behind them."""


def glasses_points(people: People, layout: Layout) -> Tensor:
    """(3, B, N) head coordinates of everybody's glasses, worn or not."""
    eye_x, eye_y, radius = layout.eye_x, layout.eye_y, people.glasses_radius
    front = 0.86 + 0.3 * (nose_relief_height(people) - 0.235)
    thickness = torch.linspace(-WIRE, WIRE, 5).view(1, 1, -1)
    hinge_x, bridge_x = eye_x + 1.12 * radius, eye_x - 1.12 * radius

    turn = torch.linspace(0, 2 * math.pi, 401)[:-1].view(1, -1, 1)
    power = people.glasses_squareness
    rounded = (turn.cos().abs() ** power + turn.sin().abs() ** power) ** (-1 / power)
    rim_x = eye_x + 1.12 * (radius + thickness) * rounded * turn.cos()
    rim_y = eye_y - 0.03 + 0.92 * (radius + thickness) * rounded * turn.sin()

    back = torch.linspace(0, 1, 200).view(1, -1, 1)
    temple_x = hinge_x + (0.80 - hinge_x) * back**0.5
    temple_z = front - 0.3 * hinge_x**2 - 0.75 * back
    across = torch.linspace(-1, 1, 60).view(1, -1, 1)
    strips = [
        (
            bridge_x * across,
            eye_y + 0.01 + 0.03 * (1 - across * across) + thickness,
            front + 0.02,
        )
    ]
    for side in SIDES:
        strips.append((sign(side) * rim_x, rim_y, front - 0.3 * rim_x**2))
        strips.append((sign(side) * temple_x, eye_y + 0.03 + 1.2 * thickness, temple_z))
    return torch.cat([_points(*strip) for strip in strips], 2)


def glasses_colour(people: People, count: int) -> Tensor:
    """(B, 3, count)."""
    tint = torch.tensor(TINT).view(1, 3, 1)
    return (people.glasses_grey * tint).expand(len(people), 3, count)


def _points(x: Tensor, y: Tensor, z: Tensor) -> Tensor:
    """(3, B, N) from coordinates that broadcast to (B, along, across)."""
    return torch.stack(torch.broadcast_tensors(x, y, z)).flatten(2)
