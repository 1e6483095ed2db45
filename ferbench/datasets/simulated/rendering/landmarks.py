"""Where the 68 landmarks of face databases lie on a rendered face."""

import numpy as np
import torch
from torch import Tensor

from ferbench.datasets.simulated.rendering.layout import Layout
from ferbench.datasets.simulated.rendering.surface import HALF_WIDTH, HeadGrid

LANDMARKS = 68
JAW, BROWS, NOSE, EYES, MOUTH = 0, 17, 27, 36, 48
"""First of each group, in the customary order: from the left of the picture to its right."""

EYE_HALF_WIDTH, EYE_HALF_HEIGHT = 0.125, 0.04
LIP_HALF_HEIGHT = 0.075


def landmark_points(grid: HeadGrid, layout: Layout, points: Tensor) -> Tensor:
    """(3, B, 68): the texels of `points` (3, B, rows, columns) nearest to each landmark."""
    wanted = _canonical(layout)
    facing = grid.out > 0
    x, y = grid.x[facing], grid.y[facing]
    distance = (wanted[..., :1] - x) ** 2 + (wanted[..., 1:] - y) ** 2
    nearest = distance.argmin(-1)
    on_face = points[:, :, facing]
    return on_face.gather(2, nearest.expand(3, -1, -1))


def _canonical(layout: Layout) -> Tensor:
    """(B, 68, 2) canonical coordinates; contours are those of the average face."""
    people = len(layout.mouth_y)
    places = torch.zeros(people, LANDMARKS, 2)
    eye_x, eye_y = layout.eye_x[:, 0], layout.eye_y[:, 0]
    angle = torch.linspace(np.pi, 2 * np.pi, BROWS - JAW)
    places[:, JAW:BROWS, 0] = 0.97 * HALF_WIDTH * torch.cos(angle)
    places[:, JAW:BROWS, 1] = 0.98 * torch.sin(angle)
    for side, turn in ((0, -1), (1, 1)):
        brow = slice(BROWS + 5 * side, BROWS + 5 * side + 5)
        reach = torch.linspace(0.18, -0.16, 5) * (-turn)
        places[:, brow, 0] = turn * eye_x - reach
        places[:, brow, 1] = eye_y + 0.2
        eye = slice(EYES + 6 * side, EYES + 6 * side + 6)
        around = torch.tensor([180.0, 120, 60, 0, -60, -120]).deg2rad()
        places[:, eye, 0] = turn * eye_x + EYE_HALF_WIDTH * torch.cos(around)
        places[:, eye, 1] = eye_y + EYE_HALF_HEIGHT * torch.sin(around)
    tip = layout.nose_tip_y[:, 0]
    down = torch.linspace(0, 1, 4)
    places[:, NOSE : NOSE + 4, 1] = eye_y + 0.05 + (tip - eye_y - 0.05) * down
    places[:, NOSE + 4 : EYES, 0] = torch.linspace(-0.12, 0.12, 5)
    places[:, NOSE + 4 : EYES, 1] = tip - 0.09
    _mouth(layout, places[:, MOUTH:])
    return places


def _mouth(layout: Layout, places: Tensor) -> None:
    """Twelve points around the lips and eight around the opening, both from the left corner."""
    (left_x, right_x), (left_y, right_y) = layout.corner_x, layout.corner_y
    left, right = -left_x[:, 0], right_x[:, 0]
    for first, count, height in ((0, 12, LIP_HALF_HEIGHT), (12, 8, 0.3 * LIP_HALF_HEIGHT)):
        around = torch.arange(count) * (-2 * np.pi / count) + np.pi
        across = (torch.cos(around) + 1) / 2
        level = left_y[:, 0] + (right_y[:, 0] - left_y[:, 0]) * across
        part = places[:, first : first + count]
        part[..., 0] = left + (right - left) * across
        part[..., 1] = level + height * torch.sin(around)


def five_points(landmarks: np.ndarray) -> np.ndarray:
    """(5, 2): middles of the eyes, tip of the nose, corners of the mouth, left before right."""
    eyes = (landmarks[EYES : EYES + 6].mean(0), landmarks[EYES + 6 : MOUTH].mean(0))
    return np.stack([*eyes, landmarks[NOSE + 3], landmarks[MOUTH], landmarks[MOUTH + 6]])
