"""The cascade: proposals of P-Net over a pyramid, judged by R-Net, then by O-Net."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from ferbench.imaging.align.boxes import best, moved, patches, squared, windows
from ferbench.imaging.align.networks import (
    ONET_SIDE,
    PNET_SIDE,
    RNET_SIDE,
    ONet,
    PNet,
    RNet,
    fill,
)
from ferbench.imaging.align.weights import read_weights

PYRAMID_STEP = 0.709
"""Each level of the pyramid has about half the pixels of the one before, as in the paper."""


@dataclass(frozen=True, slots=True)
class Found:
    """K faces in a batch of pictures.

    picture: (K,) int64, which picture of the batch; score: (K,) probability of a face.
    boxes: (K, 4) as in `boxes`; points: (K, 5, 2), (x, y) from the corner of the picture.
    """

    picture: Tensor
    score: Tensor
    boxes: Tensor
    points: Tensor


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The least probability that passes each network, and the overlap from which boxes are one."""

    pnet: float = 0.6
    rnet: float = 0.7
    onet: float = 0.7
    overlap_level: float = 0.5
    overlap_pyramid: float = 0.7
    overlap_rnet: float = 0.7
    overlap_onet: float = 0.5


class Cascade:
    """The three networks with their trained weights on one device."""

    def __init__(self, device: str = "cpu", thresholds: Thresholds | None = None) -> None:
        self.device = torch.device(device)
        self.thresholds = thresholds or Thresholds()
        self.pnet, self.rnet, self.onet = PNet(), RNet(), ONet()
        for name in ("pnet", "rnet", "onet"):
            network = getattr(self, name)
            fill(network, read_weights(name))
            network.eval().requires_grad_(False).to(self.device)

    @torch.inference_mode()
    def find(self, pictures: Tensor, smallest: float) -> Found:
        """All faces of at least `smallest` pixels in `pictures` (N, 3, H, W), scaled to +-1."""
        which, boxes = self._propose(pictures, smallest)
        which, boxes = self._refine(pictures, which, boxes)
        return self._conclude(pictures, which, boxes)

    def _propose(self, pictures: Tensor, smallest: float) -> tuple[Tensor, Tensor]:
        limit, found = self.thresholds, []
        for scale in pyramid(pictures.shape[2], pictures.shape[3], smallest):
            probability, offsets = self.pnet(shrunk(pictures, scale))
            which, rows, columns = torch.nonzero(probability > limit.pnet, as_tuple=True)
            score = probability[which, rows, columns]
            boxes = windows(rows, columns, scale)
            keep = best(boxes, score, which, limit.overlap_level)
            boxes = moved(boxes[keep], offsets[which, :, rows, columns][keep])
            found.append((which[keep], score[keep], boxes))
        if not found:
            return pictures.new_zeros(0, dtype=torch.int64), pictures.new_zeros(0, 4)
        which, score, boxes = (torch.cat(parts) for parts in zip(*found, strict=True))
        keep = best(boxes, score, which, limit.overlap_pyramid)
        return which[keep], squared(boxes[keep])

    def _refine(self, pictures: Tensor, which: Tensor, boxes: Tensor) -> tuple[Tensor, Tensor]:
        score, offsets = self.rnet(patches(pictures, which, boxes, RNET_SIDE))
        passed = score > self.thresholds.rnet
        which, score, boxes = which[passed], score[passed], boxes[passed]
        keep = best(boxes, score, which, self.thresholds.overlap_rnet)
        return which[keep], squared(moved(boxes[keep], offsets[passed][keep]))

    def _conclude(self, pictures: Tensor, which: Tensor, boxes: Tensor) -> Found:
        score, offsets, points = self.onet(patches(pictures, which, boxes, ONET_SIDE))
        passed = score > self.thresholds.onet
        which, score, square = which[passed], score[passed], boxes[passed]
        corner, side = square[:, None, :2], (square[:, 2:] - square[:, :2])[:, None]
        boxes, points = moved(square, offsets[passed]), corner + points[passed] * side
        keep = best(boxes, score, which, self.thresholds.overlap_onet)
        return Found(which[keep], score[keep], boxes[keep], points[keep])


def pyramid(height: int, width: int, smallest: float) -> list[float]:
    """Scales at which faces from `smallest` pixels up to the picture's size fill P-Net's window."""
    scales = []
    scale = PNET_SIDE / smallest
    while min(height, width) * scale >= PNET_SIDE:
        scales.append(scale)
        scale *= PYRAMID_STEP
    return scales


def shrunk(pictures: Tensor, scale: float) -> Tensor:
    """`pictures` (N, C, H, W) at `scale`, antialiased."""
    size = [math.ceil(side * scale) for side in pictures.shape[2:]]
    return functional.interpolate(pictures, size, mode="bilinear", antialias=True)
