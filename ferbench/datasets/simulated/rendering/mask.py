"""A medical mask: the cloth changes the face's own surface, so it follows jaw and pose."""

from collections.abc import Sequence

import torch
from torch import Tensor

from ferbench.datasets.simulated.capture.occluder import Mask, Occluder
from ferbench.datasets.simulated.rendering.canvas import Canvas
from ferbench.datasets.simulated.rendering.soft import blend, bump, edge, smoothstep
from ferbench.datasets.simulated.rendering.surface import HeadGrid

BOTTOM = -0.86
HALF_WIDTH = 0.60
LOOP = 0.02
"""Half the thickness of the loops that hold the mask at the ears, head units."""


def wear_masks(grid: HeadGrid, occluders: Sequence[Occluder | None], canvas: Canvas) -> None:
    """Draw the masks of those who wear one over all that their faces show."""
    for row, occluder in enumerate(occluders):
        if isinstance(occluder, Mask):
            _wear(grid, occluder, canvas, row)


def _wear(grid: HeadGrid, mask: Mask, canvas: Canvas, row: int) -> None:
    x, y = grid.x.abs(), grid.y
    top = mask.top - 0.14 * smoothstep((x - 0.05) / 0.4)
    bottom = BOTTOM + 0.30 * smoothstep((x - 0.2) / 0.42)
    cover = edge(top - y, 0.02) * edge(y - bottom, 0.02) * edge(HALF_WIDTH - x, 0.02)
    cover = cover * (grid.out > 0)
    loops = _loops(grid)
    tent = 0.21 * bump(x / 0.12, (y + 0.24) / 0.13) + 0.10 * bump(x / 0.3, (y + 0.52) / 0.22)
    folds = torch.sin((y + 0.5 + 0.05 * x) * 42)
    pleated = bump((y + 0.5) / 0.16) * smoothstep((0.56 - x) / 0.1)
    height = tent + 0.03 + 0.006 * folds * pleated

    canvas.offset[2, row] = blend(canvas.offset[2, row], height, cover)
    hem = 1 - 0.12 * bump((y - top + 0.05) / 0.008) - 0.12 * bump((y - bottom - 0.05) / 0.008)
    fold_shade = 1 - 0.16 * pleated * (folds < -0.7)
    colour = torch.tensor(mask.colour).view(3, 1, 1) * (hem * fold_shade)
    covered = cover.maximum(loops)
    canvas.colour[row] = blend(canvas.colour[row], colour, covered)
    canvas.shade[row] = 1 - (1 - canvas.shade[row]) * (1 - covered)
    canvas.mouth_opening[row] *= 1 - covered


def _loops(grid: HeadGrid) -> Tensor:
    """(rows, columns): cover of the bands from the mask's corners to the ears."""
    x, y = grid.x.abs(), grid.y
    along = ((x - 0.55) / 0.19).clamp(0, 1)
    upper = (y + 0.20 - 0.26 * along).abs()
    lower = (y + 0.54 - 0.36 * along).abs()
    return edge(LOOP - torch.minimum(upper, lower), 0.015) * edge(x - 0.57, 0.02) * grid.front
