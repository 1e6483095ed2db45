"""What IF-GAN and its baseline see of a face in training: turned a little, cropped, mirrored."""

import numpy as np
import torch

from ferbench.imaging.crops import random_crop_flip, random_rotation
from ferbench.training.resnet_recipe import ResNetRecipe
from ferbench.training.views import View


class TurnedView(View):
    """`View`, whose training images are turned about their middle before they are cropped."""

    def __init__(self, recipe: ResNetRecipe) -> None:
        super().__init__(recipe)
        self.degrees = recipe.degrees

    def random(
        self, images: np.ndarray, generator: torch.Generator, device: torch.device
    ) -> torch.Tensor:
        """Each image by an angle and at an offset of its own: (N, H, W, C) -> (N, C, S, S)."""
        turned = random_rotation(self._on(images, device), self.degrees, generator)
        return self._ready(random_crop_flip(turned, self.crop, generator))
