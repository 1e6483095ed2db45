"""The mouth: lips, teeth, tongue and the dark between them."""

import math

import torch
from torch import Tensor

from ferbench.datasets.simulated.rendering.batch import People, Units
from ferbench.datasets.simulated.rendering.canvas import Canvas
from ferbench.datasets.simulated.rendering.layout import Layout
from ferbench.datasets.simulated.rendering.lips import Lips, shape_lips
from ferbench.datasets.simulated.rendering.soft import blend, bump, edge
from ferbench.datasets.simulated.rendering.surface import HeadGrid, Window

DARK = (0.13, 0.035, 0.035)
TONGUE = (0.50, 0.20, 0.20)
TEETH = (0.88, 0.85, 0.79)
UPPER_TEETH = 0.062
"""How far the upper teeth reach below the lip, head units."""

TOOTH = 0.052
"""Width of a tooth, head units."""


def draw_mouth(
    grid: HeadGrid, people: People, units: Units, layout: Layout, canvas: Canvas
) -> None:
    """Paint the mouth over the skin and give the lips their volume."""
    window = grid.mouth
    x, y = window.x, window.y
    lips = shape_lips(window, people, units, layout)
    lip_cover = edge(lips.upper_outer - y, 0.018) * edge(y - lips.lower_outer, 0.022) * lips.inside
    opening = edge(lips.upper_inner - y, 0.014) * edge(y - lips.lower_inner, 0.014) * lips.inside
    opening = opening * ((lips.gap - 0.006) / 0.02).clamp(0, 1)

    upper_half = edge(y - lips.middle, 0.02)  # it faces down and is darker
    grain = window.of(people.grain)
    lip_colour = people.lips * ((1 - 0.16 * upper_half) * (1 + 0.05 * grain))[:, None]
    colour = blend(window.of(canvas.colour), lip_colour, 0.9 * lip_cover[:, None])
    inside = _inside(window, lips, units, layout)
    colour = blend(colour, inside, opening[:, None])

    closed = (1 - opening) * (1 - 10 * lips.gap).clamp(0, 1)
    seam = bump((y - lips.middle) / 0.009) * lips.inside * closed
    corner_x = torch.where(x > 0, layout.corner_x[1], layout.corner_x[0])
    corner_y = torch.where(x > 0, layout.corner_y[1], layout.corner_y[0])
    corners = bump((x.abs() - corner_x) / 0.02, (y - corner_y) / 0.016)
    below = bump((y - lips.lower_outer + 0.018) / 0.016) * lips.belly * window.weight
    colour = colour * ((1 - 0.62 * seam) * (1 - 0.35 * corners) * (1 - 0.16 * below))[:, None]
    window.of(canvas.colour).copy_(colour)
    window.of(canvas.mouth_opening).copy_(opening)
    canvas.clear_shade(window, lip_cover)
    canvas.lift(window, _volume(window, lips, people, layout, opening))


def _inside(window: Window, lips: Lips, units: Units, layout: Layout) -> Tensor:
    """(B, 3, r, c): what shows between parted lips."""
    x, y = window.x, window.y
    tongue = bump(x / (layout.mouth_half_width * 0.5), (y - lips.lower_inner - 0.01) / 0.045) * 0.8
    bared = 0.028 * (units[16] + 0.6 * units[20]).clamp(0, 1)
    upper = edge(y - lips.upper_inner + UPPER_TEETH, 0.012)
    lower = edge(lips.lower_inner + bared - y, 0.012)
    teeth = upper.maximum(0.85 * lower) * edge(0.93 - lips.along, 0.1) * (1 - 0.35 * lips.along)
    between = 1 - 0.22 * (torch.cos(x * 2 * math.pi / TOOTH) > 0.86)
    channels = [
        blend(dark * (1 - tongue) + red * tongue, white * between, teeth)
        for dark, red, white in zip(DARK, TONGUE, TEETH, strict=True)
    ]
    return torch.stack(channels, 1)


def _volume(window: Window, lips: Lips, people: People, layout: Layout, opening: Tensor) -> Tensor:
    """(B, r, c): height of the lips, and of the muzzle that carries them."""
    x, y = window.x, window.y
    round_ = lips.belly.sqrt()
    upper_y = (lips.upper_outer + lips.upper_inner) / 2
    lower_y = (lips.lower_outer + lips.lower_inner) / 2
    upper = bump((y - upper_y) / (lips.upper_thickness * 0.7 + 0.004)) * round_
    lower = bump((y - lower_y) / (lips.lower_thickness * 0.6 + 0.004)) * round_
    fullness = 0.75 + 0.12 * people.shape.lower_lip
    muzzle = 0.035 * bump(x / 0.25, (y - layout.mouth_y) / 0.2) * window.weight
    return (0.035 * upper + 0.045 * lower - 0.012 * opening) * lips.inside * fullness + muzzle
