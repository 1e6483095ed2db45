"""Landmarks seen again: O-Net on the face turned upright by its own first landmarks.

O-Net learned from nearly upright faces, and is most exact where a face is upright and fills the
window as those did. Each face is also shown mirrored and the two answers are averaged, so that
what the network does differently left and right cancels.
"""

import numpy as np
import torch
from torch import Tensor

from ferbench.imaging.align.geometry import applied, inverted, similarity
from ferbench.imaging.align.networks import ONET_SIDE, ONet
from ferbench.imaging.align.warp import warp

WINDOW = np.array([[0.31, 0.39], [0.69, 0.39], [0.5, 0.586], [0.346, 0.798], [0.654, 0.798]])
"""Where the five points lie in the window that O-Net is shown, in units of its side."""

MIRRORED = (1, 0, 2, 4, 3)
"""The order of the points of a face in a mirror."""

ROUNDS = 2
"""The second round mends what the first saw askew, in faces turned by much."""


@torch.inference_mode()
def refined(onet: ONet, pictures: Tensor, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Better landmarks (N, 5, 2) of the face in each of `pictures` (N, 3, H, W), scaled to +-1.

    Also the least probability (N,) that O-Net gave while it looked.
    """
    least = np.ones(len(points))
    for _ in range(ROUNDS):
        upright = similarity(points, WINDOW * ONET_SIDE - 0.5)
        faces = warp(pictures, upright, ONET_SIDE, ONET_SIDE)
        score, _, plain = onet(faces)
        mirrored_score, _, mirrored = onet(faces.flip(-1))
        mirrored = mirrored[:, MIRRORED] * mirrored.new_tensor([-1, 1]) + plain.new_tensor([1, 0])
        seen = ((plain + mirrored) / 2).double().cpu().numpy() * ONET_SIDE - 0.5
        points = applied(inverted(upright), seen)
        least = np.minimum(least, torch.minimum(score, mirrored_score).double().cpu().numpy())
    return points, least
