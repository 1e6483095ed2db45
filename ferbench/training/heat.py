"""Heat-maps over the windows that a network of ten crops sees (ED2L, figure 5)."""

from collections.abc import Callable, Mapping

import numpy as np
import torch
from torch.nn import functional as F

from ferbench.contracts.faces import Faces
from ferbench.contracts.panels import Panel
from ferbench.contracts.run import RunContext
from ferbench.imaging.crops import centre_crop, to_batch
from ferbench.training.ten_crops import TenCropClassifier


def heat(maps: torch.Tensor, size: tuple[int, int]) -> np.ndarray:
    """The sum of a face's feature maps, brought to [0, 1] and resized: (N, C, h, w) -> (N, H, W).

    h = (S - min S) / (max S - min S) with S = sum_c maps_c, minimum and maximum over one face's
    h x w sums; 0 where all of them are the same. ED2L, section 3.5: "the sum of these feature maps
    is normalized to [0, 1] to calculate the heat-maps", which are "resized"; bilinear is ours. So a
    colour says where in a face the sum is largest, and nothing of one face beside another.
    """
    total = maps.sum(1, keepdim=True)
    low, high = total.amin((2, 3), keepdim=True), total.amax((2, 3), keepdim=True)
    scaled = (total - low) / (high - low).clamp(min=torch.finfo(total.dtype).tiny)
    return F.interpolate(scaled, size=size, mode="bilinear").squeeze(1).cpu().numpy()


@torch.no_grad()
def heat_panels(
    method: TenCropClassifier,
    faces: Faces,
    run: RunContext,
    maps: Callable[[torch.Tensor], Mapping[str, torch.Tensor]],
) -> tuple[Panel, ...]:
    """The centre window of each face as it is, and then under the sum of each of its maps.

    maps: windows (N, C, H, W), normalised -> feature maps (N, C', h, w) by name.
    """
    method.on(run.device)
    method.network.eval()
    window = method.view.window
    pixels = centre_crop(to_batch(torch.from_numpy(faces.images()).to(run.device)), window)
    pictures = pixels.permute(0, 2, 3, 1).cpu().numpy()
    columns = [Panel("input", pictures)]
    for name, found in maps(method.view.normalise(pixels)).items():
        channels, height, width = found.shape[1:]
        title = f"{name}\n{channels} maps, {height} x {width}"
        columns.append(Panel(title, pictures, heat(found, window)))
    return tuple(columns)
