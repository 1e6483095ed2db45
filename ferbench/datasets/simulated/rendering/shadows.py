"""Cast shadows: rays from the surface to the light, marched across the star-shaped head."""

import torch
import torch.nn.functional as F
from torch import Tensor

from ferbench.datasets.simulated.rendering.batch import Views
from ferbench.datasets.simulated.rendering.soft import smoothstep
from ferbench.datasets.simulated.rendering.surface import HeadGrid

ROWS, COLUMNS = 52, 48
"""Shadows are soft: they are found on a grid of this size, whatever the picture's."""

REACH = (0.04, 0.08, 0.125, 0.18, 0.25, 0.35)
"""Distances along a ray that are looked at, head units."""

BIAS, PENUMBRA = 0.012, 0.30
"""Depth below the surface at which shadow begins, and the penumbra per distance of its caster."""


DEPTH = 0.75
"""Share of the lamp that a full shadow takes away; skin scatters the rest."""


def lamp_light(grid: HeadGrid, points: Tensor, views: Views) -> Tensor:
    """(B, rows, columns): 1 where the lamp shines on the head's `points` (3, B, rows, columns).

    A point P lies in shadow if P + kL is below the surface in its own direction from the middle of
    the head, for some distance k towards the light L.
    """
    coarse = F.interpolate(points, (ROWS, COLUMNS), mode="bilinear", align_corners=True)
    radius = coarse.square().sum(0).sqrt()
    # the light in head axes: the transposed rotation, written out as in `Camera.turn`
    pulled = views.rotation * views.light.view(-1, 3, 1)
    direction = (pulled[:, 0] + pulled[:, 1] + pulled[:, 2]).T[..., None, None]
    shadow = torch.zeros_like(radius)
    for distance in REACH:
        x, y, z = (start + distance * step for start, step in zip(coarse, direction, strict=True))
        beside = x * x + y * y
        height = (beside + z * z).sqrt()
        place = grid.distance_at((z / height).clamp(-1, 1).acos()) * (beside + 1e-9).rsqrt()
        texel = torch.stack([place * x, -place * y], 3)
        surface = F.grid_sample(
            radius[:, None], texel, mode="bilinear", padding_mode="border", align_corners=True
        )[:, 0]
        depth = (surface - height - BIAS) / (PENUMBRA * distance)
        shadow = torch.maximum(shadow, smoothstep(depth))
    fine = F.interpolate(
        shadow[:, None], (grid.rows, grid.columns), mode="bilinear", align_corners=True
    )
    return 1 - DEPTH * grid.turned * fine[:, 0]
