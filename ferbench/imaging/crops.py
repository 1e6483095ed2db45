"""Batched crops, flips and rotations: offsets and angles of each sample's own, no loop over images.

A size is one number for a square, or (height, width). Random numbers are drawn on the device of the
generator: one on the CPU draws the same crops wherever the images are.
"""

import torch

Size = int | tuple[int, int]


def to_batch(images: "torch.Tensor") -> torch.Tensor:
    """(N, H, W, C) uint8 as stored -> (N, C, H, W) uint8."""
    return images.permute(0, 3, 1, 2)


def crop_at(
    images: torch.Tensor, tops: torch.Tensor, lefts: torch.Tensor, size: Size
) -> torch.Tensor:
    """A window of `size` of each image (N, C, H, W), at its own corner (N,), (N,) int64."""
    height, width = _sides(size)
    windows = images.unfold(2, height, 1).unfold(3, width, 1)
    which = torch.arange(len(images), device=images.device)
    return windows[which, :, tops, lefts]


def random_crop_flip(images: torch.Tensor, size: Size, generator: torch.Generator) -> torch.Tensor:
    """Each image (N, C, H, W) cropped at a uniform offset of its own and mirrored or not."""
    _refuse_small(images, size)
    count, _, height, width = images.shape
    crop_height, crop_width = _sides(size)
    drawn = generator.device
    tops = torch.randint(height - crop_height + 1, (count,), generator=generator, device=drawn)
    lefts = torch.randint(width - crop_width + 1, (count,), generator=generator, device=drawn)
    mirrored = torch.rand(count, generator=generator, device=drawn) < 0.5
    device = images.device
    cropped = crop_at(images, tops.to(device), lefts.to(device), size)
    return torch.where(mirrored.to(device)[:, None, None, None], cropped.flip(-1), cropped)


def random_rotation(
    images: torch.Tensor, degrees: float, generator: torch.Generator
) -> torch.Tensor:
    """Each image (N, C, H, W) turned about its middle by a uniform angle within +-`degrees`.

    Bilinear; corners that come into view repeat the edge. The type of the images is kept.
    """
    draws = torch.rand(len(images), generator=generator, device=generator.device)
    return rotated(images, (2 * draws - 1) * degrees)


def rotated(images: torch.Tensor, degrees: torch.Tensor) -> torch.Tensor:
    """Each image (N, C, H, W) turned anticlockwise about its middle by its own angle (N,)."""
    from kornia.geometry.transform import rotate  # half a second that few methods need

    if not len(images):
        return images
    values = images if images.is_floating_point() else images.float()
    turned = rotate(values, degrees.to(values), padding_mode="border")
    return turned if images.is_floating_point() else turned.round().clamp(0, 255).to(images.dtype)


def centre_crop(images: torch.Tensor, size: Size) -> torch.Tensor:
    """The middle window of `size` of each image (N, C, H, W)."""
    _refuse_small(images, size)
    height, width = _sides(size)
    top, left = (images.shape[2] - height) // 2, (images.shape[3] - width) // 2
    return images[:, :, top : top + height, left : left + width]


def five_crop(images: torch.Tensor, size: Size) -> torch.Tensor:
    """The four corners and the centre of each image (N, C, H, W): (N, 5, C, height, width).

    In the order top left, top right, bottom left, bottom right, centre. 64 x 64 -> 60 x 60 has its
    corners at 0 and 4 and its centre at 2 (IDFERM); 128 x 110 -> 112 x 96 at y 0 and 16, x 0 and
    14, centre (8, 7) (ED2L, ADFL).
    """
    _refuse_small(images, size)
    height, width = _sides(size)
    corners = [
        images[:, :, top : top + height, left : left + width]
        for top in (0, images.shape[2] - height)
        for left in (0, images.shape[3] - width)
    ]
    return torch.stack([*corners, centre_crop(images, size)], dim=1)


def ten_crop(images: torch.Tensor, size: Size) -> torch.Tensor:
    """`five_crop` and then the mirror images of the five: (N, 10, C, height, width)."""
    five = five_crop(images, size)
    return torch.cat([five, five.flip(-1)], dim=1)


def _sides(size: Size) -> tuple[int, int]:
    return (size, size) if isinstance(size, int) else size


def _refuse_small(images: torch.Tensor, size: Size) -> None:
    height, width = images.shape[2:]
    crop_height, crop_width = _sides(size)
    if height < crop_height or width < crop_width:
        raise ValueError(
            f"cannot crop {crop_height} x {crop_width} from images of {height} x {width} pixels"
        )
