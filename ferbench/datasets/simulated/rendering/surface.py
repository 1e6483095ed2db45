"""The grid on the head: a fixed parametrisation of a star-shaped surface.

Head units: the average head is 0.74 wide, 1.05 high and 0.84 deep from its centre. x points to the
right of the picture, y up, z to the camera. Every texel has canonical frontal coordinates (x, y),
its place on the average head; all features are placed in them, whatever the person's own shape.
"""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from ferbench.datasets.simulated.rendering.soft import smoothstep

HALF_WIDTH, HALF_HEIGHT, HALF_DEPTH = 0.74, 1.05, 0.84
EXPONENT = 2.35
"""Of the superellipsoid: 2 is an ellipsoid, more is boxier."""

TAPER = 0.06
"""Width of the soft border of a window, so that what is painted in it leaves no seam."""


@dataclass(frozen=True, slots=True)
class Window:
    """A rectangle of the grid in which one feature lives.

    rows, columns: its slices of the grid.
    x, y:   (r, c) canonical coordinates.
    weight: (r, c) 1 inside, falling to 0 at the border.
    """

    rows: slice
    columns: slice
    x: Tensor
    y: Tensor
    weight: Tensor

    def of(self, plane: Tensor) -> Tensor:
        """The part of `plane` (..., rows, columns) that lies in this window: a view."""
        return plane[..., self.rows, self.columns]


class HeadGrid:
    """The grid's fixed planes, each (rows, columns).

    The azimuthal equidistant map about +z, spaced by arc length: dense on the face, sparse behind.
    `across, up, out` is the direction from the centre, `x, y` are the canonical coordinates,
    `front` is 1 on the face and falls to 0 behind the ears; `turned` falls to 0 in front of them.
    """

    def __init__(self, rows: int, columns: int) -> None:
        self.rows, self.columns = rows, columns
        t = -_even_steps(rows)[:, None].expand(rows, columns)
        s = _even_steps(columns)[None, :].expand(rows, columns)
        radius = (s * s + t * t).sqrt().clamp_min(1e-6)
        angle = _angle_at(radius)
        spacing = np.interp(np.linspace(0, math.pi, 257), *reversed(_spacing()))
        self._distances = torch.from_numpy(spacing.astype(np.float32))
        self.across = torch.sin(angle) * s / radius
        self.up = torch.sin(angle) * t / radius
        self.out = torch.cos(angle)
        reach = (
            (self.across / HALF_WIDTH).abs() ** EXPONENT
            + (self.up / HALF_HEIGHT).abs() ** EXPONENT
            + (self.out / HALF_DEPTH).abs() ** EXPONENT
        ) ** (-1 / EXPONENT)
        self.x, self.y = self.across * reach, self.up * reach
        self.front = smoothstep((self.out + 0.15) / 0.3)
        self.turned = smoothstep((self.out - 0.3) / 0.45)
        self.behind = smoothstep((0.25 - self.out) / 0.3)
        self.log_direction = torch.stack(
            [(axis.abs() + 1e-4).log() for axis in (self.across, self.up, self.out)]
        )

        self.eyes = (self.window(-0.66, 0.0, -0.2, 0.58), self.window(0.0, 0.66, -0.2, 0.58))
        self.cheeks = (self.window(-0.76, 0.0, -0.9, 0.2), self.window(0.0, 0.76, -0.9, 0.2))
        self.temples = (self.window(-0.7, -0.38, -0.2, 0.3), self.window(0.38, 0.7, -0.2, 0.3))
        self.mouth = self.window(-0.66, 0.66, -1.03, -0.12)
        self.nose = self.window(-0.36, 0.36, -0.54, 0.38)
        self.nose_sides = self.window(-0.2, 0.2, -0.46, 0.12)
        self.forehead = self.window(-0.66, 0.66, 0.33, 0.74)
        self.glabella = self.window(-0.13, 0.13, 0.02, 0.5)
        self.eye_bags = self.window(-0.52, 0.52, -0.18, 0.08)
        self.chin = self.window(-0.5, 0.5, -1.06, -0.5)

    def distance_at(self, angle: Tensor) -> Tensor:
        """Distance from the middle of the grid, at angles 0..pi from +z: linear in a table."""
        place = angle * ((len(self._distances) - 1) / math.pi)
        before = place.to(torch.int64).clamp_max(len(self._distances) - 2)
        low, high = self._distances[before], self._distances[before + 1]
        return low + (high - low) * (place - before)

    def window(self, left: float, right: float, bottom: float, top: float) -> Window:
        """The smallest window that holds a canonical rectangle of the face."""
        facing = self.out > 0
        held = (self.x > left) & (self.x < right) & (self.y > bottom) & (self.y < top) & facing
        rows, columns = _span(held.any(1)), _span(held.any(0))
        x, y = self.x[rows, columns], self.y[rows, columns]
        taper = (
            smoothstep((x - left) / TAPER)
            * smoothstep((right - x) / TAPER)
            * smoothstep((y - bottom) / TAPER)
            * smoothstep((top - y) / TAPER)
        )
        return Window(rows, columns, x, y, facing[rows, columns].float() * taper)


@lru_cache(maxsize=4)
def head_grid(size: int) -> HeadGrid:
    """A grid fine enough for pictures of `size` pixels: no holes, and no texel wasted."""
    rows = max(112, 11 * size // 8)
    return HeadGrid(rows, rows * 10 // 11)


def _even_steps(count: int) -> Tensor:
    """From -1 to 1 in `count` - 1 steps, both halves counted from their ends.

    `torch.linspace` rounds in one way on some processors and in another elsewhere; where the middle
    comes out on the other side of 0, a column of texels is on the other half of the face.
    """
    step = float(np.float32(2 / (count - 1)))
    left = -1 + step * np.arange(count // 2)
    right = 1 - step * np.arange(count - count // 2)[::-1]
    return torch.from_numpy(np.concatenate([left, right]).astype(np.float32))


def _span(held: Tensor) -> slice:
    places = torch.nonzero(held)
    return slice(int(places[0]), int(places[-1]) + 1)


@lru_cache(maxsize=1)
def _spacing() -> tuple[np.ndarray, np.ndarray]:
    """Distances from the middle of the grid (1: middle of its edge), and their angles from +z.

    Equal steps cover equal lengths on the head's midline, weighted by how closely we look.
    """
    angle = np.linspace(0, np.radians(176), 600)
    reach = (
        np.abs(np.sin(angle) / HALF_HEIGHT) ** EXPONENT
        + np.abs(np.cos(angle) / HALF_DEPTH) ** EXPONENT
    ) ** (-1 / EXPONENT)
    lengths = np.hypot(np.diff(np.sin(angle) * reach), np.diff(np.cos(angle) * reach))
    degrees = np.degrees(angle[1:])
    interest = np.where(degrees < 60, 1.2, np.where(degrees < 88, 1.0, 0.32))
    distance = np.concatenate([[0.0], np.cumsum(lengths * interest)])
    return distance * (1.25 / distance[-1]), angle  # the grid's corners lie behind the head


def _angle_at(radius: Tensor) -> Tensor:
    """Angle from +z, radians, at a distance from the middle of the grid."""
    return torch.from_numpy(np.interp(radius.numpy(), *_spacing()).astype(np.float32))
