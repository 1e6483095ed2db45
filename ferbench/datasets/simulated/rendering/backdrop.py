"""What is behind the face: background, long hair, neck and clothes."""

import torch
from torch import Tensor

from ferbench.datasets.simulated.rendering.batch import People, Views
from ferbench.datasets.simulated.rendering.camera import Camera
from ferbench.datasets.simulated.rendering.soft import blend, edge, power, smoothstep

NAPE = (0.0, -0.15, -0.45)
THROAT = (0.0, -0.62, -0.22)


def paint_backdrop(people: People, views: Views, camera: Camera) -> Tensor:
    """(B, 3, side, side), linear RGB."""
    place = torch.arange(camera.side, dtype=torch.float32) + 0.5
    middle = camera.middle[..., None, None]
    x = (place[None, None, :] - middle[:, 0]) / camera.scale
    y = (middle[:, 1] - place[None, :, None]) / camera.scale
    picture = (views.background * (1 + 0.12 * y))[:, None]
    picture = picture.expand(len(people), 3, camera.side, camera.side)
    picture = _long_hair(picture, people, camera, x, y)
    picture = _neck(picture, people, views, camera, x, y)
    collar = edge(-(y + 1.12 + 0.22 * (x.abs() - 0.3).clamp_min(0)), 0.05)
    cloth = people.clothes * (0.55 + 0.25 * views.brightness)[:, None]
    return blend(picture, cloth, collar[:, None])


def _place(point: tuple[float, float, float], camera: Camera) -> Tensor:
    """(3, B, 1, 1): a point of the head in camera coordinates."""
    batch = len(camera.views.shift)
    return camera.turn(torch.tensor(point).view(3, 1, 1, 1).expand(3, batch, 1, 1))


def _long_hair(picture: Tensor, people: People, camera: Camera, x: Tensor, y: Tensor) -> Tensor:
    nape_x, nape_y, _ = _place(NAPE, camera)
    half_width = 0.9 * (1 + 0.055 * people.shape.face_width)
    distance = power(((x - nape_x) / half_width).abs(), 2.6)
    distance = distance + ((y - nape_y + 0.15) / 1.2).abs() ** 3
    colour = people.hair * (0.75 - 0.35 * distance.clamp(0, 1))[:, None]
    return blend(picture, colour, (edge(1 - distance, 0.06) * people.hairdo.falls)[:, None])


def _neck(
    picture: Tensor, people: People, views: Views, camera: Camera, x: Tensor, y: Tensor
) -> Tensor:
    throat_x, throat_y, _ = _place(THROAT, camera)
    down = (throat_y - y).clamp(0, 1)
    radius = 0.40 + 0.04 * people.shape.face_width + 0.04 * people.masculinity + 0.10 * down**3
    across = (x - throat_x * (1 - down)) / radius
    out = (1 - across * across).clamp_min(0).sqrt()
    light_x, light_y, light_z = views.light[..., None, None].unbind(1)
    lambert = ((across * light_x + out * light_z + 0.25) / 1.25).clamp_min(0)
    lit = views.brightness * lambert + 0.45 * (1 - 0.55 * views.brightness)
    # the chin's shadow: longer under a high light, and on the side away from it
    long = (0.30 + 0.60 * light_y.clamp_min(0)) * (1 - 0.5 * across * light_x)
    lit = lit * (0.48 + 0.42 * smoothstep(down / long))
    cover = edge(1 - across.abs(), 0.04) * (y < throat_y + 0.1)
    return blend(picture, people.skin * lit[:, None], cover[:, None])
