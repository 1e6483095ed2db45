"""Batched crops and flips: one offset a sample, no loop over images."""

import torch


def to_batch(images: "torch.Tensor") -> torch.Tensor:
    """(N, H, W, C) uint8 as stored -> (N, C, H, W) uint8."""
    return images.permute(0, 3, 1, 2)


def crop_at(
    images: torch.Tensor, tops: torch.Tensor, lefts: torch.Tensor, size: int
) -> torch.Tensor:
    """A `size` x `size` window of each image (N, C, H, W), at its own corner (N,), (N,) int64."""
    windows = images.unfold(2, size, 1).unfold(3, size, 1)
    which = torch.arange(len(images), device=images.device)
    return windows[which, :, tops, lefts]


def random_crop_flip(images: torch.Tensor, size: int, generator: torch.Generator) -> torch.Tensor:
    """Each image (N, C, H, W) cropped at a uniform offset of its own and mirrored or not."""
    _refuse_small(images, size)
    count, _, height, width = images.shape
    tops = torch.randint(height - size + 1, (count,), generator=generator)
    lefts = torch.randint(width - size + 1, (count,), generator=generator)
    mirrored = torch.rand(count, generator=generator) < 0.5
    device = images.device
    cropped = crop_at(images, tops.to(device), lefts.to(device), size)
    return torch.where(mirrored.to(device)[:, None, None, None], cropped.flip(-1), cropped)


def centre_crop(images: torch.Tensor, size: int) -> torch.Tensor:
    """The middle `size` x `size` window of each image (N, C, H, W)."""
    _refuse_small(images, size)
    top, left = (images.shape[2] - size) // 2, (images.shape[3] - size) // 2
    return images[:, :, top : top + size, left : left + size]


def _refuse_small(images: torch.Tensor, size: int) -> None:
    height, width = images.shape[2:]
    if height < size or width < size:
        raise ValueError(f"cannot crop {size} x {size} from images of {height} x {width} pixels")
