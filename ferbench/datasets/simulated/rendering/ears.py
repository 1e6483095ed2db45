"""The ears: a small curved sheet on each side of the head."""

import torch
from torch import Tensor

from ferbench.datasets.simulated.rendering.batch import People, Views
from ferbench.datasets.simulated.rendering.camera import Camera
from ferbench.datasets.simulated.rendering.cloud import Cloud, steps_for, strip
from ferbench.datasets.simulated.rendering.layout import SIDES, sign
from ferbench.datasets.simulated.rendering.shading import GAIN, illuminate, normals
from ferbench.datasets.simulated.rendering.soft import bump, smoothstep
from ferbench.datasets.simulated.rendering.surface import HeadGrid

HALF_HEIGHT, WIDTH = 0.2, 0.2
"""Of the average ear, head units."""

MIDDLE_Y, ROOT_OUT = -0.04, 0.02
"""Height of the ear's middle, and the direction towards the camera of its root."""

FLUSH = (1.02, 0.88, 0.86)
"""Ears are redder than the cheeks."""

HAIR_BEHIND = 0.10
"""Ears are drawn this much nearer than they are, so that hair beside them stays behind them."""


def ear_points(grid: HeadGrid, people: People, head: Tensor, scale: float) -> Tensor:
    """(3, B, 2 * along, across) head coordinates: both ears on the bare `head`, left one first.

    `along` runs from the top to the lobe, `across` from the root to the rim.
    """
    size = 1 + 0.12 * people.shape.ear_size
    rows, columns = steps_for(2 * HALF_HEIGHT, scale), steps_for(WIDTH, scale)
    down = torch.linspace(1, -1, rows).view(1, -1, 1)
    out = torch.linspace(0, 1, columns).view(1, 1, -1)
    oval = (1 - down * down).clamp_min(0).sqrt()
    outline = oval * (0.8 + 0.28 * down - 0.1 * bump((down + 0.55) / 0.25))
    reach = WIDTH * size * outline * out
    # the rim rolls forward, the bowl behind it is hollow
    relief = 0.035 * bump((out - 0.9) / 0.12) - 0.03 * bump((out - 0.45) / 0.2, (down + 0.1) / 0.45)
    relief = relief * smoothstep((1 - down.abs()) / 0.2)
    both = []
    for side in SIDES:
        root = _root(grid, head, side)
        both.append(
            strip(
                root[0] + sign(side) * (0.62 * reach + 0.5 * relief - 0.05 * (1 - out) - 0.02),
                root[1] + HALF_HEIGHT * size * down + 0.0 * out,
                root[2] - 0.78 * reach + 0.8 * relief,
            )
        )
    return torch.cat(both, 2)


def ear_cloud(people: People, views: Views, ears: Tensor, camera: Camera) -> Cloud:
    """Lit ears; long hair hides them."""
    points = camera.turn(ears)
    rows = points.shape[2] // 2
    normal = torch.cat([normals(points[:, :, :rows]), normals(points[:, :, rows:])], 2)
    normal = normal * torch.where(normal[2] < 0, -1.0, 1.0)
    columns = points.shape[3]
    down = torch.linspace(1, -1, rows).view(1, -1, 1)
    out = torch.linspace(0, 1, columns).view(1, 1, -1)
    hollow = 0.5 * bump((out - 0.42) / 0.2, (down + 0.12) / 0.4)
    groove = 0.3 * bump((out - 0.72) / 0.07) * smoothstep((down + 0.5) / 0.4)
    painted = ((1 - hollow) * (1 - groove)).repeat(1, 2, 1)
    light = illuminate(normal, views) * painted * GAIN
    flush = torch.tensor(FLUSH).view(1, 3, 1, 1)
    return Cloud(
        points=points.flatten(2),
        colour=(people.skin * flush * light[:, None]).flatten(2),
        worn=people.hairdo.falls[:, 0] < 0.5,
        nearer=HAIR_BEHIND,
    )


def _root(grid: HeadGrid, head: Tensor, side: int) -> Tensor:
    """(3, B, 1, 1): where the middle of the ear is fixed."""
    direction = torch.tensor([float(sign(side)), MIDDLE_Y, ROOT_OUT])
    axes = torch.stack([grid.across, grid.up, grid.out]).flatten(1)
    nearest = int((axes * direction[:, None]).sum(0).argmax())
    return head.flatten(2)[..., nearest, None, None]
