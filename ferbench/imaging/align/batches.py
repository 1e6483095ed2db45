"""Pictures of different sizes, put together so that a tensor holds them."""

from collections.abc import Iterator, Sequence

import numpy as np


def same_size(images: Sequence[np.ndarray], pixels: int) -> Iterator[list[int]]:
    """Numbers of images (H, W, C) of one shape, together of at most `pixels`, but at least one."""
    groups: dict[tuple[int, ...], list[int]] = {}
    for number, image in enumerate(images):
        groups.setdefault(image.shape, []).append(number)
    for (height, width, _), rows in groups.items():
        at_once = max(1, pixels // (height * width))
        for start in range(0, len(rows), at_once):
            yield rows[start : start + at_once]
