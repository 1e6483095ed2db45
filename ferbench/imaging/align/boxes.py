"""Boxes (N, 4) as (left, top, right, bottom) in pixels.

A pixel in row r and column c covers [c, c + 1] x [r, r + 1], so the box of a whole picture is
(0, 0, W, H).
"""

import torch
from torch import Tensor
from torchvision.ops import batched_nms, roi_align

from ferbench.imaging.align.networks import PNET_SIDE, PNET_STRIDE


def windows(rows: Tensor, columns: Tensor, scale: float) -> Tensor:
    """What P-Net looked at for its outputs at (N,) rows and columns, in the unscaled picture."""
    corners = PNET_STRIDE * torch.stack([columns, rows, columns, rows], dim=1)
    sides = corners.new_tensor([0, 0, PNET_SIDE, PNET_SIDE])
    return (corners + sides) / scale


def moved(boxes: Tensor, offsets: Tensor) -> Tensor:
    """Each edge moved by its offset (N, 4), in units of the box's width or height."""
    sizes = (boxes[:, 2:] - boxes[:, :2]).repeat(1, 2)
    return boxes + offsets * sizes


def squared(boxes: Tensor) -> Tensor:
    """The square about the centre of each box whose side is the longer side of the box."""
    half = (boxes[:, 2:] - boxes[:, :2]).amax(1, keepdim=True) / 2
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    return torch.cat([centres - half, centres + half], dim=1)


def best(boxes: Tensor, scores: Tensor, groups: Tensor, overlap: float) -> Tensor:
    """Greedy non-maximum suppression within each group: indices that stay, best score first.

    A box goes if its intersection over union with a better one exceeds `overlap`.
    """
    return batched_nms(boxes, scores, groups, overlap)


def patches(pictures: Tensor, which: Tensor, boxes: Tensor, side: int) -> Tensor:
    """Cut box k out of picture `which[k]` (M, C, H, W) and shrink it to `side` x `side` pixels.

    Every pixel is the mean over its area; outside the picture the value is 0.
    """
    regions = torch.cat([which[:, None].to(boxes.dtype), boxes], dim=1)
    return roi_align(pictures, regions, side, sampling_ratio=-1, aligned=True)


def central(boxes: Tensor, size: tuple[int, int], near: float) -> int:
    """Which of the boxes is *the* face of a picture of `size` (height, width).

    The largest one; where others have at least `near` of its side, the most central of these.
    """
    sides = (boxes[:, 2:] - boxes[:, :2]).amax(1)
    middle = boxes.new_tensor(size[::-1]) / 2
    distance = ((boxes[:, :2] + boxes[:, 2:]) / 2 - middle).norm(dim=1)
    distance[sides < near * sides.max()] = torch.inf
    return int(distance.argmin())
