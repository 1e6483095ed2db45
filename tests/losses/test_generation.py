"""The losses of IDFERM's generator, against plain loops over the formulas."""

import math

import pytest
import torch

from ferbench.losses.adversarial import discriminator_loss, generator_loss
from ferbench.losses.perceptual import feature_distance, identity_distance
from ferbench.losses.symmetry import SymmetryLoss


def faces(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def laplacian(face, row, column):
    """At one pixel of a picture given as rows of numbers; beyond the border there is zero."""

    def at(m, n):
        inside = 0 <= m < len(face) and 0 <= n < len(face[0])
        return face[m][n] if inside else 0.0

    around = at(row - 1, column) + at(row + 1, column) + at(row, column - 1) + at(row, column + 1)
    return around - 4 * at(row, column)


@pytest.mark.parametrize("space", ["laplacian", "pixel"])
def test_symmetry_against_a_loop(space, same_with_gradients):
    x = faces(2, 1, 5, 6).requires_grad_()
    width, height, total = 6, 5, 0
    for face in x:
        rows = [list(row) for row in face[0]]
        for n in range(1, width // 2 + 1):
            for m in range(height):
                mirror = width - (n - 1)
                columns = (n - 1, mirror - 1)
                one, other = (
                    laplacian(rows, m, c) if space == "laplacian" else rows[m][c] for c in columns
                )
                total = total + (one - other).abs() / (width / 2 * height)
    same_with_gradients(SymmetryLoss(space == "laplacian")(x), total / 2, x)


@pytest.mark.parametrize("laplacian", [True, False])
def test_a_mirrored_image_is_symmetric(laplacian):
    half = torch.rand(3, 1, 64, 32)
    loss = SymmetryLoss(laplacian)
    assert loss(torch.cat([half, half.flip(3)], 3)).item() == pytest.approx(0, abs=1e-6)
    assert loss(torch.cat([half, half.flip(2).flip(3)], 3)) > 0.1, "upside down"


def test_by_the_printed_index_a_mirrored_image_is_not_symmetric():
    """Columns n and W - (n + 1), counted from one."""
    half = torch.rand(3, 1, 64, 32)
    image = torch.cat([half, half.flip(3)], 3)
    printed = [(image[..., n - 1] - image[..., 64 - (n + 1) - 1]).abs() for n in range(1, 33)]
    assert torch.stack(printed).mean() > 0.1


def test_light_from_one_side_counts_in_pixels_alone():
    """A brightness that rises from left to right is no asymmetry to the Laplacian."""
    ramp = torch.linspace(-1, 1, 64).expand(1, 1, 64, 64)
    inner = torch.nn.functional.pad(ramp[..., 1:-1, 1:-1], (1, 1, 1, 1))
    pixel, laplace = SymmetryLoss(False), SymmetryLoss()
    assert pixel(inner) > 0.9
    values = torch.nn.functional.conv2d(ramp, laplace.kernel)
    assert values.abs().max() < 1e-5


def test_feature_distance_against_a_loop(same_with_gradients):
    one, other = faces(2, 3, 4, 5).requires_grad_(), faces(2, 3, 4, 5, seed=1)
    total = 0
    for n in range(2):
        for i in range(4):
            for j in range(5):
                norm = sum((one[n, c, i, j] - other[n, c, i, j]) ** 2 for c in range(3))
                total = total + norm / (4 * 5)
    same_with_gradients(feature_distance(one, other), total / 2, one)


def test_identity_distance_against_a_loop(same_with_gradients):
    maps, feature = faces(2, 3, 2, 4).requires_grad_(), faces(2, 5).requires_grad_()
    others = faces(2, 3, 2, 4, seed=1), faces(2, 5, seed=2)
    total = 0
    for n in range(2):
        for c in range(3):
            for i in range(2):
                for j in range(4):
                    total = total + (maps[n, c, i, j] - others[0][n, c, i, j]).abs() / (2 * 4)
        for k in range(5):
            total = total + (feature[n, k] - others[1][n, k]).abs()
    same_with_gradients(identity_distance((maps, feature), others), total / 2, maps, feature)


def test_adversarial_losses_against_a_loop():
    real, generated = faces(5), faces(4, seed=1)

    def dis(logit):
        return 1 / (1 + math.exp(-logit))

    fooled = sum(-math.log(dis(s)) for s in generated.tolist()) / 4
    told = sum(-math.log(dis(s)) for s in real.tolist()) / 5
    told += sum(-math.log(1 - dis(s)) for s in generated.tolist()) / 4
    assert generator_loss(generated).item() == pytest.approx(fooled)
    assert discriminator_loss(real, generated).item() == pytest.approx(told)


def test_a_sure_discriminator_gives_finite_losses():
    sure = torch.tensor([-1e4, 1e4])
    assert torch.isfinite(generator_loss(sure))
    assert torch.isfinite(discriminator_loss(sure, sure))
