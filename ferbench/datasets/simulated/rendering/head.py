"""The bare head: skull, jaw, chin and ears."""

import torch
from torch import Tensor

from ferbench.datasets.simulated.rendering.batch import People
from ferbench.datasets.simulated.rendering.soft import bump, smoothstep
from ferbench.datasets.simulated.rendering.surface import (
    EXPONENT,
    HALF_DEPTH,
    HALF_HEIGHT,
    HALF_WIDTH,
    HeadGrid,
)

BLUNTEST = 2.12
"""Smallest exponent of the superellipsoid: rounder heads show the poles of the grid."""


def bare_head(grid: HeadGrid, people: People) -> Tensor:
    """(3, B, rows, columns): x, y, z of the head without hair and features."""
    shape = people.shape
    width = HALF_WIDTH * (1 + 0.055 * shape.face_width)
    height = HALF_HEIGHT * (1 + 0.04 * shape.face_length)
    depth = HALF_DEPTH * (1 + 0.04 * shape.face_depth)
    exponent = (EXPONENT + 0.15 * shape.squareness).clamp_min(BLUNTEST)
    reach = torch.zeros(len(people), grid.rows, grid.columns)
    for log_direction, half in zip(grid.log_direction, (width, height, depth), strict=True):
        reach += torch.exp(exponent * (log_direction - half.log()))
    reach = torch.exp(reach.log() * (-1 / exponent))
    x, y, z = grid.across * reach, grid.up * reach, grid.out * reach

    jaw = smoothstep((-0.25 - grid.y) / 0.65)
    x = x * (
        1
        - jaw * (0.13 - 0.085 * shape.jaw_width - 0.05 * people.masculinity)
        + 0.05 * shape.cheek_width * bump((grid.y + 0.05) / 0.25)
        + 0.05 * shape.forehead_width * smoothstep((grid.y - 0.25) / 0.5)
    )
    chin_width = (0.2 + 0.03 * shape.chin_width) * 1.3
    chin = bump(grid.x / chin_width, (grid.y + 0.92) / 0.16) * grid.front
    y = y - chin * (0.05 + 0.05 * shape.chin_length)
    z = z + chin * (0.10 + 0.04 * shape.chin_projection)
    return torch.stack([x, y, z])


def ear_cover(grid: HeadGrid) -> Tensor:
    """(rows, columns): 1 in the middle of each ear."""
    return bump((grid.across.abs() - 1) / 0.2, (grid.y + 0.05) / 0.13, (grid.out + 0.08) / 0.13)


def drop_jaw(grid: HeadGrid, jaw_drop: Tensor, mouth_y: Tensor, offset: Tensor) -> None:
    """Move what lies below the mouth down and back, in `offset` (3, B, rows, columns)."""
    moved = jaw_drop * smoothstep((mouth_y + 0.02 - grid.y) / 0.36)
    moved = moved * smoothstep((grid.out + 0.35) / 0.7)
    offset[1] -= 0.95 * moved
    offset[2] -= 0.12 * moved
