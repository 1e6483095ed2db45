"""A hand that lies on the face: four fingers, a thumb and the back of the hand."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ferbench.datasets.simulated.capture.occluder import Hand, Occluder
from ferbench.datasets.simulated.rendering.batch import People, Views
from ferbench.datasets.simulated.rendering.camera import Camera
from ferbench.datasets.simulated.rendering.cloud import Cloud, steps_for
from ferbench.datasets.simulated.rendering.shading import GAIN, illuminate, normals
from ferbench.datasets.simulated.rendering.soft import bump, power, smoothstep
from ferbench.datasets.simulated.rendering.surface import (
    EXPONENT,
    HALF_DEPTH,
    HALF_HEIGHT,
    HALF_WIDTH,
)

CLEARANCE = 0.10
"""Height of the hand's inside above the average head without features, head units."""

IN_FRONT = 0.25
"""Hands are drawn this much nearer than they are, so that no nose stands out of them."""

NOBODYS = Hand(0.0, -0.55, 0.0, 1.0)
"""Stands in for those without a hand on the face; never drawn."""


@dataclass(frozen=True, slots=True)
class Part:
    """A capsule of the hand; its own axes: x across the fingers, y along them, head units."""

    start: tuple[float, float]
    end: tuple[float, float]
    start_radius: float
    end_radius: float
    thickness: float
    knuckles: tuple[float, ...] = ()


FINGERS = tuple(
    Part((x, -0.14), (x * 1.25, tip), 0.058, 0.044, 0.055, (0.36, 0.7))
    for x, tip in ((-0.165, 0.26), (-0.055, 0.33), (0.055, 0.30), (0.165, 0.20))
)
PARTS = (
    Part((0.0, -0.95), (0.0, -0.16), 0.16, 0.225, 0.05),
    *FINGERS,
    Part((-0.06, -0.50), (-0.31, -0.13), 0.085, 0.05, 0.06, (0.6,)),
)


def hand_cloud(
    people: People, views: Views, occluders: Sequence[Occluder | None], camera: Camera
) -> Cloud:
    """Everybody's hand, on the face or not."""
    hands = [each if isinstance(each, Hand) else NOBODYS for each in occluders]
    points, colours = zip(*_parts(hands, people, views, camera), strict=True)
    return Cloud(
        points=torch.cat(points, 2),
        colour=torch.cat(colours, 2),
        worn=torch.tensor([[isinstance(each, Hand)] for each in occluders]),
        nearer=IN_FRONT,
    )


def _parts(
    hands: Sequence[Hand], people: People, views: Views, camera: Camera
) -> Iterator[tuple[Tensor, Tensor]]:
    """Camera coordinates (3, B, N) and colours (B, 3, N) of each part."""
    for part in PARTS:
        length = math.dist(part.start, part.end) + part.start_radius + part.end_radius
        along = torch.linspace(0, 1, steps_for(1.2 * length, camera.scale)).view(-1, 1)
        widest = 2.4 * max(part.start_radius, part.end_radius)
        across = torch.linspace(-1, 1, steps_for(widest, camera.scale)).view(1, -1)
        points = camera.turn(_on_face(hands, *_capsule(part, along, across)))
        normal = normals(points)
        normal = normal * torch.where(normal[2] < 0, -1.0, 1.0)
        painted = 1 - 0.22 * across.abs() ** 4
        for knuckle in part.knuckles:
            painted = painted * (1 - 0.18 * bump((along - knuckle) / 0.018) * (1 - across**2))
        light = illuminate(normal, views) * painted * GAIN
        colour = people.skin * torch.tensor((1.0, 0.93, 0.92)).view(1, 3, 1, 1) * light[:, None]
        if part.knuckles:
            nail = smoothstep((along - 0.90) / 0.02) * smoothstep((0.985 - along) / 0.02)
            nail = nail * smoothstep((0.6 - across.abs()) / 0.15)
            colour = colour * (1 + 0.22 * nail)
        yield points.flatten(2), colour.flatten(2)


def _capsule(part: Part, along: Tensor, across: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """x, y and height of the upper half of a capsule, each (along, across)."""
    (x0, y0), (x1, y1) = part.start, part.end
    length = math.dist(part.start, part.end)
    radius = part.start_radius + (part.end_radius - part.start_radius) * along
    # from the round cap behind the start to the one beyond the end
    reach = along * (length + part.start_radius + part.end_radius) - part.start_radius
    beyond = (-reach).clamp_min(0).maximum((reach - length).clamp_min(0))
    width = (radius * radius - beyond * beyond).clamp_min(0).sqrt()
    unit_x, unit_y = (x1 - x0) / length, (y1 - y0) / length
    x = x0 + unit_x * reach + unit_y * across * width
    y = y0 + unit_y * reach - unit_x * across * width
    round_ = (1 - across * across).clamp_min(0).sqrt() * width / radius
    return x, y, part.thickness * round_


def _on_face(hands: Sequence[Hand], x: Tensor, y: Tensor, height: Tensor) -> Tensor:
    """(3, B, along, across) head coordinates of a part of each hand."""
    number = torch.tensor([[hand.x, hand.y, hand.angle, hand.size] for hand in hands])
    middle_x, middle_y, angle, size = number[:, :, None, None].unbind(1)
    flip = torch.where(angle > 0, 1.0, -1.0)  # the thumb is on the inner side of either hand
    right = middle_x + size * (flip * x * angle.cos() + y * angle.sin())
    up = middle_y + size * (y * angle.cos() - flip * x * angle.sin())
    beside = power((right / HALF_WIDTH).abs(), EXPONENT) + power((up / HALF_HEIGHT).abs(), EXPONENT)
    surface = HALF_DEPTH * power((1 - beside).clamp_min(0.12), 1 / EXPONENT)
    return torch.stack([right, up, surface + CLEARANCE + height])
