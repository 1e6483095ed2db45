"""Resampling pictures through similarity transforms, without aliasing."""

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from ferbench.imaging.align.geometry import inverted

SAMPLES_AT_ONCE = 2**22
"""Bounds the memory of one step: 16 MiB a channel."""

FINEST = 32
"""Samples along one side of a pixel at most; a picture that shrinks more than this aliases."""


def warp(pictures: Tensor, transforms: np.ndarray, height: int, width: int) -> Tensor:
    """Each picture (N, C, H, W) float moved by its transform (N, 2, 3): (N, C, height, width).

    Bilinear. Where a picture shrinks by a factor s, each pixel of the result is the mean of
    ceil(s) x ceil(s) samples spread over the area that it covers, so that detail finer than a pixel
    averages out. What lies outside a picture repeats its edge. The result for one picture does not
    depend on the others.
    """
    back = inverted(np.asarray(transforms, dtype=np.float64))
    shrinking = np.sqrt(np.abs(np.linalg.det(back[:, :, :2])))
    finer = np.clip(np.ceil(shrinking - 1e-6), 1, FINEST).astype(int)
    out = pictures.new_empty(len(pictures), pictures.shape[1], height, width)
    for samples in np.unique(finer):
        at_once = max(1, SAMPLES_AT_ONCE // int(samples**2 * height * width))
        for rows in torch.from_numpy(np.flatnonzero(finer == samples)).split(at_once):
            places = torch.from_numpy(back[rows.numpy()])
            some = pictures[rows.to(pictures.device)]
            out[rows] = _sample(some, places, height, width, int(samples))
    return out


def _sample(pictures: Tensor, back: Tensor, height: int, width: int, finer: int) -> Tensor:
    """`finer` x `finer` samples a pixel, at the places that `back` (n, 2, 3) says, averaged."""
    y = (torch.arange(height * finer, dtype=torch.float64) + 0.5) / finer - 0.5
    x = (torch.arange(width * finer, dtype=torch.float64) + 0.5) / finer - 0.5
    rows, columns = torch.meshgrid(y, x, indexing="ij")
    places = torch.stack([columns, rows, torch.ones_like(rows)], dim=-1).flatten(0, 1)
    sources = (places @ back.transpose(1, 2)).unflatten(1, rows.shape)
    size = torch.tensor([pictures.shape[3], pictures.shape[2]], dtype=torch.float64)
    grid = ((sources + 0.5) * 2 / size - 1).to(pictures)
    found = functional.grid_sample(
        pictures, grid, mode="bilinear", padding_mode="border", align_corners=False
    )
    return functional.avg_pool2d(found, finer)
