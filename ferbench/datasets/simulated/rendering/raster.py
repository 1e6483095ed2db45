"""Splatting: coloured points to pixels, the nearest one wins, whatever their order."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

INDEX_BITS = 20
"""A key is depth above these bits and the number of the point in them: ties have one winner."""

DEPTH_STEPS = 200_000
"""Steps of depth per head unit."""

FARTHEST, DEPTH_RANGE = 2.5, 2**21
EMPTY = 2**62
BEHIND = 0.1
"""Head units of depth that separate one surface from another behind it."""

NEIGHBOURS = ((-1, 0), (1, 0), (0, -1), (0, 1), (1, 1), (1, -1), (-1, 1), (-1, -1))


def splat(
    x: Tensor, y: Tensor, depth: Tensor, visible: Tensor, colour: Tensor, side: int
) -> tuple[Tensor, Tensor]:
    """Draw N points a picture: colours (B, 3, side, side) and where there are any (B, side, side).

    x, y, depth: (B, N) pixels and head units towards the camera. visible: (B, N) bool.
    colour: (B, 3, N).
    """
    batch, count = x.shape
    if count >= 2**INDEX_BITS:
        raise ValueError(f"{count} points a picture; the keys hold {2**INDEX_BITS}")
    nearest = _nearest(x, y, depth, visible, side)
    drawn = nearest < EMPTY
    winner = (nearest & (2**INDEX_BITS - 1)).mul_(drawn).reshape(batch, 1, side * side)
    picture = colour.gather(2, winner.expand(batch, 3, -1)).view(batch, 3, side, side)
    mask = drawn & ~_shines_through(nearest)
    for _ in range(2):
        _fill_holes(picture, mask)
    return picture, mask


def _nearest(x: Tensor, y: Tensor, depth: Tensor, visible: Tensor, side: int) -> Tensor:
    """(B, side, side): the key of the nearest point in each pixel, or `EMPTY`.

    Points outside land in a border of one pixel, which is cut off.
    """
    batch, count = x.shape
    pitch = side + 2
    row, column = ((axis + 1).clamp_(0, side + 1).to(torch.int64) for axis in (y, x))
    cell = torch.where(visible, row.mul_(pitch).add_(column), 0)
    cell += torch.arange(batch)[:, None] * (pitch * pitch)
    key = ((FARTHEST - depth) * DEPTH_STEPS).clamp_(0, DEPTH_RANGE).to(torch.int64)
    key = key.bitwise_left_shift_(INDEX_BITS).bitwise_or_(torch.arange(count))
    buffer = torch.full((batch * pitch * pitch,), EMPTY)
    buffer.scatter_reduce_(0, cell.view(-1), key.view(-1), "amin")
    return buffer.view(batch, pitch, pitch)[:, 1:-1, 1:-1]


def _shines_through(nearest: Tensor) -> Tensor:
    """(B, side, side): pixels that show what lies behind, between points of a nearer surface."""
    side = nearest.shape[-1]
    depth = (nearest >> INDEX_BITS).clamp(max=DEPTH_RANGE).float()
    around = F.pad(depth + BEHIND * DEPTH_STEPS, (1, 1, 1, 1), value=math.inf)
    nearer = torch.zeros_like(nearest, dtype=torch.uint8)
    for down, right in NEIGHBOURS:
        shifted = around[:, 1 + down : 1 + down + side, 1 + right : 1 + right + side]
        nearer += shifted < depth
    return nearer >= 5


def _fill_holes(picture: Tensor, mask: Tensor) -> None:
    """Give empty pixels with three or more drawn neighbours their mean colour, in place."""
    side = mask.shape[-1]
    padded = F.pad(mask, (1, 1, 1, 1)).to(torch.uint8)
    rows = padded[:, :-2] + padded[:, 1:-1] + padded[:, 2:]
    around = rows[:, :, :-2] + rows[:, :, 1:-1] + rows[:, :, 2:]
    which, row, column = torch.nonzero((around >= 3) & ~mask, as_tuple=True)
    total = torch.zeros(len(which), 3)
    weight = torch.zeros(len(which), 1)
    for down, right in NEIGHBOURS:
        r, c = (row + down).clamp(0, side - 1), (column + right).clamp(0, side - 1)
        there = mask[which, r, c][:, None]
        total += picture[which, :, r, c] * there
        weight += there
    picture[which, :, row, column] = total / weight.clamp_min(1)
    mask[which, row, column] = True
