"""Where the features of a face are: landmarks that identity and action units move."""

from dataclasses import dataclass

from torch import Tensor

from ferbench.datasets.simulated.rendering.batch import People, Units

SIDES = (0, 1)
"""Of the picture: left and right."""


def sign(side: int) -> int:
    """-1 on the left of the picture, where x is negative, and 1 on the right."""
    return 2 * side - 1


@dataclass(frozen=True, slots=True)
class Layout:
    """Canonical coordinates, each (B, 1, 1), head units.

    corner_x: distance of the mouth's corner from the midline, by side; corner_y its height.
    jaw_drop: how far the chin moves down.
    """

    eye_x: Tensor
    eye_y: Tensor
    nose_tip_y: Tensor
    mouth_y: Tensor
    mouth_half_width: Tensor
    corner_x: tuple[Tensor, Tensor]
    corner_y: tuple[Tensor, Tensor]
    jaw_drop: Tensor


def lay_out(people: People, units: Units) -> Layout:
    """The landmarks of a batch of faces."""
    shape = people.shape
    mouth_y = -0.57 + 0.022 * shape.mouth_level + 0.012 * units[17] + 0.02 * units[10]
    half_width = 0.25 + 0.024 * shape.mouth_width
    jaw_drop = (0.13 * units[26] + 0.23 * units[27]) * (1 - 0.3 * units[23])

    def corner(side: int) -> tuple[Tensor, Tensor]:
        smile, stretch, dimple, depress = (units.on(unit, side) for unit in (12, 20, 14, 15))
        widening = 0.26 * smile + 0.34 * stretch + 0.06 * depress + 0.05 * dimple
        narrowing = 0.14 * units[23] + 0.08 * units[26] + 0.16 * units[27] + 0.10 * units[17]
        y = (
            mouth_y
            + (0.004 + 0.010 * shape.mouth_slope + 0.006 * sign(side) * shape.mouth_unevenness)
            + (0.115 * smile - 0.10 * depress + 0.035 * dimple - 0.045 * stretch)
            - 0.35 * jaw_drop
        )
        return half_width * (1 + widening - narrowing), y

    (left_x, left_y), (right_x, right_y) = corner(0), corner(1)
    return Layout(
        eye_x=0.285 + 0.02 * shape.eye_spacing,
        eye_y=0.07 + 0.018 * shape.eye_level,
        nose_tip_y=-0.27 - 0.035 * shape.nose_length + 0.012 * shape.nose_upturn + 0.03 * units[9],
        mouth_y=mouth_y,
        mouth_half_width=half_width,
        corner_x=(left_x, right_x),
        corner_y=(left_y, right_y),
        jaw_drop=jaw_drop,
    )
