"""What a camera does to a picture: blur and sensor noise."""

import math
from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from ferbench.datasets.simulated.levels import Level
from ferbench.datasets.simulated.streams import stream

REFERENCE_SIDE = 64
"""Blur is given in pixels of a picture of this size."""


@dataclass(frozen=True, slots=True)
class Flaws:
    """Of one recording: standard deviation of the blur, pixels at 64."""

    blur: float


def draw_flaws(seed: int, subject: int, expression: str, take: int, level: Level) -> Flaws:
    """The flaws that all frames of a recording share."""
    draw = stream(seed, "flaws", subject, expression, take)
    return Flaws(level.blur * draw.uniform(0.3, 1.0))


def draw_noise(
    seed: int, subject: int, expression: str, take: int, frame: int, size: int, level: Level
) -> np.ndarray:
    """(size, size) float32: the sensor noise of one frame, the same in all three channels."""
    draw = stream(seed, "noise", subject, expression, take, frame)
    return draw.normal(size=(size, size)).astype(np.float32) * level.noise


@torch.inference_mode()
def degrade(pictures: Tensor, flaws: list[Flaws], noise: np.ndarray, level: Level) -> Tensor:
    """(N, 3, size, size) float pictures and (N, size, size) noise -> uint8 pictures."""
    size = pictures.shape[-1]
    pictures = _blur(pictures, [flaw.blur * size / REFERENCE_SIDE for flaw in flaws], level)
    pictures = pictures + torch.from_numpy(noise)[:, None]
    return (pictures * 255 + 0.5).clamp(0, 255).to(torch.uint8)


def _blur(pictures: Tensor, sigmas: list[float], level: Level) -> Tensor:
    """Gaussian blur with a standard deviation for each picture, pixels."""
    largest = level.blur * pictures.shape[-1] / REFERENCE_SIDE
    radius = max(1, math.ceil(2.5 * largest))  # of the level, so that it is the same in any batch
    offsets = np.arange(-radius, radius + 1)
    kernels = np.exp(-0.5 * (offsets / np.array(sigmas)[:, None]) ** 2)
    kernels /= kernels.sum(1, keepdims=True)
    weights = torch.from_numpy(kernels.astype(np.float32)).T[..., None, None, None]
    for axis, border in ((3, (radius, radius, 0, 0)), (2, (0, 0, radius, radius))):
        length = pictures.shape[axis]
        padded = F.pad(pictures, border, mode="reflect")
        pictures = torch.zeros_like(pictures)
        for start, weight in enumerate(weights):
            pictures += padded.narrow(axis, start, length) * weight
    return pictures
