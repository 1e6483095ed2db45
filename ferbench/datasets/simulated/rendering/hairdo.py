"""Hairstyles of a batch, as numbers that shape the hair."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ferbench.datasets.simulated.person.identity import HairStyle, Identity


@dataclass(frozen=True, slots=True)
class Hairdo:
    """Each (B, 1, 1), 0 or 1 unless stated.

    haired: not bald. fringe, receding, curly, tied: the style. long: adds volume.
    falls:  to the shoulders, over the ears.
    parted: -1 or 1, where the parting is, or 0 without one.
    """

    haired: Tensor
    fringe: Tensor
    long: Tensor
    falls: Tensor
    receding: Tensor
    parted: Tensor
    curly: Tensor
    tied: Tensor


def collate_hairdos(identities: Sequence[Identity]) -> Hairdo:
    """The hairdos of these people."""
    styles = [person.hair_style for person in identities]
    return Hairdo(
        haired=_numbers(style is not HairStyle.BALD for style in styles),
        fringe=_numbers(style is HairStyle.FRINGE for style in styles),
        long=_numbers(style is HairStyle.LONG for style in styles),
        falls=_numbers(map(_falls, identities)),
        receding=_numbers(style is HairStyle.RECEDING for style in styles),
        parted=_numbers(map(_parting, identities)),
        curly=_numbers(style is HairStyle.CURLY for style in styles),
        tied=_numbers(style is HairStyle.TIED for style in styles),
    )


def _falls(person: Identity) -> bool:
    """Women's hair is long under a fringe and in curls as well."""
    loose = person.hair_style in (HairStyle.FRINGE, HairStyle.CURLY)
    return person.hair_style is HairStyle.LONG or (loose and person.masculinity < 0)


def _parting(person: Identity) -> float:
    if person.hair_style is not HairStyle.SIDE_PARTED:
        return 0.0
    return 1.0 if person.shape.hair_peak > 0 else -1.0


def _numbers(values: Iterable[float]) -> Tensor:
    return torch.tensor([float(value) for value in values])[:, None, None]
