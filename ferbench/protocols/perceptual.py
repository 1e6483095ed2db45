"""Perceptual hashes: 128 signs of the lowest cosine frequencies, against the corpus's own average.

All aligned faces share their coarse light and dark. Each coefficient is therefore compared with its
median over the corpus, not with zero, so that the bits say how a face differs from the average one.
"""

import numpy as np

from ferbench.protocols.thumbnails import IN_PLACE, WINDOW, Placement, tangents, windows

BITS = 128
WORDS = BITS // 64
FEW = 16
"""So many pictures count as one average of no particular face when medians are taken."""


class Hasher:
    """Hashes the thumbnails of one corpus."""

    def __init__(self, pictures: np.ndarray) -> None:
        self._pictures = pictures
        self._basis = _cosines()
        self._middle = np.zeros(BITS, np.float32)
        share = np.float32(len(pictures) / (len(pictures) + FEW))
        if len(pictures):
            self._middle = np.median(self.coefficients(IN_PLACE), axis=0) * share

    def coefficients(self, placement: Placement) -> np.ndarray:
        """How each thumbnail, moved so, differs from the median one: (N, BITS) float32."""
        return standardised(windows(self._pictures, placement)) @ self._basis - self._middle

    def tangents(self) -> np.ndarray:
        """The change of the coefficients when a thumbnail is shifted or turned: (N, 3, BITS)."""
        still = standardised(windows(self._pictures, IN_PLACE))
        return np.stack([change @ self._basis for change in tangents(still)], axis=1)

    def hashes(self, placement: Placement) -> np.ndarray:
        """The signs of the coefficients: (WORDS, N) uint64."""
        packed = np.packbits(self.coefficients(placement) > 0, axis=1)
        return np.ascontiguousarray(packed.view(np.uint64).T)


class Agreement:
    """How well hashed pictures agree, some small movement allowed: a cosine of coefficients.

    What shifting or turning the first picture a little would change is taken out of both.
    """

    def __init__(self, hasher: Hasher) -> None:
        found = hasher.coefficients(IN_PLACE)
        freedom, _ = np.linalg.qr(hasher.tangents().transpose(0, 2, 1))
        found -= np.einsum("ndk,nk->nd", freedom, np.einsum("ndk,nd->nk", freedom, found))
        found /= np.maximum(np.linalg.norm(found, axis=1, keepdims=True), 1e-6)
        self._still = np.concatenate([found[:, None], freedom.transpose(0, 2, 1)], axis=1)

    def cosines(self, rows: np.ndarray, moved: np.ndarray) -> np.ndarray:
        """Of each picture of `rows` with the coefficients of another one, (P, BITS): (P,)."""
        along = np.einsum("pkd,pd->pk", self._still[rows], moved)
        rest = np.square(moved).sum(axis=1) - np.square(along[:, 1:]).sum(axis=1)
        return along[:, 0] / np.sqrt(np.maximum(rest, 1e-9))


def standardised(values: np.ndarray) -> np.ndarray:
    """Each row to zero mean and length 1; a constant row to zeros."""
    values = values - values.mean(axis=1, keepdims=True)
    return values / np.maximum(np.linalg.norm(values, axis=1, keepdims=True), 1e-3)


def _cosines() -> np.ndarray:
    """(WINDOW**2, BITS): the lowest two-dimensional cosines but the constant one.

    Frequencies are dealt out to the words of a hash in turn, so that each word alone tells faces
    apart.
    """
    order = np.arange(WINDOW)
    lines = np.cos(np.pi * order[:, None] * (2 * order + 1) / (2 * WINDOW))
    pairs = sorted(
        ((u, v) for u in order for v in order if u + v),
        key=lambda uv: (uv[0] ** 2 + uv[1] ** 2, uv),
    )[:BITS]
    dealt = [pair for word in range(WORDS) for pair in pairs[word::WORDS]]
    waves = np.stack([np.outer(lines[u], lines[v]).ravel() for u, v in dealt], axis=1)
    return (waves / np.linalg.norm(waves, axis=0)).astype(np.float32)
