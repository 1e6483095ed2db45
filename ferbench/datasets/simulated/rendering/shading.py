"""Light on the surface: wrapped Lambert, hemisphere ambient, a highlight, cavity occlusion."""

import torch
import torch.nn.functional as F
from torch import Tensor

from ferbench.datasets.simulated.rendering.batch import Views
from ferbench.datasets.simulated.rendering.canvas import Canvas

WRAP = 0.25
"""How far light reaches round the terminator: skin is soft."""

GAIN = 1.12


def normals(points: Tensor) -> Tensor:
    """(3, B, rows, columns) outward unit normals of a surface given by its grid of points."""
    along_row = F.pad(points[..., 2:] - points[..., :-2], (1, 1, 0, 0), mode="replicate")
    down = F.pad(points[..., 2:, :] - points[..., :-2, :], (0, 0, 1, 1), mode="replicate")
    normal = torch.stack(
        [
            down[1] * along_row[2] - down[2] * along_row[1],
            down[2] * along_row[0] - down[0] * along_row[2],
            down[0] * along_row[1] - down[1] * along_row[0],
        ]
    )
    return normal * ((normal * normal).sum(0) + 1e-14).rsqrt()


def illuminate(normal: Tensor, views: Views, reached: Tensor | float = 1.0) -> Tensor:
    """(B, rows, columns): light that falls on a surface; `reached` is the lamp's share of it."""
    brightness = views.brightness
    lambert = _facing(normal, views.light[..., None, None]).add(WRAP).div(1 + WRAP).clamp_min(0)
    ambient = 0.5 + 0.16 * normal[1] + 0.12 * normal[2]
    return brightness * lambert * reached + (1 - 0.55 * brightness) * ambient


def shade(canvas: Canvas, normal: Tensor, hair: Tensor, views: Views, lamp: Tensor) -> Tensor:
    """(B, 3, rows, columns): the light that every texel sends to the camera, linear RGB.

    normal: (3, B, rows, columns) in camera axes. hair: (B, rows, columns) cover; hair is dull.
    lamp: (B, rows, columns) 0 in a cast shadow, 1 outside.
    """
    light, brightness = views.light[..., None, None], views.brightness
    lit = illuminate(normal, views, lamp) * _occlusion(canvas.offset[2])

    # eyeballs and teeth lie in the shade of lids and lips and would look painted on if fully lit
    flat = 0.55 * brightness + 0.6 * (1 - 0.55 * brightness)
    unlit = (0.55 * canvas.mouth_opening).maximum(0.6 * canvas.eyes)
    lit = lit + (flat - lit) * unlit

    halfway = light + torch.tensor([0.0, 0.0, 1.0]).view(3, 1, 1)
    halfway = halfway / halfway.square().sum(1, keepdim=True).sqrt()
    mirrored = _facing(normal, halfway).clamp_min(0)
    fourth = mirrored.square().square()
    sixteenth = fourth.square().square()
    eyes = canvas.eyes * (sixteenth.square() * fourth.square())  # to the power of 40
    gloss = sixteenth * fourth * 0.10 * brightness * (1 - 0.7 * hair) + eyes * 0.08
    gloss = gloss * (1 - 0.8 * canvas.mouth_opening) * lamp
    return canvas.colour * (canvas.shade * lit * GAIN)[:, None] + gloss[:, None]


def _facing(normal: Tensor, direction: Tensor) -> Tensor:
    """(B, rows, columns): cosine between normals and directions (B, 3, 1, 1)."""
    x, y, z = direction.unbind(1)
    return normal[0] * x + normal[1] * y + normal[2] * z


def _occlusion(height: Tensor) -> Tensor:
    """(B, rows, columns): less ambient light where the relief lies below its surroundings."""
    small = F.avg_pool2d(F.pad(height[:, None], (1, 1, 1, 1), mode="replicate"), 3, 2)
    smooth = F.avg_pool2d(small, 5, 1, 2, count_include_pad=False)
    around = F.interpolate(smooth, height.shape[1:], mode="bilinear", align_corners=False)[:, 0]
    return (1 + 2.2 * (height - around).clamp(-0.12, 0.03)).clamp(0.6, 1.06)
