"""Flaws of the picture: blur and noise, as the level asks and reproducibly."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from ferbench.datasets.simulated.capture.degrade import Flaws, degrade, draw_flaws, draw_noise
from ferbench.datasets.simulated.capture.view import LARGEST_TURN, draw_views
from ferbench.datasets.simulated.levels import LEVELS

WILD = LEVELS["wild"]
SHARP = Flaws(blur=0.01)


def no_noise(count: int, size: int) -> np.ndarray:
    return np.zeros((count, size, size), dtype=np.float32)


def test_blur_spreads_a_point_by_its_standard_deviation_and_keeps_its_light() -> None:
    size, sigma = 64, 0.8
    point = torch.zeros(2, 3, size, size)
    point[:, :, 32, 32] = 1.0
    finished = degrade(point, [SHARP, Flaws(sigma)], no_noise(2, size), WILD).float() / 255
    assert finished[0, 0, 32, 32] == 1.0
    assert finished[0, 0].sum() == 1.0
    spread = finished[1, 0] / finished[1, 0].sum()
    variance = (spread.sum(0) * (torch.arange(size) - 32.0) ** 2).sum()
    assert variance.item() == pytest.approx(sigma**2, rel=0.1)
    assert finished[1, 0].sum().item() == pytest.approx(1.0, abs=0.03)


def test_blur_scales_with_the_picture() -> None:
    """The same standard deviation at 128 pixels leaves the half of a picture as at 64."""

    def share_in_the_middle(size: int) -> float:
        stripe = torch.zeros(1, 3, size, size)
        stripe[..., : size // 2] = 1.0
        blurred = degrade(stripe, [Flaws(0.8)], no_noise(1, size), WILD).float()
        return float(((blurred > 25) & (blurred < 230)).float().mean())

    assert share_in_the_middle(128) == pytest.approx(share_in_the_middle(64), rel=0.35)


def test_noise_has_the_standard_deviation_of_the_level() -> None:
    noise = np.stack([draw_noise(0, 1, "fear", 0, frame, 64, WILD) for frame in range(4)])
    assert noise.std() == pytest.approx(WILD.noise, rel=0.05)
    assert abs(np.corrcoef(noise[0].ravel(), noise[1].ravel())[0, 1]) < 0.1
    grey = torch.full((4, 3, 64, 64), 0.5)
    finished = degrade(grey, [SHARP] * 4, noise, WILD).float()
    assert finished.std().item() == pytest.approx(255 * WILD.noise, rel=0.05)
    assert torch.equal(finished[:, 0], finished[:, 2])


def test_flaws_follow_the_level() -> None:
    wild = [draw_flaws(0, subject, "fear", 0, WILD) for subject in range(400)]
    blurs = np.array([flaws.blur for flaws in wild])
    assert blurs.min() >= 0.3 * WILD.blur
    assert blurs.max() <= WILD.blur


def test_views_follow_the_level() -> None:
    for level in LEVELS.values():
        views = [draw_views(0, subject, "fear", 0, level, 1)[0] for subject in range(500)]
        degrees = np.degrees([view.pose for view in views])
        assert np.allclose(degrees.std(0), level.pose, rtol=0.12)
        assert np.abs(degrees).max() <= LARGEST_TURN
        assert np.array([view.shift for view in views]).std() == pytest.approx(level.shift, rel=0.1)
        assert min(view.light[2] for view in views) >= 0.2


def test_a_recording_keeps_its_light_while_the_head_drifts_a_little() -> None:
    views = draw_views(0, 3, "fear", 0, replace(WILD, pose=(6.0, 6.0, 6.0)), 8)
    assert len({(view.light, view.background, view.exposure, view.shift) for view in views}) == 1
    steps = np.abs(np.diff(np.degrees([view.pose for view in views]), axis=0))
    assert steps.min() > 0
    assert steps.max() < 3
