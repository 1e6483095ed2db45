"""The eyebrows: one curve each, from its inner to its outer end."""

from torch import Tensor

from ferbench.datasets.simulated.rendering.batch import People, Units
from ferbench.datasets.simulated.rendering.canvas import Canvas
from ferbench.datasets.simulated.rendering.eyes import EyeFrame, eye_frame
from ferbench.datasets.simulated.rendering.layout import SIDES, Layout
from ferbench.datasets.simulated.rendering.soft import blend, edge, power, smoothstep
from ferbench.datasets.simulated.rendering.surface import HeadGrid


def draw_brows(
    grid: HeadGrid, people: People, units: Units, layout: Layout, canvas: Canvas
) -> None:
    """Paint both brows over the skin."""
    for side in SIDES:
        window, frame = grid.eyes[side], eye_frame(grid, people, layout, side)
        cover = _cover(frame, people, units, side) * window.weight
        density = (0.78 + 0.1 * people.shape.brow_density).clamp(0.4, 0.97)
        density = density * (1 + 0.12 * window.of(people.strands))
        colour = window.of(canvas.colour)
        colour.copy_(blend(colour, people.brows, (cover * density).clamp(0, 0.97)[:, None]))
        canvas.lift(window, 0.008 * cover * window.weight)


def _cover(frame: EyeFrame, people: People, units: Units, side: int) -> Tensor:
    """(B, r, c): identity, and action units 1 2 4 6 7 9."""
    shape, masculinity = people.shape, people.masculinity
    inner_raiser, outer_raiser, frown, cheek, tight, wrinkler = (
        units.on(unit, side) for unit in (1, 2, 4, 6, 7, 9)
    )
    start = -0.165 - 0.0072 * shape.brow_gap - 0.03 * frown
    end = 0.185 + 0.02 * shape.brow_length
    along = (frame.u - start) / (end - start)
    held = along.clamp(0, 1)

    arch = 0.035 + 0.016 * shape.brow_arch - 0.01 * masculinity
    bend = 1 - ((held - 0.62) / 0.62) ** 2 - 0.96 * ((held - 0.62).clamp_min(0) / 0.38) ** 2
    height = 0.185 + 0.018 * shape.brow_level - 0.012 * masculinity
    height = height + arch * bend + 0.02 * shape.brow_slope * (held - 0.5)

    inner, outer = power(1 - held, 1.6), smoothstep((held - 0.25) / 0.5)
    height = height + inner_raiser * (0.105 * inner + 0.015) + outer_raiser * (0.085 * outer + 0.02)
    height = height - frown * (0.085 * inner + 0.035) - wrinkler * (0.05 * inner + 0.02)
    height = height - cheek * 0.015 * outer - tight * 0.012
    height = height - people.age**2 * (0.022 * outer + 0.008)  # sagging

    thickness = 0.024 + 0.0055 * shape.brow_thickness + 0.005 * masculinity
    thickness = thickness * (0.55 + 0.45 * smoothstep(held / 0.15)) * (1 - 0.72 * held**2)
    within = edge(thickness.clamp_min(0.006) - (frame.v - height).abs(), 0.02)
    return within * edge(1 - 2 * (along - 0.5).abs(), 0.12)
