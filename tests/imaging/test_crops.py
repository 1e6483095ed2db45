"""Crops and rotations: every image has an offset, a flip and an angle of its own."""

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ferbench.imaging.crops import (
    centre_crop,
    crop_at,
    five_crop,
    random_crop_flip,
    random_rotation,
    rotated,
    ten_crop,
    to_batch,
)

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


@given(
    size=st.tuples(st.integers(1, 6), st.integers(1, 6)),
    more=st.tuples(st.integers(0, 4), st.integers(0, 4)),
    seed=st.integers(0, 99),
)
def test_crops_need_not_be_square(size, more, seed):
    images = addresses(3, size[0] + more[0], size[1] + more[1])
    middle = centre_crop(images, size)
    top, left = more[0] // 2, more[1] // 2
    assert torch.equal(middle, images[:, :, top : top + size[0], left : left + size[1]])
    for image, crop in zip(images, random_crop_flip(images, size, seeded(seed)), strict=True):
        top, left, flipped = corner(crop)
        window = image[:, top : top + size[0], left : left + size[1]]
        assert torch.equal(crop, window.flip(-1) if flipped else window)


def seeded(seed):
    return torch.Generator().manual_seed(seed)


def test_a_number_is_the_side_of_a_square():
    images = addresses(9, 60, 64)
    assert torch.equal(centre_crop(images, 48), centre_crop(images, (48, 48)))
    assert torch.equal(ten_crop(images, 48), ten_crop(images, (48, 48)))
    square, sides = (random_crop_flip(images, size, seeded(1)) for size in (48, (48, 48)))
    assert torch.equal(square, sides)


def test_too_large_a_crop_names_both_sides():
    with pytest.raises(ValueError, match="cannot crop 112 x 96 from images of 128 x 90 pixels"):
        ten_crop(addresses(1, 128, 90), (112, 96))


@pytest.mark.parametrize(
    ("have", "want", "corners"),
    [
        ((128, 110), (112, 96), [(0, 0), (0, 14), (16, 0), (16, 14), (8, 7)]),
        ((64, 64), 60, [(0, 0), (0, 4), (4, 0), (4, 4), (2, 2)]),
        ((256, 256), 224, [(0, 0), (0, 32), (32, 0), (32, 32), (16, 16)]),
    ],
)
def test_five_and_ten_crops_of_the_papers(have, want, corners):
    images = torch.stack([addresses(1, *have)[0], addresses(1, *have)[0] + 5_000_000])
    five, ten = five_crop(images, want), ten_crop(images, want)
    height, width = (want, want) if isinstance(want, int) else want
    assert five.shape == (2, 5, 1, height, width)
    assert ten.shape == (2, 10, 1, height, width)
    assert [corner(crop)[:2] for crop in five[0]] == corners
    for number, (top, left) in enumerate(corners):
        window = images[:, :, top : top + height, left : left + width]
        assert torch.equal(five[:, number], window)
        assert torch.equal(ten[:, number], window)
        assert torch.equal(ten[:, number + 5], window.flip(-1))


def test_ten_crops_flatten_to_ten_rows_an_image():
    images = torch.arange(4).view(-1, 1, 1, 1).expand(-1, 1, 64, 64)
    rows = ten_crop(images, 60).flatten(0, 1)[:, 0, 0, 0]
    assert torch.equal(rows, torch.arange(4).repeat_interleave(10))


def smooth(height, width):
    """A picture (1, 1, H, W) float without detail that interpolation could lose."""
    y, x = np.mgrid[:height, :width]
    picture = 128 + 60 * np.sin(x / 7) * np.cos(y / 9) + 40 * np.sin((x + 2 * y) / 15)
    return torch.from_numpy(picture.astype(np.float32))[None, None]


@pytest.mark.parametrize("degrees", [5.0, -5.0, 3.3])
@pytest.mark.parametrize("shape", [(64, 64), (60, 90)])
def test_images_turn_anticlockwise_as_pillow_turns_them(degrees, shape):
    image = smooth(*shape)
    found = rotated(image, torch.tensor([degrees]))[0, 0].numpy()
    by_pillow = Image.fromarray(image[0, 0].numpy()).rotate(degrees, Image.Resampling.BILINEAR)
    assert np.abs(found - np.asarray(by_pillow))[8:-8, 8:-8].max() < 1e-2


def test_every_image_turns_by_its_own_angle():
    images, degrees = smooth(40, 40).expand(4, -1, -1, -1), torch.tensor([-5.0, 0, 2, 5])
    found = rotated(images, degrees)
    for number, angle in enumerate(degrees):
        alone = rotated(images[:1], angle[None])
        assert (found[number] - alone[0]).abs().max() < 1e-3
    assert (found[1] - images[1]).abs().max() < 0.1


def test_bytes_stay_bytes_and_the_edge_is_repeated():
    flat = torch.full((3, 1, 20, 30), 255, dtype=torch.uint8)
    found = rotated(flat, torch.tensor([45.0, -5, 180]))
    assert found.dtype == torch.uint8
    assert (found == 255).all()
    image = smooth(33, 33).round()
    as_bytes = rotated(image.to(torch.uint8), torch.tensor([4.0]))
    assert torch.equal(as_bytes, rotated(image, torch.tensor([4.0])).round().to(torch.uint8))


def test_angles_are_uniform_within_the_bound_and_the_generator_decides_alone():
    drawn = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(
            "ferbench.imaging.crops.rotated", lambda images, degrees: drawn.append(degrees)
        )
        random_rotation(torch.zeros(4000, 1, 1, 1), 5, seeded(0))
    [degrees] = drawn
    assert degrees.abs().max() <= 5
    counts = torch.histc(degrees, 10, -5, 5)
    assert counts.min() > 330
    assert counts.max() < 470
    images = smooth(24, 24).expand(5, -1, -1, -1)
    first, again, other = (random_rotation(images, 5, seeded(seed)) for seed in (1, 1, 2))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_turning_no_images_gives_none():
    empty = torch.zeros(0, 1, 8, 8, dtype=torch.uint8)
    assert random_rotation(empty, 5, seeded(0)).shape == (0, 1, 8, 8)
