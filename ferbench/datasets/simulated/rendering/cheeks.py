"""The cheeks: apple, nasolabial fold, dimple, the fold below the mouth's corner, crow's feet."""

import torch

from ferbench.datasets.simulated.rendering.batch import People, Units
from ferbench.datasets.simulated.rendering.canvas import Canvas
from ferbench.datasets.simulated.rendering.layout import SIDES, Layout, sign
from ferbench.datasets.simulated.rendering.soft import bump, smoothstep
from ferbench.datasets.simulated.rendering.surface import HeadGrid


def draw_cheeks(
    grid: HeadGrid, people: People, units: Units, layout: Layout, canvas: Canvas
) -> None:
    """Shape and shade both cheeks."""
    for side in SIDES:
        _draw_cheek(grid, people, units, layout, canvas, side)
        _draw_crows_feet(grid, people, units, layout, canvas, side)


def _draw_cheek(
    grid: HeadGrid, people: People, units: Units, layout: Layout, canvas: Canvas, side: int
) -> None:
    shape, wrinkles, window = people.shape, people.wrinkles, grid.cheeks[side]
    x, y = window.x * sign(side), window.y
    corner_x, corner_y = layout.corner_x[side], layout.corner_y[side]
    raiser, wrinkler, lip_raiser, smile, dimpler, depressor, stretcher = (
        units.on(unit, side) for unit in (6, 9, 10, 12, 14, 15, 20)
    )

    apple = bump((x - 0.36) / 0.15, (y + 0.17 - 0.07 * raiser - 0.03 * smile) / 0.11)
    height = (
        0.03 * shape.cheekbone * bump((x - 0.45) / 0.14, (y + 0.1) / 0.1)
        + 0.03 * shape.cheek_fullness * bump((x - 0.4) / 0.18, (y + 0.4) / 0.16)
        + apple * (0.02 + 0.055 * smile + 0.055 * raiser)
        - 0.030 * people.age**2 * bump((x - 0.43) / 0.12, (y + 0.34) / 0.13)  # hollow cheeks
        + 0.050 * people.age**2 * bump((x - 0.40) / 0.08, (y + 0.74) / 0.09)  # jowls
    )

    # the nasolabial fold: a curve from the wing of the nose to outside the mouth's corner
    along = ((-0.24 - y) / 0.42).clamp(0, 1)
    fold_x = 0.155 + along * (corner_x + 0.075 - 0.155) * (0.55 + 0.45 * along)
    beside = x - fold_x
    extent = smoothstep((-0.2 - y) / 0.08) * smoothstep((y - corner_y + 0.04) / 0.12)
    fold = bump(beside / 0.032) * extent
    depth = 0.010 * wrinkles + 0.034 * smile + 0.022 * lip_raiser + 0.02 * wrinkler + 0.012 * raiser
    height = height - depth * fold + depth * 0.9 * bump((beside - 0.07) / 0.045) * extent
    darkness = 0.09 * wrinkles + 0.26 * smile + 0.2 * lip_raiser + 0.18 * wrinkler
    shade = 1 - fold * darkness.clamp(0, 0.5)

    dimple = bump((x - corner_x - 0.035) / 0.022, (y - corner_y) / 0.05)
    swell = bump((x - corner_x - 0.09) / 0.04, (y - corner_y) / 0.06)
    height = height + 0.03 * dimpler * (swell - dimple)
    shade = shade * (1 - 0.5 * dimpler.clamp_max(1) * dimple)

    # the marionette line, below the corner
    line_x = corner_x + 0.02 + 0.25 * (corner_y - y).clamp(0, 0.2)
    line = bump((x - line_x) / 0.02)
    line = line * smoothstep((corner_y + 0.01 - y) / 0.04) * smoothstep((y - corner_y + 0.17) / 0.1)
    height = height - 0.02 * (depressor + 0.3 * people.age) * line
    shade = shade * (1 - line * (0.05 * wrinkles + 0.32 * depressor).clamp(0, 0.45))

    canvas.lift(window, height * window.weight)
    canvas.darken(window, shade)
    window.of(canvas.offset[1]).add_(apple * 0.02 * (raiser + smile))
    pull = bump((x - corner_x - 0.08) / 0.12, (y - corner_y) / 0.16)
    window.of(canvas.offset[0]).add_(sign(side) * 0.03 * (smile + stretcher) * pull)


def _draw_crows_feet(
    grid: HeadGrid, people: People, units: Units, layout: Layout, canvas: Canvas, side: int
) -> None:
    """Lines that fan out from the outer corner of the eye: age, and action unit 6."""
    window = grid.temples[side]
    x, y = window.x * sign(side), window.y - layout.eye_y
    rays = torch.sin((y + (x - 0.52) * 0.4 * torch.sign(y)) * 95) > 0.3
    lines = bump((x - 0.52) / 0.06, y / 0.08) * rays
    depth = 0.22 * people.age**2 + 0.22 * units.on(6, side) * people.wrinkles.clamp(0.4, 1)
    canvas.darken(window, 1 - lines * depth.clamp(0, 0.35))
