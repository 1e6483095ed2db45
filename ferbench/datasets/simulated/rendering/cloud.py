"""Clouds of points for what is not part of the head's surface: ears, glasses, hands."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True)
class Cloud:
    """Points that are splatted beside the head's.

    points: (3, B, N) camera coordinates. colour: (B, 3, N) linear RGB.
    worn:   (B, 1) bool, whose picture shows them.
    nearer: head units by which they are drawn nearer to the camera than they are.
    """

    points: Tensor
    colour: Tensor
    worn: Tensor
    nearer: float = 0.0


def strip(x: Tensor, y: Tensor, z: Tensor) -> Tensor:
    """(3, B, along, across) from coordinates that broadcast to (B, along, across)."""
    return torch.stack(torch.broadcast_tensors(x, y, z))


def steps_for(length: float, scale: float) -> int:
    """How many points in a row leave no hole in `length` head units at `scale` pixels a unit."""
    return max(4, round(1.5 * length * scale))
