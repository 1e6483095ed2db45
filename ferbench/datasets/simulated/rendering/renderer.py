"""Scenes to pictures: the stages in their order."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import torch
from torch import Tensor

from ferbench.datasets.simulated.capture.occluder import Hand, Occluder, Sunglasses
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
from ferbench.datasets.simulated.rendering.cloud import Cloud
from ferbench.datasets.simulated.rendering.ears import ear_cloud, ear_points
from ferbench.datasets.simulated.rendering.eyes import carve_sockets, draw_eyes
from ferbench.datasets.simulated.rendering.forehead import draw_forehead
from ferbench.datasets.simulated.rendering.glasses import glasses_cloud
from ferbench.datasets.simulated.rendering.hair import add_volume, grow_hair, paint_hair
from ferbench.datasets.simulated.rendering.hand import hand_cloud
from ferbench.datasets.simulated.rendering.head import bare_head, drop_jaw
from ferbench.datasets.simulated.rendering.landmarks import LANDMARKS, landmark_points
from ferbench.datasets.simulated.rendering.layout import Layout, lay_out
from ferbench.datasets.simulated.rendering.mask import wear_masks
from ferbench.datasets.simulated.rendering.mouth import draw_mouth
from ferbench.datasets.simulated.rendering.nose import draw_nose
from ferbench.datasets.simulated.rendering.pixels import OVERSAMPLING, rasterise
from ferbench.datasets.simulated.rendering.shading import normals, shade
from ferbench.datasets.simulated.rendering.shadows import lamp_light
from ferbench.datasets.simulated.rendering.skin import paint_skin
from ferbench.datasets.simulated.rendering.soft import power
from ferbench.datasets.simulated.rendering.sunglasses import sunglasses_clouds
from ferbench.datasets.simulated.rendering.surface import HeadGrid, head_grid

GAMMA = 1.35
"""Of the finished picture: below the 2.2 of displays, which would wash the soft shading out."""


def render(scenes: Sequence[Scene], size: int, field: float = 1.0) -> Tensor:
    """(N, 3, size, size) float32 in 0..1, display RGB.

    Every step works texel by texel; a byte in a million may still depend on the others of the batch
    (`config.together`). With a `field` above 1 the same face is in the middle of a larger picture
    of `round(size * field)`.
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
    occluders = [scene.view.occluder for scene in scenes]

    head = bare_head(grid, people)
    camera = Camera(views, side * OVERSAMPLING, field)
    ears = ear_points(grid, people, head, camera.scale)
    hair = grow_hair(grid, people)
    add_volume(grid, people, hair, head)
    canvas = draw_face(grid, people, units, views, layout)
    wear_masks(grid, occluders, canvas)
    paint_hair(grid, people, hair, canvas)
    canvas.offset[2] *= grid.front

    surface = head + canvas.offset
    points = camera.turn(surface)
    if landmarks is not None:
        places = landmark_points(grid, layout, points)
        landmarks.copy_(torch.stack(camera.project(places), 2) / OVERSAMPLING)
    normal = normals(points)
    lamp = lamp_light(grid, surface, views)
    light = shade(canvas, normal, hair.cover, views, lamp)
    # Back faces are left out, or they would shine through between the points in front of them. At
    # the hair's steep border a normal may turn away on the visible side: there all are drawn.
    outward = camera.towards(torch.stack([grid.across, grid.up, grid.out]))
    border = 4 * hair.mass * (1 - hair.mass)
    visible = (normal[2] + border + 0.6 * hair.mass).minimum(outward + 0.35)
    clouds = list(_clouds(people, views, layout, occluders, ears, camera))
    face, mask = rasterise(grid, points, light, visible, clouds, camera)
    backdrop = paint_backdrop(people, views, Camera(views, side, field))
    picture = (face + backdrop * (1 - mask)) * views.exposure[:, None]
    return power(picture.clamp(0, 1), 1 / GAMMA)


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


def _clouds(
    people: People,
    views: Views,
    layout: Layout,
    occluders: Sequence[Occluder | None],
    ears: Tensor,
    camera: Camera,
) -> Iterator[Cloud]:
    """What is drawn beside the head's surface, always in this order."""
    yield ear_cloud(people, views, ears, camera)
    shaded = torch.tensor([[isinstance(each, Sunglasses)] for each in occluders])
    if people.glasses_worn.any():
        glasses = glasses_cloud(people, layout, camera)
        yield replace(glasses, worn=glasses.worn & ~shaded)
    if shaded.any():
        yield from sunglasses_clouds(people, layout, occluders, camera)
    if any(isinstance(each, Hand) for each in occluders):
        yield hand_cloud(people, views, occluders, camera)
