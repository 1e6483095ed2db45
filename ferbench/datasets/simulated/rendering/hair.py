"""Hair on the head: where it grows, its volume and its colour."""

from dataclasses import dataclass

from torch import Tensor

from ferbench.datasets.simulated.rendering.batch import People
from ferbench.datasets.simulated.rendering.canvas import Canvas
from ferbench.datasets.simulated.rendering.head import ear_cover
from ferbench.datasets.simulated.rendering.soft import blend, bump, edge, smoothstep
from ferbench.datasets.simulated.rendering.surface import HeadGrid

THICKEST = 0.085
"""Head units; thicker hair would stretch its border until the head shows through."""


@dataclass(frozen=True, slots=True)
class Hair:
    """Planes (B, rows, columns): cover 0..1, a bald head's stubble 0..1, height of the line.

    `mass` is the cover without strands: where the surface itself is raised. With strands it would
    tear into points.
    """

    cover: Tensor
    mass: Tensor
    stubble: Tensor
    line: Tensor


def grow_hair(grid: HeadGrid, people: People) -> Hair:
    """Where hair covers the head: above a line that identity and hairstyle shape."""
    shape, hairdo = people.shape, people.hairdo
    across = grid.across.abs()
    line = 0.66 + 0.05 * shape.hairline + 0.03 * hairdo.tied
    recession = 0.13 * shape.hair_recession.clamp(-0.3, 2) * people.age + 0.24 * hairdo.receding
    line = line + recession * bump((across - 0.38) / 0.16) + 0.10 * hairdo.receding
    line = line - 0.07 * shape.hair_peak.clamp_min(0) * bump(across / 0.12)
    line = line - 1.75 * (across - 0.55).clamp_min(0)  # down to the temples
    fringe = smoothstep((0.62 - across) / 0.2)
    line = line - hairdo.fringe * 0.27 * fringe * (1 + 0.10 * people.strands)
    swept = smoothstep((0.38 - hairdo.parted * grid.across) / 0.75)  # away from the parting
    line = line - hairdo.parted.abs() * 0.26 * fringe * swept
    line = line - hairdo.curly * (0.10 + 0.02 * people.strands)
    line = line - hairdo.falls * 0.5 * smoothstep((across - 0.62) / 0.2)
    line = line + hairdo.tied * 0.16 * smoothstep((across - 0.55) / 0.2)
    line = line - grid.behind * 0.75 * (1 - ear_cover(grid))
    # strands cross the line in front and run along it at the temples, where they would fray it
    wisps = 0.004 + 0.032 * smoothstep((0.6 - across) / 0.3) * (
        1 - 0.8 * (hairdo.tied + hairdo.curly)
    )
    return Hair(
        cover=edge(grid.up + wisps * people.strands - line, 0.07) * hairdo.haired,
        mass=smoothstep((grid.up - line + 0.05) / 0.17) * hairdo.haired,
        stubble=edge(grid.up - line - 0.02, 0.1) * (1 - hairdo.haired) * 0.12,
        line=line,
    )


def add_volume(grid: HeadGrid, people: People, hair: Hair, head: Tensor) -> None:
    """Push `head` (3, B, rows, columns) outwards under the hair."""
    hairdo = people.hairdo
    thickness = 0.045 + 0.02 * people.shape.hair_volume + 0.035 * hairdo.long + 0.05 * hairdo.curly
    thickness = thickness - 0.02 * (hairdo.tied + hairdo.receding)
    thickness = thickness.clamp(0.02, THICKEST) + 0.008 * people.strands
    flat = ear_cover(grid) * (1 - hairdo.falls)  # hair lies behind an ear that shows
    thickness = thickness * hair.mass * (1 - flat)
    head[0] += grid.across * thickness
    head[1] += grid.up * thickness * 1.2
    head[2] += grid.out * thickness


def hair_colour(people: People) -> Tensor:
    """(B, 3, rows, columns): the hair's colour with strands."""
    light = (1 + 0.35 * people.strands + 0.1 * people.grain).clamp(0.3, 2)
    return people.hair * light[:, None]


def paint_hair(grid: HeadGrid, people: People, hair: Hair, canvas: Canvas) -> None:
    """Colour the hair over all else, and let it throw a little shade below its line."""
    colour = hair_colour(people)
    canvas.colour = blend(canvas.colour, colour, (hair.cover + hair.stubble)[:, None])
    below = bump((grid.up - hair.line + 0.05) / 0.05) * (1 - hair.cover) * people.hairdo.haired
    canvas.shade = (1 - (1 - canvas.shade) * (1 - hair.cover)) * (1 - 0.18 * below)
