"""The skin's colour, freckles, and hair on the face."""

from torch import Tensor

from ferbench.datasets.simulated.rendering.batch import People
from ferbench.datasets.simulated.rendering.canvas import Canvas
from ferbench.datasets.simulated.rendering.layout import Layout
from ferbench.datasets.simulated.rendering.soft import blend, bump, edge, smoothstep
from ferbench.datasets.simulated.rendering.surface import HeadGrid

FLUSH = (0.05, -0.055, -0.05)
"""Relative change of red, green and blue where the skin is flushed."""

FRECKLE = (0.5, 0.8, 1.0)
"""Relative loss of red, green and blue in a freckle."""


def paint_skin(grid: HeadGrid, people: People, layout: Layout, canvas: Canvas) -> None:
    """Cover the whole head with skin, then freckles, beard and moustache."""
    x, y = grid.x, grid.y
    tone = 1 + 0.055 * people.unevenness * people.blotches + 0.022 * people.grain
    cheeks = bump((x.abs() - 0.36) / 0.18, (y + 0.2) / 0.16)
    nose = bump(x / 0.1, (y - layout.nose_tip_y) / 0.09)
    flushed = (cheeks + 0.8 * nose) * grid.front
    freckled = bump((x.abs() - 0.28) / 0.25, (y + 0.1) / 0.2) * (people.grain > 1.15)
    freckled = freckled * (0.22 * people.freckles).clamp(0, 0.35)
    for channel, (flush, loss) in enumerate(zip(FLUSH, FRECKLE, strict=True)):
        skin = people.skin[:, channel] * tone
        canvas.colour[:, channel] = skin * (1 + flush * flushed) * (1 - loss * freckled)
    if not (people.beard + people.moustache).any():
        return
    cover = _facial_hair(grid, people, layout)
    colour = people.hair * (1 + 0.35 * people.strands[:, None])
    canvas.colour = blend(canvas.colour, colour, 0.85 * cover[:, None])


def _facial_hair(grid: HeadGrid, people: People, layout: Layout) -> Tensor:
    """(B, rows, columns): cover of beard and moustache; both move with the mouth."""
    x, y, mouth_y = grid.x.abs(), grid.y, layout.mouth_y
    below = -0.42 + 0.66 * (x - 0.3).clamp_min(0) - y
    jaw = edge(below + 0.03 * people.strands, 0.1) * smoothstep((grid.out + 0.05) / 0.3)
    sideburns = edge(x - 0.60, 0.08) * edge(0.05 - y, 0.2) * smoothstep(grid.out / 0.2)
    mouth = bump(x / (layout.mouth_half_width * 1.1), (y - mouth_y) / 0.09)
    beard = jaw.maximum(sideburns) * (1 - mouth) * people.beard
    moustache = (
        smoothstep((layout.nose_tip_y - 0.1 - y) / 0.04)
        * smoothstep((y - mouth_y - 0.03) / 0.04)
        * edge(layout.mouth_half_width * 1.25 - x, 0.06)
        * grid.front
        * people.moustache
    )
    return beard.maximum(moustache) * (0.82 + 0.18 * people.grain).clamp(0.4, 1)
