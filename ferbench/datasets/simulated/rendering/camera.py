"""The camera: from head coordinates to pixels."""

from dataclasses import dataclass

import torch
from torch import Tensor

from ferbench.datasets.simulated.rendering.batch import Views

PIVOT = (0.0, -0.1, 0.25)
"""The point of the head about which it turns, head units."""

FRAME = 1.85
"""Side of the picture in head units at the depth of the pivot."""

CENTRE = -0.27
"""Height of the picture's middle above the pivot: low, so that a dropped jaw stays inside."""

PERSPECTIVE = 0.16
"""Change of magnification per head unit of depth; corresponds to a camera 6 units away."""


@dataclass(frozen=True, slots=True)
class Camera:
    """The camera of a batch for a picture of `side` pixels.

    `field`: how much more than the usual frame is in the picture, which shows it smaller.
    """

    views: Views
    side: int
    field: float = 1.0

    @property
    def scale(self) -> float:
        """Pixels per head unit at the depth of the pivot."""
        return self.side / (FRAME * self.field)

    def turn(self, points: Tensor) -> Tensor:
        """(3, B, ...) head coordinates -> camera coordinates with the origin at the pivot.

        Written out, because a matrix product may round differently in batches of another size.
        """
        centred = [axis - pivot for axis, pivot in zip(points, PIVOT, strict=True)]
        return torch.stack([self._component(row, *centred) for row in range(3)])

    def towards(self, directions: Tensor) -> Tensor:
        """(3, ...) directions in head axes -> (B, ...) their components to the camera."""
        return self._component(2, *directions.unsqueeze(1))

    def _component(self, row: int, x: Tensor, y: Tensor, z: Tensor) -> Tensor:
        shape = (-1, *[1] * (x.dim() - 1))
        a, b, c = (entry.view(shape) for entry in self.views.rotation[:, row].unbind(1))
        return a * x + b * y + c * z

    def project(self, points: Tensor) -> tuple[Tensor, Tensor]:
        """(3, B, ...) camera coordinates -> x, y (B, ...) in pixels, y down, not rounded."""
        x, y, z = points
        magnified = self.scale / (1 - PERSPECTIVE * z)
        right, down = (axis.view(-1, *[1] * (x.dim() - 1)) for axis in self.middle.unbind(1))
        return x * magnified + right, down - y * magnified

    @property
    def middle(self) -> Tensor:
        """(B, 2): where the pivot is in the picture, pixels."""
        middle = self.views.shift * (self.side / self.field) + self.side / 2
        return middle + torch.tensor([0.0, CENTRE * self.scale])
