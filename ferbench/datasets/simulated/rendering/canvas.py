"""What the features have drawn on a batch of heads so far."""

from dataclasses import dataclass

import torch
from torch import Tensor

from ferbench.datasets.simulated.rendering.surface import HeadGrid, Window


@dataclass(slots=True)
class Canvas:
    """Planes on the grid that the features change in place.

    offset: (3, B, rows, columns) what is added to the head's x, y, z.
    shade:  (B, rows, columns) factor on the light: painted folds and hollows.
    colour: (B, 3, rows, columns) albedo, linear RGB.
    eyes, mouth_opening: (B, rows, columns) where the eyeballs and the inside of the mouth show.
    """

    offset: Tensor
    shade: Tensor
    colour: Tensor
    eyes: Tensor
    mouth_opening: Tensor

    def lift(self, window: Window, height: Tensor) -> None:
        """Raise the surface towards the camera by `height` (B, r, c), head units."""
        window.of(self.offset[2]).add_(height)

    def darken(self, window: Window, factor: Tensor) -> None:
        """Multiply the light by `factor` (B, r, c) within the window's soft border."""
        window.of(self.shade).mul_(1 - (1 - factor) * window.weight)

    def clear_shade(self, window: Window, cover: Tensor) -> None:
        """Take away painted shade where something opaque lies over it, `cover` (B, r, c)."""
        view = window.of(self.shade)
        view.copy_(1 - (1 - view) * (1 - cover))


def blank_canvas(batch: int, grid: HeadGrid) -> Canvas:
    """A canvas on which nothing is drawn."""
    plane = (batch, grid.rows, grid.columns)
    return Canvas(
        offset=torch.zeros((3, *plane)),
        shade=torch.ones(plane),
        colour=torch.empty((batch, 3, grid.rows, grid.columns)),
        eyes=torch.zeros(plane),
        mouth_opening=torch.zeros(plane),
    )
