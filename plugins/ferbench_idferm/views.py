"""What the network sees of a face and its reference: the same window of both."""

import numpy as np
import torch

from ferbench.imaging.crops import random_crop_flip, to_batch
from ferbench.training.patches import TEN, windows
from ferbench.training.views import View
from ferbench_idferm.config import IdfermConfig


class PairedView(View):
    """Pictures with the reference behind the face, channel by channel (`references.beside`).

    Crop and mirroring are those of the face, drawn as `View` draws them; each is normalised by
    itself.
    """

    def __init__(self, config: IdfermConfig, channels: int) -> None:
        super().__init__(config)
        self.channels = channels
        self.ten = config.crops == "ten"

    def random(
        self, images: np.ndarray, generator: torch.Generator, device: torch.device
    ) -> torch.Tensor:
        """(K, H, W, 2C) -> (2K, C, S, S): the queries, then their references."""
        if self.ten:
            which = torch.randint(TEN, (len(images),), generator=generator)
            cut = windows(torch.from_numpy(images), which, (self.crop, self.crop))
            crops = to_batch(cut.to(device))
        else:
            crops = random_crop_flip(self._on(images, device), self.crop, generator)
        return self._ready(torch.cat(crops.split(self.channels, dim=1)))

    def centre(self, images: np.ndarray, device: torch.device) -> torch.Tensor:
        """The face alone: (N, H, W, C or 2C) -> (N, C, S, S)."""
        return super().centre(images[..., : self.channels], device)
