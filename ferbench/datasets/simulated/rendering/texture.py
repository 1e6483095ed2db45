"""The fine noise of one person's skin and hair."""

from functools import lru_cache

import torch
import torch.nn.functional as F
from torch import Tensor

from ferbench.datasets.simulated.streams import stream


@lru_cache(maxsize=64)
def noise_planes(texture: int, rows: int, columns: int) -> Tensor:
    """(4, rows, columns), about unit normal: blotches, grain, strands that run downwards, curls."""
    draw = stream(texture, "texture")

    def noise(height: int, width: int, mode: str = "bicubic") -> Tensor:
        coarse = torch.from_numpy(draw.normal(size=(1, 1, height, width)).astype("float32"))
        return F.interpolate(coarse, (rows, columns), mode=mode, align_corners=True)[0, 0]

    blotches = noise(9, 9) * 0.6 + noise(22, 22) * 0.4
    grain = noise(rows // 2, columns // 2, "bilinear")
    strands = noise(14, columns // 2) * 0.7 + noise(40, columns) * 0.5
    curls = noise(56, 50) * 1.2
    return torch.stack([blotches, grain, strands, curls])
