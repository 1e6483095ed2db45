"""Splatting: coloured points to pixels, the nearest one wins, whatever their order."""

import torch
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
    colour: (B, 3, N). Pixels without a point are black.
    """
    batch, count = x.shape
    if count >= 2**INDEX_BITS:
        raise ValueError(f"{count} points a picture; the keys hold {2**INDEX_BITS}")
    framed = _nearest(x, y, depth, visible, side)
    nearest = framed[:, 1:-1, 1:-1]
    nearest.masked_fill_(_shines_through(framed), EMPTY)
    for _ in range(2):
        _fill_holes(framed)
    mask = nearest < EMPTY
    winner = (nearest & (2**INDEX_BITS - 1)).mul_(mask).view(batch, side * side)
    picture = torch.empty(batch, 3, side * side)
    for points, row, target in zip(colour, winner, picture, strict=True):
        torch.index_select(points, 1, row, out=target)
    picture = picture.view(batch, 3, side, side)
    return picture.mul_(mask[:, None]), mask


def _nearest(x: Tensor, y: Tensor, depth: Tensor, visible: Tensor, side: int) -> Tensor:
    """(B, side + 2, side + 2): the key of the nearest point in each pixel, or `EMPTY`.

    Points outside land in the border of one pixel, which is then emptied.
    """
    batch, count = x.shape
    pitch = side + 2
    row, column = ((axis + 1).clamp_(0, side + 1).to(torch.int32) for axis in (y, x))
    cell = row.mul_(pitch).add_(column).mul_(visible).to(torch.int64)
    cell += torch.arange(batch)[:, None] * (pitch * pitch)
    key = (FARTHEST - depth).mul_(DEPTH_STEPS).clamp_(0, DEPTH_RANGE).to(torch.int64)
    key = key.bitwise_left_shift_(INDEX_BITS).bitwise_or_(torch.arange(count))
    buffer = torch.full((batch * pitch * pitch,), EMPTY)
    buffer.scatter_reduce_(0, cell.view(-1), key.view(-1), "amin")
    framed = buffer.view(batch, pitch, pitch)
    framed[:, 0] = framed[:, -1] = framed[..., 0] = framed[..., -1] = EMPTY
    return framed


def _shines_through(framed: Tensor) -> Tensor:
    """(B, side, side): pixels that show what lies behind, between points of a nearer surface."""
    side = framed.shape[-1] - 2
    around = (framed >> INDEX_BITS).to(torch.float32)
    limit = around[:, 1:-1, 1:-1] - BEHIND * DEPTH_STEPS
    nearer = torch.zeros(limit.shape, dtype=torch.uint8)
    for down, right in NEIGHBOURS:
        shifted = around[:, 1 + down : 1 + down + side, 1 + right : 1 + right + side]
        nearer += shifted < limit
    return nearer >= 4


def _fill_holes(framed: Tensor) -> None:
    """Give empty pixels with three or more drawn neighbours the nearest of those, in place."""
    pitch = framed.shape[-1]
    drawn = (framed < EMPTY).to(torch.uint8)
    rows = drawn[:, :-2] + drawn[:, 1:-1] + drawn[:, 2:]
    around = rows[:, :, :-2] + rows[:, :, 1:-1] + rows[:, :, 2:]
    inner = drawn[:, 1:-1, 1:-1]
    holes = torch.zeros(framed.shape, dtype=torch.bool)
    torch.gt(around, 2 + 9 * inner, out=holes[:, 1:-1, 1:-1])
    place = torch.nonzero(holes.view(-1))[:, 0]
    keys = framed.view(-1)
    nearest = torch.full_like(place, EMPTY)
    for down, right in NEIGHBOURS:
        beside = keys.index_select(0, place + (down * pitch + right))
        torch.minimum(nearest, beside, out=nearest)
    keys[place] = nearest
