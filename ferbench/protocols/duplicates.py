"""Near-duplicate images: copies that were mirrored, shifted, brightened or turned a little.

A perceptual hash finds the candidates among all pairs, a registered comparison of the two
thumbnails decides. Measured on simulated and real faces in docs/decisions/0008.
"""

from collections.abc import Iterator

import numpy as np

from ferbench.protocols.perceptual import WORDS, Agreement, Hasher
from ferbench.protocols.resemblance import likeness, mean_face
from ferbench.protocols.thumbnails import IN_PLACE, PLACEMENTS

FIRST_WORD = 18
"""Hashes are compared further where at most so many of the first 64 bits differ."""

ALL_WORDS = 36
"""At most so many of all bits differ between an image and a copy placed as nearly as we try."""

LIKENESS = 0.94
"""The least likeness of a copy."""

ROUGHLY = 0.75
"""The least cosine of the coefficients behind two hashes; below it, no finer comparison."""

ROWS, COLUMNS = 256, 2048
"""A block of pairs that stays in a processor's cache."""


def near_duplicates(prints: np.ndarray, sides: np.ndarray | None = None) -> list[tuple[int, int]]:
    """The pairs (i, j), i < j, of near-duplicate images among the thumbnails, sorted.

    prints: (N, 40, 40) uint8, see `thumbnails.thumbnails`.
    sides: (N,) numbers; images of the same side are not compared. All are, by default.
    """
    if len(prints) < 2:
        return []
    sides = np.arange(len(prints)) if sides is None else np.asarray(sides)
    order = np.argsort(sides, kind="stable")
    hasher = Hasher(prints)
    candidates = _candidates(hasher, order, sides[order])
    mean = mean_face(prints)
    agreement = Agreement(hasher)
    found: list[tuple[int, int]] = []
    for number, placement in enumerate(PLACEMENTS):
        rows, columns = candidates[candidates[:, 2] == number, :2].T
        moved = hasher.coefficients(placement)
        for part in _chunks(len(rows)):
            left, right = rows[part], columns[part]
            rough = agreement.cosines(left, moved[right]) >= ROUGHLY
            left, right = left[rough], right[rough]
            same = likeness(prints[left], prints[right], placement, mean) >= LIKENESS
            found += zip(left[same].tolist(), right[same].tolist(), strict=True)
    return sorted((min(pair), max(pair)) for pair in found)


def _chunks(count: int, size: int = 4096) -> Iterator[slice]:
    return (slice(start, start + size) for start in range(0, count, size))


def _candidates(hasher: Hasher, order: np.ndarray, sides: np.ndarray) -> np.ndarray:
    """(P, 3): the rows and the nearest placement of pairs on different sides whose hashes are near.

    order: the rows, those of a side together; sides: their sides, ascending.
    """
    still = hasher.hashes(IN_PLACE)[:, order]
    moved = np.stack([hasher.hashes(placement)[:, order] for placement in PLACEMENTS])
    count = len(order)
    found = [np.empty((0, 3), np.int32)]
    for top in range(0, count, ROWS):
        bottom = min(top + ROWS, count)
        beyond = int(np.searchsorted(sides, sides[top], side="right"))
        for first in range(beyond, count, COLUMNS):
            last = min(first + COLUMNS, count)
            pairs = _near(still[:, top:bottom], moved[:, :, first:last])
            pairs[:, 0] += top
            pairs[:, 1] += first
            across = (sides[pairs[:, 0]] != sides[pairs[:, 1]]) & (pairs[:, 0] < pairs[:, 1])
            found.append(pairs[across])
    together = np.concatenate(found)
    together[:, :2] = order[together[:, :2]]
    return together


def _near(still: np.ndarray, moved: np.ndarray) -> np.ndarray:
    """(P, 3): row, column and nearest placement where the hashes of a block are near.

    still: (WORDS, R); moved: (placements, WORDS, C).
    """
    shape = (still.shape[1], moved.shape[2])
    differing = np.empty(shape, np.uint64)
    bits = np.empty(shape, np.uint8)
    near = np.empty(shape, bool)
    hits = []
    for placement, words in enumerate(moved):
        np.bitwise_xor(still[0][:, None], words[0][None], out=differing)
        np.bitwise_count(differing, out=bits)
        np.less_equal(bits, FIRST_WORD, out=near)
        flat = np.flatnonzero(near)
        rows, columns = np.divmod(flat, shape[1])
        distance = bits.ravel()[flat].astype(np.int64)
        for word in range(1, WORDS):
            distance += np.bitwise_count(still[word][rows] ^ words[word][columns])
        keep = distance <= ALL_WORDS
        hits.append(
            np.stack([rows, columns, np.full(len(rows), placement), distance], axis=1)[keep]
        )
    every = np.concatenate(hits)
    every = every[np.lexsort((every[:, 3], every[:, 1], every[:, 0]))]
    new = np.ones(len(every), bool)
    new[1:] = (every[1:, :2] != every[:-1, :2]).any(axis=1)
    return every[new, :3].astype(np.int32)
