"""The trained generator as a ready-made tool: faces in, frontal neutral faces out."""

from typing import Self

import numpy as np
import torch

from ferbench.contracts.method import Preparation, State
from ferbench.imaging.crops import to_batch
from ferbench.nets.dr_gan import Decoder, DrGanShape, Encoder
from ferbench.training.states import load_module_state
from ferbench_idferm.hng.stages import INPUT

BATCH = 256
"""Faces generated at once."""


class Generator:
    """x' = Dec(Enc(x)), frozen.

    input: how a face is prepared for it.
    """

    input: Preparation = INPUT

    def __init__(self, encoder: Encoder, decoder: Decoder, device: torch.device) -> None:
        self.encoder = encoder.to(device).eval().requires_grad_(False)
        self.decoder = decoder.to(device).eval().requires_grad_(False)
        self.device = device

    @classmethod
    def from_state(cls, state: State, device: torch.device) -> Self:
        """From what the stage `hng` gave."""
        shape = DrGanShape(**state["shape"])
        networks = Encoder(shape), Decoder(shape)
        for network, name in zip(networks, ("encoder", "decoder"), strict=True):
            load_module_state(network, state[name])
        return cls(*networks, device)

    @torch.no_grad()
    def neutral(self, images: np.ndarray) -> np.ndarray:
        """(N, 64, 64, 1) uint8 -> the same, each face as if it were alone."""
        made = [self._made(images[at : at + BATCH]) for at in range(0, len(images), BATCH)]
        return np.concatenate(made) if made else images.copy()

    def _made(self, images: np.ndarray) -> np.ndarray:
        faces = to_signed(torch.from_numpy(images).to(self.device))
        return from_signed(self.decoder(self.encoder(faces)))


def opened(state: State, device: torch.device) -> Generator:
    """As `register_generators` names it."""
    return Generator.from_state(state, device)


def to_signed(images: torch.Tensor) -> torch.Tensor:
    """(N, H, W, C) uint8 -> (N, C, H, W) float in [-1, 1]."""
    return to_batch(images).float() / 127.5 - 1


def from_signed(faces: torch.Tensor) -> np.ndarray:
    """(N, C, H, W) float in [-1, 1] -> (N, H, W, C) uint8."""
    levels = ((faces + 1) * 127.5).round().clamp(0, 255).to(torch.uint8)
    return levels.permute(0, 2, 3, 1).contiguous().cpu().numpy()
