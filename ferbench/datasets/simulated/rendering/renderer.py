"""Scenes to pictures: the stages in their order."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from ferbench.datasets.simulated.rendering.backdrop import paint_backdrop
from ferbench.datasets.simulated.rendering.batch import (
    People,
    Scene,
    Units,
    Views,
    collate_people,
    collate_units,
    collate_views,
)
from ferbench.datasets.simulated.rendering.brows import draw_brows
from ferbench.datasets.simulated.rendering.camera import Camera
from ferbench.datasets.simulated.rendering.canvas import Canvas, blank_canvas
from ferbench.datasets.simulated.rendering.cheeks import draw_cheeks
from ferbench.datasets.simulated.rendering.chin import draw_chin
from ferbench.datasets.simulated.rendering.eyes import carve_sockets, draw_eyes
from ferbench.datasets.simulated.rendering.forehead import draw_forehead
from ferbench.datasets.simulated.rendering.glasses import BULGE, glasses_colour, glasses_points
from ferbench.datasets.simulated.rendering.hair import add_volume, grow_hair, paint_hair
from ferbench.datasets.simulated.rendering.head import bare_head, drop_jaw
from ferbench.datasets.simulated.rendering.landmarks import LANDMARKS, landmark_points
from ferbench.datasets.simulated.rendering.layout import Layout, lay_out
from ferbench.datasets.simulated.rendering.mouth import draw_mouth
from ferbench.datasets.simulated.rendering.nose import draw_nose
from ferbench.datasets.simulated.rendering.raster import splat
from ferbench.datasets.simulated.rendering.shading import normals, shade
from ferbench.datasets.simulated.rendering.skin import paint_skin
from ferbench.datasets.simulated.rendering.surface import HeadGrid, head_grid

OVERSAMPLING = 2
"""The picture is splatted at this multiple of its size."""

GAMMA = 1.35
"""Of the finished picture: below the 2.2 of displays, which would wash the soft shading out."""


def render(scenes: Sequence[Scene], size: int, field: float = 1.0) -> Tensor:
    """(N, 3, size, size) float32 in 0..1, display RGB.

    A picture does not depend on the others of its batch: every step works texel by texel. With a
    `field` above 1 the same face is in the middle of a larger picture of `round(size * field)`.
    """
    return _draw(scenes, size, field, None)


def render_measured(
    scenes: Sequence[Scene], size: int, field: float = 1.0
) -> tuple[Tensor, Tensor]:
    """What `render` gives, and where its 68 landmarks are: (N, 68, 2) pixels, x and y."""
    landmarks = torch.empty(len(scenes), LANDMARKS, 2)
    return _draw(scenes, size, field, landmarks), landmarks


@torch.inference_mode()
def _draw(scenes: Sequence[Scene], size: int, field: float, landmarks: Tensor | None) -> Tensor:
    """The pictures; `landmarks`, where given, is filled in."""
    grid, side = head_grid(size), round(size * field)
    field = side / size
    people = collate_people([scene.identity for scene in scenes], grid)
    units = collate_units([scene.activations for scene in scenes])
    views = collate_views([scene.view for scene in scenes])
    layout = lay_out(people, units)

    head = bare_head(grid, people)
    hair = grow_hair(grid, people)
    add_volume(grid, people, hair, head)
    canvas = draw_face(grid, people, units, views, layout)
    paint_hair(grid, people, hair, canvas)
    canvas.offset[2] *= grid.front

    camera = Camera(views, side * OVERSAMPLING, field)
    points = camera.turn(head + canvas.offset)
    if landmarks is not None:
        places = landmark_points(grid, layout, points)
        landmarks.copy_(torch.stack(camera.project(places), 2) / OVERSAMPLING)
    normal = normals(points)
    light = shade(canvas, normal, hair.cover, views)
    # Back faces are left out, or they would shine through between the points in front of them. At
    # the steep sides of the hair a normal may turn away on the visible side: there all are drawn.
    outward = camera.towards(torch.stack([grid.across, grid.up, grid.out]))
    visible = (normal[2] + hair.mass).minimum(outward + 0.35)
    face, mask = _rasterise(points, light, visible, people, layout, camera)
    backdrop = paint_backdrop(people, views, Camera(views, side, field))
    picture = (face + backdrop * (1 - mask)) * views.exposure[:, None]
    return picture.clamp(0, 1) ** (1 / GAMMA)


def draw_face(grid: HeadGrid, people: People, units: Units, views: Views, layout: Layout) -> Canvas:
    """All that identity and action units draw on the bare head, hair excepted."""
    canvas = blank_canvas(len(people), grid)
    draw_nose(grid, people, units, layout, canvas)
    carve_sockets(grid, people, units, layout, canvas)
    draw_cheeks(grid, people, units, layout, canvas)
    draw_forehead(grid, people, units, layout, canvas)
    draw_chin(grid, units, layout, canvas)
    drop_jaw(grid, layout.jaw_drop, layout.mouth_y, canvas.offset)
    paint_skin(grid, people, layout, canvas)
    draw_mouth(grid, people, units, layout, canvas)
    draw_eyes(grid, people, units, views, layout, canvas)
    draw_brows(grid, people, units, layout, canvas)
    return canvas


def _rasterise(
    points: Tensor, light: Tensor, visible: Tensor, people: People, layout: Layout, camera: Camera
) -> tuple[Tensor, Tensor]:
    """The face (B, 3, size, size), black where it is not, and its coverage (B, 1, size, size)."""
    fine = _densify(points.transpose(0, 1)).transpose(0, 1)
    colour, seen = _densify(light), _densify(visible[:, None])[:, 0] > 0
    x, y = camera.project(fine)
    depth = fine[2]
    if people.glasses_worn.any():
        frames = camera.turn(glasses_points(people, layout))
        frames_x, frames_y = camera.project(frames)
        worn = (people.glasses_worn[:, 0] > 0).expand(frames_x.shape)
        x, y = torch.cat([x, frames_x], 1), torch.cat([y, frames_y], 1)
        depth, seen = torch.cat([depth, frames[2] + BULGE], 1), torch.cat([seen, worn], 1)
        colour = torch.cat([colour, glasses_colour(people, frames_x.shape[1])], 2)
    picture, mask = splat(x, y, depth, seen, colour, camera.side)
    mask = mask[:, None].float()
    return F.avg_pool2d(picture * mask, OVERSAMPLING), F.avg_pool2d(mask, OVERSAMPLING)


def _densify(planes: Tensor) -> Tensor:
    """(B, C, rows, columns) -> (B, C, N): the texels, and points half-way between neighbours."""
    right = (planes[..., 1:] + planes[..., :-1]) / 2
    below = (planes[..., 1:, :] + planes[..., :-1, :]) / 2
    across = (right[..., 1:, :] + right[..., :-1, :]) / 2
    return torch.cat([part.flatten(2) for part in (planes, right, below, across)], 2)
