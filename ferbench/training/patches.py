"""The ten windows of an image as ED2L and ADFL train and test on them.

Patch 10 i + k is window k of image i, in the order of `imaging.crops.ten_crop`: four corners and
the centre, then their mirror images.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import torch

from ferbench.contracts.faces import DEFAULT_INPUT, LabelledFaces
from ferbench.contracts.run import BatchShape, RunContext
from ferbench.imaging.crops import centre_crop, crop_at, ten_crop, to_batch
from ferbench.training.samplers import ImageBatches, TrainingBatch
from ferbench.training.sphere_recipe import SphereRecipe
from ferbench.training.views import View

TEN = 10


class Patches(LabelledFaces):
    """The windows of labelled faces, cut when they are asked for: ten times as many faces.

    which: the patches among all of `faces`, or None for all.
    """

    def __init__(
        self, faces: LabelledFaces, window: tuple[int, int], which: np.ndarray | None = None
    ) -> None:
        self.faces, self.window = faces, window
        self.which = np.arange(TEN * len(faces)) if which is None else which
        image = self.which // TEN
        super().__init__(
            faces._stores,
            faces._rows[image],
            classes=faces.classes,
            expression=faces.expression[image],
            subject=None if faces.subject is None else faces.subject[image],
            sequence=faces.sequence[image],
        )

    def images(self, which: np.ndarray | None = None, name: str = DEFAULT_INPUT) -> np.ndarray:
        """The windows at positions `which`, (n, height, width, C) uint8."""
        patch = self.which if which is None else self.which[which]
        whole = torch.from_numpy(self.faces.images(patch // TEN, name))
        return windows(whole, torch.from_numpy(patch % TEN), self.window).numpy()

    def part(self, which: np.ndarray) -> "Patches":
        """These patches at the positions `which`, with their labels."""
        return Patches(self.faces, self.window, self.which[which])


def windows(images: torch.Tensor, which: torch.Tensor, size: tuple[int, int]) -> torch.Tensor:
    """Window `which` (N,) of each image (N, H, W, C): (N, height, width, C)."""
    down, right = images.shape[1] - size[0], images.shape[2] - size[1]
    tops = torch.tensor([0, 0, down, down, down // 2])
    lefts = torch.tensor([0, right, 0, right, right // 2])
    place = which % (TEN // 2)
    cut = crop_at(to_batch(images), tops[place], lefts[place], size)
    mirrored = which >= TEN // 2
    return torch.where(mirrored[:, None, None, None], cut.flip(-1), cut).permute(0, 2, 3, 1)


@dataclass(frozen=True, slots=True)
class PatchBatches:
    """Batches of patches; a `Sampler` of `Patches`.

    images: how the images (or, with `every`, the patches) are ordered and put into batches.
    every:  all ten patches of each image in an epoch, or one, drawn anew. Which one depends on the
            image and the epoch, not on the batch: methods that batch alike see the same patches.
    """

    images: ImageBatches
    every: bool

    def steps(self, images: int) -> int:
        """See `Sampler`; `images` are whole ones."""
        return self.images.steps(images * TEN if self.every else images)

    def batches(self, train: LabelledFaces, run: RunContext, epoch: int) -> Iterator[TrainingBatch]:
        """See `Sampler`."""
        assert isinstance(train, Patches)
        if self.every:
            yield from self.images.batches(train, run, epoch)
            return
        chosen = one_each(len(train.faces), run.seed("crops", epoch))
        for batch in self.images.batches(train.faces, run, epoch):
            yield replace(batch, rows=chosen[batch.rows])

    def full(self, classes: int) -> BatchShape:
        """See `Sampler`."""
        return self.images.full(classes)


def one_each(images: int, seed: int) -> np.ndarray:
    """A random patch of each image: (images,) positions among the patches."""
    return TEN * np.arange(images) + np.random.default_rng(seed).integers(TEN, size=images)


class PatchView(View):
    """What the network sees: patches as they are in training, windows of a whole face at test."""

    def __init__(self, recipe: SphereRecipe) -> None:
        super().__init__(recipe)
        self.window = recipe.window
        self.ten = recipe.tested == "ten"

    @property
    def tested(self) -> int:
        """Windows of a face at test."""
        return TEN if self.ten else 1

    def random(
        self, images: np.ndarray, generator: torch.Generator, device: torch.device
    ) -> torch.Tensor:
        """Patches, (N, h, w, C) -> (N, C, h, w); the sampler has drawn which."""
        return self._ready(self._on(images, device))

    def at_test(self, images: np.ndarray, device: torch.device) -> torch.Tensor:
        """The windows of each face, one face after the other: (N, H, W, C) -> (N * K, C, h, w)."""
        whole = self._on(images, device)
        if self.ten:
            return self._ready(ten_crop(whole, self.window).flatten(0, 1))
        return self._ready(centre_crop(whole, self.window))
