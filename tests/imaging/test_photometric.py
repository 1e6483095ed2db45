"""Photometric normalisation, against NumPy, Pillow and the definitions."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis.extra import numpy as hnp
from PIL import Image, ImageOps

from ferbench.imaging.photometric import (
    equalise_plane,
    equalise_plane_standardise,
    remove_plane,
    scale,
    standardise,
)

NOISE = torch.from_numpy(np.random.default_rng(0).integers(0, 256, (5, 3, 48, 40), dtype=np.uint8))
BATCHES = hnp.arrays(np.uint8, hnp.array_shapes(min_dims=4, max_dims=4, min_side=2, max_side=9))


def test_scale_maps_grey_levels_evenly_around_zero():
    levels = torch.tensor([0, 127, 128, 255], dtype=torch.uint8).view(1, 1, 2, 2)
    assert scale(levels).flatten().tolist() == [-127.5 / 128, -0.5 / 128, 0.5 / 128, 127.5 / 128]


def test_standardise_gives_each_channel_of_each_image_mean_0_and_variance_1():
    found = standardise(NOISE).double()
    assert found.mean((2, 3)).abs().max() < 1e-6
    assert (found.var((2, 3), correction=0) - 1).abs().max() < 1e-5


def test_standardise_does_not_mix_images():
    together = standardise(NOISE)
    for number in range(len(NOISE)):
        alone = standardise(NOISE[number : number + 1])
        assert torch.equal(alone[0], together[number])


@pytest.mark.parametrize("value", [0, 1, 128, 255])
def test_a_flat_image_becomes_zero(value):
    flat = torch.full((2, 1, 48, 48), value, dtype=torch.uint8)
    assert standardise(flat).abs().max() < 1e-3
    assert torch.isfinite(equalise_plane_standardise(flat)).all()


def lstsq_residual(channel):
    """What NumPy's least squares leaves of one (H, W) channel over planes."""
    height, width = channel.shape
    y, x = np.mgrid[:height, :width]
    columns = np.stack([np.ones(channel.size), x.ravel(), y.ravel()], axis=1)
    values = channel.astype(np.float64).ravel()
    coefficients = np.linalg.lstsq(columns, values, rcond=None)[0]
    return (values - columns @ coefficients).reshape(channel.shape), columns


@settings(max_examples=40)
@given(images=BATCHES)
def test_remove_plane_is_the_least_squares_fit(images):
    found = remove_plane(torch.from_numpy(images)).numpy()
    for image, residuals in zip(images, found, strict=True):
        for channel, residual in zip(image, residuals, strict=True):
            expected, columns = lstsq_residual(channel)
            assert np.abs(residual - expected).max() < 2e-3
            assert np.abs(columns.T @ residual.ravel().astype(np.float64)).max() < 0.5


def test_the_residual_is_orthogonal_to_every_plane():
    residual = remove_plane(NOISE).double()
    y, x = torch.meshgrid(torch.arange(48.0), torch.arange(40.0), indexing="ij")
    for plane in (torch.ones_like(x), x, y):
        unit = plane.double() / plane.double().norm()
        assert (residual * unit).sum((2, 3)).abs().max() < 1e-2


def test_a_plane_is_removed_wholly_and_changes_nothing_else():
    y, x = torch.meshgrid(torch.arange(48.0), torch.arange(40.0), indexing="ij")
    plane = (20 + 1.5 * x + 2.5 * y).expand(5, 3, -1, -1)
    assert remove_plane(plane).abs().max() < 1e-2
    assert (remove_plane(NOISE.float() + plane) - remove_plane(NOISE)).abs().max() < 1e-2


def by_pillow(images):
    """Each channel of each image equalised by Pillow."""
    return np.stack(
        [[np.asarray(ImageOps.equalize(Image.fromarray(c))) for c in image] for image in images]
    )


@pytest.mark.parametrize("levels", [2, 3, 17, 256])
def test_the_chain_is_equalise_then_plane_then_standardise(levels):
    images = np.random.default_rng(levels).integers(0, levels, (3, 2, 19, 14), dtype=np.uint8)
    found = equalise_plane_standardise(torch.from_numpy(images)).numpy()
    equalised = by_pillow(images)
    for n, c in np.ndindex(images.shape[:2]):
        residual = lstsq_residual(equalised[n, c])[0]
        assert np.abs(found[n, c] - residual / residual.std()).max() < 1e-3


def test_equalisation_is_exactly_that_of_pillow():
    from torchvision.transforms.v2 import functional as vision

    rng = np.random.default_rng(1)
    for _ in range(30):
        low, high = sorted(rng.integers(0, 256, 2))
        images = rng.integers(low, high + 1, (2, 2, 17, 23), dtype=np.uint8)
        found = vision.equalize(torch.from_numpy(images)).numpy()
        assert np.array_equal(found, by_pillow(images))


def test_the_chain_takes_crops_that_are_not_contiguous():
    view = NOISE.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2)
    assert not view.is_contiguous()
    assert torch.equal(equalise_plane_standardise(view), equalise_plane_standardise(NOISE))


def test_the_chain_undoes_gain_and_gradient():
    """What it is for: brighter, steeper light on the same picture gives nearly the same values."""
    y = torch.linspace(-1, 1, 48).view(1, 1, 48, 1)
    face = 90 + 40 * torch.sin(6 * y) * torch.cos(5 * torch.linspace(-1, 1, 48)).view(1, 1, 1, 48)
    lit = (1.4 * face + 12).clamp(0, 255)
    plain, other = (equalise_plane_standardise(i.round().to(torch.uint8)) for i in (face, lit))
    agreement = torch.corrcoef(torch.stack([plain.flatten(), other.flatten()]))[0, 1]
    assert agreement > 0.99


def test_kornia_equalises_exactly_alike():
    from kornia.enhance import equalize

    found = equalise_plane(NOISE)
    other = remove_plane((equalize(NOISE.float() / 255) * 255).round())
    assert (found - other).abs().max() < 1e-3


def test_once_an_image_is_near_to_once_a_crop():
    image = torch.from_numpy(np.random.default_rng(4).integers(0, 256, (1, 1, 16, 16)))
    face = torch.nn.functional.interpolate(image.float(), (64, 64), mode="bicubic", antialias=True)
    face = face.clamp(0, 255).to(torch.uint8)
    fast = standardise(equalise_plane(face)[:, :, 2:62, 2:62])
    literal = equalise_plane_standardise(face[:, :, 2:62, 2:62])
    agreement = torch.corrcoef(torch.stack([fast.flatten(), literal.flatten()]))[0, 1]
    assert agreement > 0.99
    assert not torch.equal(fast, literal)
