"""What IF-GAN makes of faces (its figure 5), and where its generator looks for it (figure 6)."""

from collections.abc import Sequence

import numpy as np
import torch

from ferbench.contracts.faces import Faces
from ferbench.contracts.panels import Panel
from ferbench.contracts.run import RunContext
from ferbench.nets.self_attention import SelfAttention
from ferbench.training.heat import heat
from ferbench_ifgan.method import IfGan

POINTS = {"eye": (0.33, 0.36), "cheek": (0.68, 0.52), "mouth": (0.5, 0.66)}
"""Where the three queries stand, (x, y) as shares of the picture's side: a face in its middle."""
DOT = (255, 40, 40)


def transfer(method: IfGan, faces: Faces, run: RunContext) -> Sequence[Panel]:
    """The input, the face made of it, and the average face of the expression it is taken for."""
    return _transfer(method, faces, run)[0]


def transfer_and_attention(method: IfGan, faces: Faces, run: RunContext) -> Sequence[Panel]:
    """That, and the rows of the last attention module of three query points, over the made face."""
    panels, attended = _transfer(method, faces, run)
    module = method.network.generator.on_decoder
    assert isinstance(module, SelfAttention)
    return [*panels, *(_attention(module, attended, panels[1], name) for name in POINTS)]


@torch.no_grad()
def _transfer(method: IfGan, faces: Faces, run: RunContext) -> tuple[list[Panel], torch.Tensor]:
    """The three columns, and the maps that the last attention module was given."""
    method.on(run.device)
    network = method.network.eval()
    x = method.view.centre(faces.images(), run.device)
    attended: list[torch.Tensor] = []
    hook = network.generator.on_decoder.register_forward_pre_hook(
        lambda module, given: attended.append(given[0])
    )
    with hook:
        made = network.generator(x)
    guessed = network.classifier(network.encoder(x, made)).argmax(1)
    panels = [
        Panel("input", _pictures(x)),
        Panel("generated", _pictures(made)),
        Panel("average of\nthe class guessed", _pictures(network.averages[guessed])),
    ]
    return panels, attended[0]


@torch.no_grad()
def _attention(module: SelfAttention, maps: torch.Tensor, over: Panel, name: str) -> Panel:
    """A row of the softmax, scaled to [0, 1] face by face; a dot where its query stands."""
    height, width = maps.shape[2:]
    at_x, at_y = POINTS[name]
    row = module.row(maps, int(at_y * height), int(at_x * width))
    side = over.pictures.shape[1]
    pictures = over.pictures.copy()
    half = max(1, side // 48)
    y, at = int(at_y * side), int(at_x * side)
    pictures[:, y - half : y + half, at - half : at + half] = DOT
    return Panel(f"attention\nfrom the {name}", pictures, heat(row[:, None], (side, side)))


def _pictures(faces: torch.Tensor) -> np.ndarray:
    """(N, 3, S, S) as the networks see them -> (N, S, S, 3) uint8."""
    levels = (faces * 128 + 127.5).round().clamp(0, 255).to(torch.uint8)
    return levels.permute(0, 2, 3, 1).cpu().numpy()
