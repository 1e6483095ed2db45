"""Forehead lines, frown lines between the brows, and bags under the eyes."""

import torch

from ferbench.datasets.simulated.rendering.batch import People, Units
from ferbench.datasets.simulated.rendering.canvas import Canvas
from ferbench.datasets.simulated.rendering.layout import Layout
from ferbench.datasets.simulated.rendering.soft import bump, smoothstep
from ferbench.datasets.simulated.rendering.surface import HeadGrid


def draw_forehead(
    grid: HeadGrid, people: People, units: Units, layout: Layout, canvas: Canvas
) -> None:
    """Draw the lines above and between the eyes, and the bags below them."""
    _draw_forehead_lines(grid, people, units, canvas)
    _draw_frown(grid, people, units, canvas)
    _draw_eye_bags(grid, people, units, layout, canvas)


def _draw_forehead_lines(grid: HeadGrid, people: People, units: Units, canvas: Canvas) -> None:
    window, age = grid.forehead, people.age
    x, y = window.x, window.y
    extent = smoothstep((y - 0.36) / 0.1) * smoothstep((0.7 - y) / 0.12) * bump(x / 0.34)
    waves = torch.sin((y + 0.035 * torch.cos(x * 7)) * 62 + 1.5 * people.shape.forehead_folds)
    raised = (0.5 * (units[1] + units[2]) - 0.35 * units[4]).clamp(0, 1.2)
    depth = (0.010 * age**2 + 0.011 * raised * people.wrinkles.clamp(0.55, 1.6)) * extent
    canvas.lift(window, depth * waves * window.weight)
    canvas.darken(window, 1 - (depth * 22).clamp(0, 0.5) * (waves < -0.55))


def _draw_frown(grid: HeadGrid, people: People, units: Units, canvas: Canvas) -> None:
    window, frown = grid.glabella, units[4]
    lines = bump((window.x.abs() - 0.055) / 0.014, (window.y - 0.25) / 0.085)
    darkness = (0.06 * people.age + 0.5 * frown * people.wrinkles.clamp(0.6, 1.2)).clamp(0, 0.55)
    canvas.lift(window, -0.014 * frown * lines * window.weight)
    canvas.darken(window, 1 - lines * darkness)


def _draw_eye_bags(
    grid: HeadGrid, people: People, units: Units, layout: Layout, canvas: Canvas
) -> None:
    window = grid.eye_bags
    bags = bump((window.x.abs() - 0.29) / 0.1, (window.y - layout.eye_y + 0.13) / 0.018)
    darkness = (0.10 * people.age + 0.16 * people.age**2 + 0.13 * units[6] + 0.08 * units[7]).clamp(
        0, 0.3
    )
    canvas.darken(window, 1 - bags * darkness)
