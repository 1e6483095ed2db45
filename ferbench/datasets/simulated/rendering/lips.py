"""The curves of the mouth: lips and the opening between them, in canonical coordinates."""

from dataclasses import dataclass

import torch
from torch import Tensor

from ferbench.datasets.simulated.rendering.batch import People, Units
from ferbench.datasets.simulated.rendering.layout import Layout
from ferbench.datasets.simulated.rendering.soft import bump, edge, power
from ferbench.datasets.simulated.rendering.surface import Window


@dataclass(frozen=True, slots=True)
class Lips:
    """Planes (B, r, c) in the mouth's window; heights are those of the curve above each texel.

    along:  0 in the middle to 1 at the corner; `belly` is 1 - along^2.
    middle: where closed lips meet. Outer and inner border of each lip, and the half-thickness
    (B, 1, 1) of each. `gap` is how far the lips are apart.
    inside: cover of all that lies between the corners.
    """

    along: Tensor
    belly: Tensor
    middle: Tensor
    upper_outer: Tensor
    upper_inner: Tensor
    lower_inner: Tensor
    lower_outer: Tensor
    upper_thickness: Tensor
    lower_thickness: Tensor
    gap: Tensor
    inside: Tensor


def shape_lips(window: Window, people: People, units: Units, layout: Layout) -> Lips:
    """The curves for identity, and for action units 10 12 15 16 17 20 23 25 26 27."""
    shape = people.shape
    right = window.x > 0
    corner_x = torch.where(right, layout.corner_x[1], layout.corner_x[0])
    corner_y = torch.where(right, layout.corner_y[1], layout.corner_y[0])
    reached = window.x.abs() / corner_x
    along = reached.clamp(0, 1)
    belly = 1 - along * along

    centre = (
        layout.mouth_y
        + (0.02 * units[15] - 0.01 * units[12] + 0.012 * units[20])
        - 0.25 * layout.jaw_drop
    )
    middle = centre + (corner_y - centre) * power(along, 1.8)

    parted = units[25] * (1 - 0.5 * units[23])
    raised = (
        0.012 * parted
        + 0.045 * units[10] * parted.clamp(0, 1)
        + 0.022 * units[12] * parted
        + 0.02 * units[27]
    )
    lowered = (
        0.035 * parted
        + 0.66 * layout.jaw_drop
        + 0.035 * units[16] * parted
        + 0.025 * units[12] * parted
    )
    up, down = raised * power(belly, 0.6), lowered * belly.sqrt()
    upper_inner, lower_inner = middle + up, middle - down

    thinned = (1 - 0.6 * units[23] - 0.16 * units[12] - 0.18 * units[20]).clamp(0.25, 1.2)
    upper = (0.056 + 0.013 * shape.upper_lip - 0.012 * people.age**2).clamp_min(0.022)
    upper = upper * (thinned - 0.1 * units[10])
    lower = (0.076 + 0.016 * shape.lower_lip).clamp_min(0.03)
    lower = lower * (thinned + 0.25 * units[17] + 0.15 * units[16])
    bow = 1 - (0.28 + 0.08 * shape.cupids_bow) * bump(along / 0.16)
    return Lips(
        along=along,
        belly=belly,
        middle=middle,
        upper_outer=upper_inner + upper * bow * (1 - power(along, 2.2)) + 0.02 * units[10] * belly,
        upper_inner=upper_inner,
        lower_inner=lower_inner,
        lower_outer=lower_inner - lower * (1 - power(along, 2.4)),
        upper_thickness=upper,
        lower_thickness=lower,
        gap=up + down,
        inside=edge(1 - reached, 0.05) * window.weight,
    )
