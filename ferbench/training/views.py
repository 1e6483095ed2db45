"""What a network sees of a face: a random crop in training, the centre crop at test."""

from collections.abc import Callable, Mapping

import numpy as np
import torch

from ferbench.imaging import photometric
from ferbench.imaging.crops import centre_crop, random_crop_flip, to_batch
from ferbench.training.recipe import Recipe

NORMALISE: Mapping[str, Callable[[torch.Tensor], torch.Tensor]] = {
    "standardise": photometric.standardise,
    "scale": photometric.scale,
    "equalise_plane_standardise": photometric.equalise_plane_standardise,
}


class View:
    """Square crops, normalised, in channels-last memory."""

    def __init__(self, recipe: Recipe) -> None:
        self.crop = recipe.crop
        self.normalise = NORMALISE[recipe.normalisation]

    def random(
        self, images: np.ndarray, generator: torch.Generator, device: torch.device
    ) -> torch.Tensor:
        """Each image at an offset of its own, mirrored or not: (N, H, W, C) -> (N, C, S, S)."""
        return self._ready(random_crop_flip(self._on(images, device), self.crop, generator))

    def centre(self, images: np.ndarray, device: torch.device) -> torch.Tensor:
        """The middle of each image: (N, H, W, C) -> (N, C, S, S)."""
        return self._ready(centre_crop(self._on(images, device), self.crop))

    @staticmethod
    def _on(images: np.ndarray, device: torch.device) -> torch.Tensor:
        return to_batch(torch.from_numpy(images).to(device))

    def _ready(self, crops: torch.Tensor) -> torch.Tensor:
        return self.normalise(crops).contiguous(memory_format=torch.channels_last)
