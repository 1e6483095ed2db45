"""Thumbnails of faces, and the same thumbnails as they would look moved, turned or mirrored."""

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image
from scipy.sparse import csr_array

SIDE = 40
"""Side of a thumbnail in pixels: enough for a face, and 1.6 kB an image."""

WINDOW = 30
"""Side of the grid on which the inner part of a thumbnail is looked at."""

INNER = 0.84
"""Share of the picture that is looked at: the rim is what shifting and turning fill in."""

CHUNK = 1024
"""So many thumbnails at once stay in a processor's cache."""

SHIFTS = (-0.04, 0.0, 0.04)
TURNS = (-4.0, 0.0, 4.0)


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a copy may have gone: shifts as shares of the side, the turn in degrees."""

    across: float = 0.0
    down: float = 0.0
    turn: float = 0.0
    mirrored: bool = False


IN_PLACE = Placement()

PLACEMENTS = tuple(
    Placement(across, down, turn, mirrored)
    for mirrored, turn, down, across in itertools.product((False, True), TURNS, SHIFTS, SHIFTS)
)
"""A grid over copies shifted up to about 6 % and turned up to about 6 degrees, mirrored or not; no
such copy is farther than 2 % and 2 degrees from the nearest of them."""


def thumbnail(grey: Image.Image) -> np.ndarray:
    """The thumbnail of a grey picture: (SIDE, SIDE) uint8, the means of equal areas.

    Larger pictures are first averaged down by whole numbers of pixels, which is faster.
    """
    return np.asarray(grey.resize((SIDE, SIDE), Image.Resampling.BOX, reducing_gap=2.0))


def thumbnails(images: Iterable[np.ndarray]) -> np.ndarray:
    """The thumbnails of (H, W, 3) or (H, W) uint8 pictures: (N, SIDE, SIDE) uint8."""
    small = [
        thumbnail(Image.fromarray(np.ascontiguousarray(image)).convert("L")) for image in images
    ]
    return np.stack(small) if small else np.empty((0, SIDE, SIDE), np.uint8)


def windows(pictures: np.ndarray, placement: Placement) -> np.ndarray:
    """The inner part of thumbnails moved as `placement` says: (N, WINDOW**2) float32, 0..255."""
    sampling = _sampling(placement)
    found = np.empty((len(pictures), WINDOW * WINDOW), np.float32)
    for start in range(0, len(pictures), CHUNK):
        part = pictures[start : start + CHUNK]
        found[start : start + CHUNK] = (sampling @ part.reshape(len(part), -1).T).T
    return found


def windows_at(pictures: np.ndarray, movements: np.ndarray, mirrored: bool) -> np.ndarray:
    """As `windows`, each thumbnail by its own (across, down, turn): movements (N, 3)."""
    places, weights = _bilinear(movements.T[:, :, None], mirrored)
    flat = pictures.reshape(len(pictures), SIDE * SIDE)
    found = np.zeros(places.shape[1:], np.float32)
    for place, weight in zip(places, weights, strict=True):
        found += np.take_along_axis(flat, place, axis=1) * weight
    return found


def tangents(values: np.ndarray) -> list[np.ndarray]:
    """The change of each window when it is shifted across, down, or turned, by a pixel."""
    grid = values.reshape(-1, WINDOW, WINDOW)
    down, across = np.gradient(grid, axis=(1, 2))
    place = np.linspace(-1, 1, WINDOW, dtype=values.dtype)
    turned = across * place[:, None] - down * place[None, :]
    return [tangent.reshape(values.shape) for tangent in (across, down, turned)]


@lru_cache(maxsize=len(PLACEMENTS))
def _sampling(placement: Placement) -> csr_array:
    """The interpolation as a sparse matrix, (WINDOW**2, SIDE**2)."""
    movement = np.array([[placement.across], [placement.down], [placement.turn]])
    places, weights = _bilinear(movement, placement.mirrored)
    rows = np.broadcast_to(np.arange(WINDOW * WINDOW), places.shape)
    shape = (WINDOW * WINDOW, SIDE * SIDE)
    return csr_array((weights.ravel(), (rows.ravel(), places.ravel())), shape=shape)


def _bilinear(movement: np.ndarray, mirrored: bool) -> tuple[np.ndarray, np.ndarray]:
    """Bilinear interpolation; across, down and turn, each of which broadcasts against pixels."""
    across, down, turn = movement
    axis = ((np.arange(WINDOW) + 0.5) / WINDOW - 0.5) * INNER
    v, u = (grid.ravel() for grid in np.meshgrid(axis, axis, indexing="ij"))
    if mirrored:
        u = -u
    angle = np.deg2rad(turn)
    x = u * np.cos(angle) - v * np.sin(angle) + across
    y = u * np.sin(angle) + v * np.cos(angle) + down
    x, y = (np.clip((share + 0.5) * SIDE - 0.5, 0, SIDE - 1) for share in (x, y))
    left, top = (np.minimum(place.astype(np.int64), SIDE - 2) for place in (x, y))
    right, low = x - left, y - top
    places = np.stack([top * SIDE + left + step for step in (0, 1, SIDE, SIDE + 1)])
    weights = np.stack([(1 - low) * (1 - right), (1 - low) * right, low * (1 - right), low * right])
    return places, weights.astype(np.float32)
