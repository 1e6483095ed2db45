"""Photometric normalisation of batches, (N, C, H, W) uint8 in, float32 out.

The chain of 2B(N+M) Softmax and IDFERM: histogram equalisation, linear plane fit, zero mean and
unit variance, each per image and channel, after cropping. ED2L and ADFL only scale the grey levels.
"""

from functools import lru_cache

import torch
from torchvision.transforms.v2 import functional as vision

SMALLEST_DEVIATION = 1e-5


def scale(images: torch.Tensor) -> torch.Tensor:
    """(v - 127.5) / 128, the same for every image; what the SphereFace network was made for."""
    return (images.float() - 127.5) / 128


def standardise(images: torch.Tensor) -> torch.Tensor:
    """Each channel of each image to zero mean and unit variance (ddof 0)."""
    values = images.float()
    values = values - values.mean((2, 3), keepdim=True)
    deviation = values.square().mean((2, 3), keepdim=True).sqrt()
    return values / deviation.clamp_min(SMALLEST_DEVIATION)


def remove_plane(images: torch.Tensor) -> torch.Tensor:
    """Subtract the least-squares plane a + b x + c y from each channel: r = v - Q (Q^T v)."""
    height, width = images.shape[2:]
    basis = _plane_basis(height, width).to(images.device)
    flat = images.float().flatten(2)
    return (flat - flat @ basis @ basis.T).unflatten(2, (height, width))


def equalise_plane(images: torch.Tensor) -> torch.Tensor:
    """The chain without its last step, on uint8 images.

    Done once an aligned image, and `standardise` on each crop of it, this is the fast approximation
    of the chain on each crop.
    """
    return remove_plane(vision.equalize(images.contiguous()))


def equalise_plane_standardise(images: torch.Tensor) -> torch.Tensor:
    """The papers' whole chain on uint8 crops."""
    return standardise(equalise_plane(images))


@lru_cache(maxsize=8)
def _plane_basis(height: int, width: int) -> torch.Tensor:
    """An orthonormal basis Q, (H*W, 3), of the planes over a grid of that size."""
    y, x = torch.meshgrid(
        torch.linspace(-1, 1, height), torch.linspace(-1, 1, width), indexing="ij"
    )
    columns = torch.stack([torch.ones_like(x), x, y]).flatten(1).T
    return torch.linalg.qr(columns.double())[0].float()
