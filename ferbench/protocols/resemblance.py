"""How well one thumbnail explains another after a small movement: 1 for a copy, about 0 for others.

    likeness = 1 - ||y - (a x + b + c t_x + d t_y + e t_r)||^2 / ||y - (f m + g)||^2

y is one face and x the other, already placed as the hash found best; t_x, t_y, t_r are the changes
of the two when shifted or turned a little more (the tangents of Simard et al., 1993, taken midway
as in Malis's efficient second-order minimisation, 2004), and m is the mean face of the corpus:
other faces explain y little better than m does. Pixels that are black or white in either are left
out, since brightening clips them. Pairs that come near are moved by the c, d, e found and compared
again.
"""

import numpy as np

from ferbench.protocols.perceptual import FEW
from ferbench.protocols.thumbnails import (
    IN_PLACE,
    INNER,
    WINDOW,
    Placement,
    tangents,
    windows,
    windows_at,
)

DARKEST, BRIGHTEST = 4.0, 240.0
LEAST_LIT = 0.25
BLUR = 0.9
NEAR = 0.75
"""The least likeness, before moving, of pairs that are moved and compared again."""

STEPS = 3
FARTHEST = np.array([0.025, 0.025, 3.0])
"""How far a pair is moved from where the hash placed it: shares of the side, and degrees."""


def mean_face(pictures: np.ndarray) -> np.ndarray:
    """The mean window, (WINDOW**2,), drawn towards plain grey where pictures are few."""
    mean = windows(pictures, IN_PLACE).mean(axis=0)
    share = len(pictures) / (len(pictures) + FEW)
    return (mean.mean() + share * (mean - mean.mean())).astype(np.float32)


def likeness(
    still: np.ndarray, moved: np.ndarray, placement: Placement, mean: np.ndarray
) -> np.ndarray:
    """The likeness of each thumbnail of `still` to the same row of `moved`, placed so: (P,)."""
    faces = windows(still, IN_PLACE)
    found, step = _compare(faces, windows(moved, placement), mean)
    near = np.flatnonzero(found >= NEAR)
    if not len(near):
        return found
    start = np.array([placement.across, placement.down, placement.turn])
    sign = np.array([-1.0, 1.0, 1.0] if placement.mirrored else [1.0, 1.0, -1.0])
    unit = np.array([INNER / WINDOW, INNER / WINDOW, np.rad2deg(2 / WINDOW)])
    moves, movement = step[near], np.zeros((len(near), 3))
    for _ in range(STEPS):
        movement = np.clip(movement + moves * sign * unit, -FARTHEST, FARTHEST)
        placed = windows_at(moved[near], start + movement, placement.mirrored)
        again, moves = _compare(faces[near], placed, mean)
        found[near] = np.maximum(found[near], again)
    return found


def _compare(
    faces: np.ndarray, placed: np.ndarray, mean: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The likeness of each pair of windows, and the movement (c, d, e) / a that it came with."""
    lit = np.ones(faces.shape, np.float32)
    for window in (faces, placed):
        lit *= (window > DARKEST) & (window < BRIGHTEST)
    lit[lit.mean(axis=1) < LEAST_LIT] = 1.0
    weight = _blurred(lit)
    scale = 1 / np.maximum(weight, 1e-3)
    y, x, m = (_blurred(values * lit) * scale for values in (faces, placed, mean))
    left, solved = _fit(y, np.stack([x, *tangents((x + y) / 2)], axis=1), weight)
    right, _ = _fit(y, m[:, None], weight)
    gain = solved[:, :1]
    step = np.where(gain > 0.1, solved[:, 1:] / np.maximum(gain, 0.1), 0.0)
    return np.where(right > 1.0, 1 - left / np.maximum(right, 1.0), 0.0), step


def _blurred(values: np.ndarray) -> np.ndarray:
    """Windows under a Gaussian, so that pixels need not meet exactly."""
    place = np.arange(WINDOW, dtype=np.float32)
    kernel = np.exp(-((place[:, None] - place) ** 2) / (2 * BLUR**2))
    kernel /= kernel.sum(axis=1, keepdims=True)
    grid = values.reshape(-1, WINDOW, WINDOW)
    return (kernel @ grid @ kernel.T).reshape(values.shape)


def _fit(
    target: np.ndarray, columns: np.ndarray, weight: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The weighted mean square that `columns` (P, K, D) and a constant leave of `target` (P, D),
    and the share of each column, (P, K)."""
    weight = weight / weight.sum(axis=1, keepdims=True)
    target = target - (weight * target).sum(axis=1, keepdims=True)
    columns = columns - (columns @ weight[..., None])
    weighted = columns * weight[:, None]
    gram = (weighted @ columns.transpose(0, 2, 1)).astype(np.float64)
    diagonal = np.einsum("pkk->pk", gram)
    diagonal += 1e-6 * diagonal + 1e-9
    aims = (weighted @ target[..., None]).astype(np.float64)
    solved = np.linalg.solve(gram, aims)[..., 0]
    rest = target - (solved[:, None].astype(np.float32) @ columns)[:, 0]
    return (weight * rest**2).sum(axis=1), solved
