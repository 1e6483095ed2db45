"""Hair on the head: where it grows, its volume and its colour."""

from dataclasses import dataclass

from torch import Tensor

from ferbench.datasets.simulated.rendering.batch import People
from ferbench.datasets.simulated.rendering.canvas import Canvas
from ferbench.datasets.simulated.rendering.head import ear_cover
from ferbench.datasets.simulated.rendering.soft import blend, bump, edge, smoothstep
from ferbench.datasets.simulated.rendering.surface import HeadGrid


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
    shape = people.shape
    across = grid.across.abs()
    line = 0.66 + 0.05 * shape.hairline
    recession = 0.13 * shape.hair_recession.clamp(-0.3, 2) * people.age
    line = line + recession * bump((across - 0.38) / 0.16)
    line = line - 0.07 * shape.hair_peak.clamp_min(0) * bump(across / 0.12)
    line = line - 1.75 * (across - 0.55).clamp_min(0)  # down to the temples
    fringe = 0.27 * smoothstep((0.62 - across) / 0.2) * (1 + 0.12 * people.strands)
    line = line - people.fringe * fringe
    line = line - people.fringe_or_long * 0.5 * smoothstep((across - 0.62) / 0.2)
    line = line - grid.behind * 0.75 * (1 - ear_cover(grid))
    return Hair(
        cover=edge(grid.up + 0.04 * people.strands - line, 0.07) * people.haired,
        mass=smoothstep((grid.up - line + 0.04) / 0.12) * people.haired,
        stubble=edge(grid.up - line - 0.02, 0.1) * (1 - people.haired) * 0.12,
        line=line,
    )


def add_volume(grid: HeadGrid, people: People, hair: Hair, head: Tensor) -> None:
    """Push `head` (3, B, rows, columns) outwards under the hair."""
    thickness = (
        0.045 + 0.02 * people.shape.hair_volume + 0.035 * people.long_hair + 0.01 * people.strands
    )
    thickness = thickness * hair.mass
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
    canvas.colour = blend(canvas.colour, colour, hair.cover[:, None])
    canvas.colour = blend(canvas.colour, colour, hair.stubble[:, None])
    below = bump((grid.up - hair.line + 0.05) / 0.05) * (1 - hair.cover) * people.haired
    canvas.shade = (1 - (1 - canvas.shade) * (1 - hair.cover)) * (1 - 0.18 * below)
