"""Heat-maps against a loop over channels and pixels."""

import numpy as np
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ferbench.training.heat import heat


def by_loop(maps: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """One face: channels added up, scaled, and read between the four nearest of (h, w) centres."""
    total = np.zeros(maps.shape[1:])
    for channel in maps:
        total = total + channel
    low, high = total.min(), total.max()
    scaled = (total - low) / (high - low) if high > low else np.zeros_like(total)
    drawn = np.empty(size)
    for y, x in np.ndindex(*size):
        down, top, bottom = _between(y, size[0], len(total))
        right, left, other = _between(x, size[1], total.shape[1])
        above = (1 - right) * scaled[top, left] + right * scaled[top, other]
        below = (1 - right) * scaled[bottom, left] + right * scaled[bottom, other]
        drawn[y, x] = (1 - down) * above + down * below
    return drawn


def _between(pixel: int, pixels: int, cells: int) -> tuple[float, int, int]:
    """Share of the later cell, and the two cells whose centres are around a pixel's."""
    place = min(max((pixel + 0.5) * cells / pixels - 0.5, 0.0), cells - 1.0)
    first = int(place)
    return place - first, first, min(first + 1, cells - 1)


def test_a_map_by_hand():
    """Sums 0, 2, 1, 4 over two channels; the corners of the picture have the cells' own values."""
    maps = torch.tensor([[[[1.0, 1.0], [1.0, 1.0]], [[-1.0, 1.0], [0.0, 3.0]]]])
    found = heat(maps, (4, 6))[0]
    corners = found[[0, 0, -1, -1], [0, -1, 0, -1]]
    assert np.allclose(corners, [0, 0.5, 0.25, 1])


@settings(max_examples=30)
@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(1, 4), st.integers(1, 5))
def test_it_is_the_loop(seed, channels, height, width):
    maps = np.random.default_rng(seed).normal(size=(2, channels, height, width))
    found = heat(torch.from_numpy(maps), (7, 5))
    assert found.shape == (2, 7, 5)
    for face, one in zip(found, maps, strict=True):
        assert np.allclose(face, by_loop(one, (7, 5)))


def test_each_face_has_its_own_scale_and_a_flat_one_is_cold():
    one = torch.arange(9.0).reshape(1, 1, 3, 3)
    found = heat(torch.cat([one, 1000 + 50 * one, torch.full_like(one, 3.0)]), (6, 6))
    assert np.allclose(found[0], found[1], atol=1e-5)
    assert not found[2].any()
