"""Crops: every image has an offset and a flip of its own."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ferbench.imaging.crops import centre_crop, crop_at, random_crop_flip, to_batch

COUNT, SIDE, SIZE = 400, 60, 48


def addresses(count, height, width, channels=1):
    """Images whose every pixel says where it is: 1000 y + x, and the channel's million."""
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    planes = [1_000_000 * channel + 1000 * y + x for channel in range(channels)]
    return torch.stack(planes).expand(count, -1, -1, -1).clone()


def crops(seed, count=COUNT, **more):
    generator = torch.Generator().manual_seed(seed)
    return random_crop_flip(addresses(count, SIDE, SIDE, **more), SIZE, generator)


def corner(crop):
    """(top, left, flipped) read off the addresses of one crop (C, S, S)."""
    first, last = int(crop[0, 0, 0]), int(crop[0, 0, -1])
    return first // 1000, min(first, last) % 1000, last < first


def test_each_crop_is_a_window_of_its_image_or_its_mirror():
    images = addresses(COUNT, SIDE, SIDE, channels=3)
    found = random_crop_flip(images, SIZE, torch.Generator().manual_seed(1))
    assert found.shape == (COUNT, 3, SIZE, SIZE)
    for image, crop in zip(images, found, strict=True):
        top, left, flipped = corner(crop)
        window = image[:, top : top + SIZE, left : left + SIZE]
        assert torch.equal(crop, window.flip(-1) if flipped else window)


def test_images_stay_in_their_rows():
    images = torch.arange(COUNT).view(-1, 1, 1, 1).expand(-1, 1, SIDE, SIDE)
    found = random_crop_flip(images, SIZE, torch.Generator().manual_seed(0))
    assert torch.equal(found[:, 0, 0, 0], torch.arange(COUNT))
    assert (found == found[:, :, :1, :1]).all()


def test_every_image_draws_for_itself_and_uniformly():
    drawn = [corner(crop) for crop in crops(2, 4000)]
    tops, lefts, flips = zip(*drawn, strict=True)
    for offsets in (tops, lefts):
        counts = [offsets.count(offset) for offset in range(13)]
        assert sum(counts) == 4000
        assert min(counts) > 220
        assert max(counts) < 400
    assert 1850 < sum(flips) < 2150
    assert len(set(drawn)) == 13 * 13 * 2


def test_offsets_and_flips_are_independent():
    drawn = torch.tensor([corner(crop) for crop in crops(3, 4000)], dtype=torch.float64)
    correlation = torch.corrcoef(drawn.T) - torch.eye(3)
    assert correlation.abs().max() < 0.06


def test_the_generator_decides_alone():
    torch.manual_seed(0)
    first = crops(5)
    state = torch.get_rng_state()
    torch.manual_seed(1)
    assert torch.equal(crops(5), first)
    assert not torch.equal(crops(6), first)
    torch.manual_seed(0)
    crops(7)
    assert torch.equal(torch.get_rng_state(), state)


def test_the_input_is_left_alone():
    images = addresses(8, SIDE, SIDE)
    kept = images.clone()
    random_crop_flip(images, SIZE, torch.Generator().manual_seed(0)).zero_()
    assert torch.equal(images, kept)


def test_a_crop_of_the_whole_image_only_flips():
    images = addresses(50, SIZE, SIZE)
    found = random_crop_flip(images, SIZE, torch.Generator().manual_seed(0))
    assert {corner(crop)[:2] for crop in found} == {(0, 0)}


@given(
    data=st.data(),
    count=st.integers(1, 5),
    size=st.integers(1, 6),
    more=st.tuples(st.integers(0, 4), st.integers(0, 4)),
)
def test_crop_at_cuts_each_image_where_it_is_told(data, count, size, more):
    images = addresses(count, size + more[0], size + more[1], channels=2)
    tops = data.draw(st.lists(st.integers(0, more[0]), min_size=count, max_size=count))
    lefts = data.draw(st.lists(st.integers(0, more[1]), min_size=count, max_size=count))
    found = crop_at(images, torch.tensor(tops), torch.tensor(lefts), size)
    for image, crop, top, left in zip(images, found, tops, lefts, strict=True):
        assert torch.equal(crop, image[:, top : top + size, left : left + size])


@pytest.mark.parametrize(("side", "size", "offset"), [(60, 48, 6), (64, 60, 2), (256, 224, 16)])
def test_centre_offsets_of_the_papers(side, size, offset):
    found = centre_crop(addresses(2, side, side), size)
    assert found.shape == (2, 1, size, size)
    assert [corner(crop) for crop in found] == [(offset, offset, False)] * 2


@pytest.mark.parametrize("shape", [(40, 60), (60, 40)])
def test_too_large_a_crop_is_refused(shape):
    images = addresses(2, *shape)
    says = f"cannot crop 48 x 48 from images of {shape[0]} x {shape[1]} pixels"
    with pytest.raises(ValueError, match=says):
        random_crop_flip(images, 48, torch.Generator())
    with pytest.raises(ValueError, match=says):
        centre_crop(images, 48)


def test_to_batch_moves_channels_to_the_front():
    images = torch.arange(2 * 3 * 4 * 5).view(2, 3, 4, 5)
    batch = to_batch(images)
    assert batch.shape == (2, 5, 3, 4)
    for n, y, x, c in [(0, 0, 0, 0), (1, 2, 3, 4), (0, 1, 2, 3)]:
        assert batch[n, c, y, x] == images[n, y, x, c]
