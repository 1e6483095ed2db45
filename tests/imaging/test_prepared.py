"""Prepared images: what `prepare_image` does to one, and where a folder of them lies."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ferbench.contracts.method import Preparation
from ferbench.imaging import prepared
from ferbench.imaging.prepared import Decoded, image_folder, prepare_image

NOISE = np.random.default_rng(0).integers(0, 256, (24, 36, 3), dtype=np.uint8)


def test_an_image_that_fits_is_left_alone():
    assert np.array_equal(prepare_image(Decoded.of(NOISE), Preparation(24, 36, "rgb")), NOISE)


def test_grey_is_the_luma_of_itu_r_601():
    found = prepare_image(Decoded.of(NOISE), Preparation(24, 36, "grey"))
    assert found.shape == (24, 36, 1)
    expected = NOISE @ np.array([0.299, 0.587, 0.114])
    assert np.abs(found[..., 0] - expected).max() <= 0.51


@pytest.mark.parametrize(
    ("shape", "window"),
    [
        ((24, 24), NOISE[:, 6:30]),
        ((24, 12), NOISE[:, 12:24]),
        ((12, 36), NOISE[6:18]),
        ((6, 36), NOISE[9:15]),
    ],
)
def test_the_largest_centred_window_of_the_aspect_is_kept(shape, window):
    assert np.array_equal(prepare_image(Decoded.of(NOISE), Preparation(*shape, "rgb")), window)


def test_shrinking_averages_the_pixels_it_covers():
    checks = (np.indices((32, 32)).sum(0) % 2 * 255).astype(np.uint8)
    found = prepare_image(Decoded.of(np.repeat(checks[..., None], 3, axis=2)), Preparation(8, 8))
    assert np.abs(found.astype(int) - 128).max() <= 2


@pytest.mark.parametrize("colour", ["grey", "rgb"])
def test_large_pictures_are_averaged_down_first_without_a_trace(colour):
    """Against one antialiased step: smooth shapes with grain, 10 times as large as wanted."""
    shapes = np.random.default_rng(1).integers(0, 256, (6, 8, 3), dtype=np.uint8)
    smooth = Image.fromarray(shapes).resize((640, 480), Image.Resampling.BICUBIC)
    grain = np.random.default_rng(2).normal(0, 6, (480, 640, 1))
    image = np.clip(np.asarray(smooth) + grain, 0, 255).astype(np.uint8)
    found = prepare_image(Decoded.of(image), Preparation(48, 48, colour)).astype(int)
    whole = Image.fromarray(image).convert("L" if colour == "grey" else "RGB")
    window = (80, 0, 560, 480)
    expected = np.asarray(whole.resize((48, 48), Image.Resampling.BILINEAR, box=window))
    difference = np.abs(found - expected.reshape(found.shape).astype(int))
    assert difference.mean() < 0.5
    assert difference.max() <= 3


def test_growing_keeps_the_corners():
    image = np.zeros((2, 2, 3), dtype=np.uint8)
    image[0, 0], image[1, 1] = 200, 100
    found = prepare_image(Decoded.of(image), Preparation(8, 8, "rgb"))
    corners = [found[y, x, 0] for y, x in ((0, 0), (7, 7), (0, 7), (7, 0))]
    assert corners == [200, 100, 0, 0]


@given(
    have=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    want=st.tuples(st.integers(1, 70), st.integers(1, 70)),
    colour=st.sampled_from(["grey", "rgb"]),
    value=st.integers(0, 255),
)
def test_the_size_is_exact_and_a_flat_image_stays_flat(have, want, colour, value):
    preparation = Preparation(*want, colour)
    found = prepare_image(Decoded.of(np.full((*have, 3), value, dtype=np.uint8)), preparation)
    assert found.shape == preparation.shape == (*want, 1 if colour == "grey" else 3)
    assert found.dtype == np.uint8
    assert (found == value).all()


def test_the_input_is_not_written_to():
    image = NOISE.copy()
    image.setflags(write=False)
    prepare_image(Decoded.of(image), Preparation(24, 36, "rgb"))
    assert np.array_equal(image, NOISE)


SMALL = Preparation(4, 6)
SAMPLES = ["7", "3", "250", "0"]


def test_the_folder_depends_on_everything_it_is_made_from(tmp_path, monkeypatch):
    facts = (tmp_path, "fingerprint", SAMPLES, SMALL)
    again = image_folder(*facts)
    folders = {
        again,
        image_folder(tmp_path, "another", SAMPLES, SMALL),
        image_folder(tmp_path, "fingerprint", SAMPLES[:3], SMALL),
        image_folder(tmp_path, "fingerprint", SAMPLES[::-1], SMALL),
        image_folder(tmp_path, "fingerprint", SAMPLES, Preparation(6, 4)),
        image_folder(tmp_path, "fingerprint", SAMPLES, Preparation(4, 6, "rgb")),
    }
    assert image_folder(*facts) == again
    monkeypatch.setattr(prepared, "DECODER", "another decoder")
    folders.add(image_folder(*facts))
    monkeypatch.setattr(prepared, "IMAGING_VERSION", prepared.IMAGING_VERSION + 1)
    folders.add(image_folder(*facts))
    assert len(folders) == 8
    assert {folder.parent.parent for folder in folders} == {tmp_path}


def test_the_name_of_the_cache_folder_is_no_part_of_the_key(tmp_path):
    names = {image_folder(tmp_path / c, "f", SAMPLES, SMALL).name for c in ("one", "two")}
    assert len(names) == 1
