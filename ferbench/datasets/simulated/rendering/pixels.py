"""From the surface's points and the clouds beside it to pixels."""

from collections.abc import Sequence

import torch
import torch.nn.functional as F
from torch import Tensor

from ferbench.datasets.simulated.rendering.camera import Camera
from ferbench.datasets.simulated.rendering.cloud import Cloud
from ferbench.datasets.simulated.rendering.raster import splat
from ferbench.datasets.simulated.rendering.surface import HeadGrid

OVERSAMPLING = 2
"""The picture is splatted at this multiple of its size."""

TURNED = 0.15
"""Sine of the yaw from which on the nose is drawn with more points."""


def rasterise(
    grid: HeadGrid,
    points: Tensor,
    light: Tensor,
    visible: Tensor,
    clouds: Sequence[Cloud],
    camera: Camera,
) -> tuple[Tensor, Tensor]:
    """The face (B, 3, size, size), black where it is not, and its coverage (B, 1, size, size)."""
    planes = torch.cat([torch.stack([*camera.project(points), points[2], visible], 1), light], 1)
    turned = camera.views.rotation[:, 2, 0].abs() > TURNED
    parts = [_densify_nose(grid, planes, turned)] if turned.any() else []
    parts.extend(_placed(cloud, camera) for cloud in clouds)
    dense = (2 * grid.rows - 1) * (2 * grid.columns - 1)
    sizes = [dense, *(part.shape[2] for part in parts)]
    every = torch.empty(*planes.shape[:2], sum(sizes))
    surface, *beside = every.split(sizes, 2)
    _densify(planes, surface)
    for target, part in zip(beside, parts, strict=True):
        target.copy_(part)
    x, y, depth, seen = every[:, :4].unbind(1)
    picture, mask = splat(x, y, depth, seen > 0, every[:, 4:], camera.side)
    return _halve(picture), _halve(mask[:, None].float())


def _placed(cloud: Cloud, camera: Camera) -> Tensor:
    """(B, C, N): x, y, depth, visibility and colours of a cloud, as planes are densified."""
    places = torch.stack([*camera.project(cloud.points), cloud.points[2] + cloud.nearer], 1)
    worn = torch.where(cloud.worn, 1.0, -1.0)[:, None].expand_as(places[:, :1])
    return torch.cat([places, worn, cloud.colour], 1)


def _densify(planes: Tensor, dense: Tensor) -> None:
    """Fill `dense` (B, C, N) with `planes` (B, C, rows, columns) and points half-way between."""
    batch, channels, rows, columns = planes.shape
    heights, widths = (rows, rows, rows - 1, rows - 1), (columns, columns - 1) * 2
    sizes = [height * width for height, width in zip(heights, widths, strict=True)]
    texels, right, below, across = (
        part.view(batch, channels, -1, width)
        for part, width in zip(dense.split(sizes, 2), widths, strict=True)
    )
    texels.copy_(planes)
    torch.lerp(planes[..., 1:], planes[..., :-1], 0.5, out=right)
    torch.lerp(planes[..., 1:, :], planes[..., :-1, :], 0.5, out=below)
    torch.lerp(right[..., 1:, :], right[..., :-1, :], 0.5, out=across)


def _densify_nose(grid: HeadGrid, planes: Tensor, turned: Tensor) -> Tensor:
    """(B, C, N): more points on the nose of the `turned` (B,), whose steep side would have gaps."""
    nose = grid.nose_sides.of(planes)
    rows, columns = nose.shape[2:]
    fine = F.interpolate(nose, (3 * rows, 5 * columns), mode="bilinear", align_corners=True)
    fine[:, 3].masked_fill_(~turned[:, None, None], -1.0)  # not visible
    return fine.flatten(2)


def _halve(picture: Tensor) -> Tensor:
    """(B, C, 2 n, 2 n) -> (B, C, n, n): means of two by two pixels, `OVERSAMPLING`."""
    rows = picture[..., ::2, :] + picture[..., 1::2, :]
    return (rows[..., ::2] + rows[..., 1::2]).mul_(0.25)
