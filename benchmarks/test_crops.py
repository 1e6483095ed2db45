"""Batched crop and flip from memory against a torch DataLoader that does the same per image."""

import numpy as np
import pytest
import torch
from torch.utils.data import DataLoader, Dataset
from torchvision.transforms import v2

from ferbench.imaging.crops import random_crop_flip, to_batch
from ferbench.training.batches import shuffled_batches

IMAGES, SIDE, CROP, BATCH = 2048, 48, 44, 32


class PerImage(Dataset):
    """The usual data set: one image at a time through torchvision's transforms."""

    def __init__(self, images: np.ndarray) -> None:
        self.images = images
        self.transform = v2.Compose(
            [v2.ToImage(), v2.RandomCrop(CROP), v2.RandomHorizontalFlip(), v2.ToDtype(torch.float)]
        )

    def __len__(self) -> int:
        return len(self.images)

    def __getitem__(self, number: int) -> torch.Tensor:
        return self.transform(self.images[number])


@pytest.fixture
def images() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (IMAGES, SIDE, SIDE, 1), dtype=np.uint8)


@pytest.mark.benchmark(group="crop and flip, one epoch of 2,048 images")
def test_batched(benchmark, images):
    generator = torch.Generator().manual_seed(0)

    def epoch() -> int:
        seen = 0
        for rows in shuffled_batches(len(images), BATCH, 0):
            crops = random_crop_flip(to_batch(torch.from_numpy(images[rows])), CROP, generator)
            seen += len(crops.float())
        return seen

    assert benchmark.pedantic(epoch, rounds=10, warmup_rounds=1) == IMAGES


@pytest.mark.benchmark(group="crop and flip, one epoch of 2,048 images")
def test_data_loader(benchmark, images):
    loader = DataLoader(PerImage(images), BATCH, shuffle=True)

    def epoch() -> int:
        return sum(len(crops) for crops in loader)

    assert benchmark.pedantic(epoch, rounds=3, warmup_rounds=1) == IMAGES
