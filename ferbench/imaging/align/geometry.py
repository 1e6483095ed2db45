"""Similarity transforms between landmarks and the one template that all methods share.

Points are (x, y) in pixels with whole numbers at the centres of pixels, as dataset landmarks are;
transforms are (2, 3) matrices [A | t] with A = scale * rotation.
"""

import numpy as np

POINTS = ("left eye", "right eye", "nose tip", "left corner of the mouth", "right corner")
"""The five landmarks in order; left as seen in the picture."""

TEMPLATE = np.array([[0.3, 0.3], [0.7, 0.3], [0.5, 0.51], [0.339, 0.735], [0.661, 0.735]])
"""Where the five points lie in the unit square of a face, (x, y) from the top left corner.

The square reaches from the middle of the forehead to the chin. The proportions are the means over
102 neutral faces (Face Research Lab London Set), made symmetric; the eyes are 0.4 apart.
"""


def similarity(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """Transforms (N, 2, 3) that take `source` (N, P, 2) nearest to `target`, (N, P, 2) or (P, 2).

    Least squares over scale, rotation and translation, without reflection; Umeyama, "Least-squares
    estimation of transformation parameters between two point patterns", PAMI 13 (1991). In the
    plane his singular values reduce to one complex quotient: with centred points p and q written
    as x + iy, the scale and rotation are a = sum(conj(p) q) / sum(|p|^2).
    """
    p, q = _complex(source), np.broadcast_to(_complex(target), np.shape(source)[:2])
    p_mean, q_mean = p.mean(1, keepdims=True), q.mean(1, keepdims=True)
    spread = (np.abs(p - p_mean) ** 2).sum(1)
    if not (spread > 0).all():
        raise ValueError("landmarks that all lie in one place do not tell how a face lies")
    a = ((p - p_mean).conj() * (q - q_mean)).sum(1) / spread
    t = q_mean[:, 0] - a * p_mean[:, 0]
    rows = [np.stack([a.real, -a.imag, t.real], -1), np.stack([a.imag, a.real, t.imag], -1)]
    return np.stack(rows, axis=1)


def template(height: int, width: int, margin: float) -> np.ndarray:
    """The template in pixels (5, 2) of an image of `height` x `width`.

    The unit square of the face lies in the middle; on the shorter side of the image it leaves
    `margin`, in units of the face, on either hand: 0 fills the image, 0.25 gives half as much
    again.
    """
    if margin <= -0.5:
        raise ValueError(f"a margin of {margin} leaves no room for the face; it must exceed -0.5")
    side = min(height, width) / (1 + 2 * margin)
    return (TEMPLATE - 0.5) * side + [(width - 1) / 2, (height - 1) / 2]


def inverted(transforms: np.ndarray) -> np.ndarray:
    """The transforms (N, 2, 3) that undo `transforms` (N, 2, 3)."""
    linear = np.linalg.inv(transforms[:, :, :2])
    return np.concatenate([linear, -linear @ transforms[:, :, 2:]], axis=2)


def applied(transforms: np.ndarray, points: np.ndarray) -> np.ndarray:
    """`points` (N, P, 2) or (P, 2) moved by each of the transforms (N, 2, 3): (N, P, 2)."""
    return points @ transforms[:, :, :2].transpose(0, 2, 1) + transforms[:, None, :, 2]


def turning(degrees: float, height: int, width: int) -> tuple[np.ndarray, tuple[int, int]]:
    """The rotation (1, 2, 3) of a picture about its middle, and the size that holds all of it."""
    angle = np.deg2rad(degrees)
    cosine, sine = np.cos(angle), np.sin(angle)
    new_width = int(np.ceil(abs(width * cosine) + abs(height * sine) - 1e-9))
    new_height = int(np.ceil(abs(width * sine) + abs(height * cosine) - 1e-9))
    linear = np.array([[cosine, -sine], [sine, cosine]])
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    new_middle = np.array([(new_width - 1) / 2, (new_height - 1) / 2])
    transform = np.concatenate([linear, (new_middle - linear @ middle)[:, None]], axis=1)
    return transform[None], (new_height, new_width)


def _complex(points: np.ndarray) -> np.ndarray:
    points = np.asarray(points, dtype=np.float64)
    return points[..., 0] + 1j * points[..., 1]
