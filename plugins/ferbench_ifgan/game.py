"""The four losses of IF-GAN, what each of them reaches, and the order of the two steps."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import nn
from torch.nn import functional as F

from ferbench.losses.adversarial import discriminator_loss, generator_loss
from ferbench.nets.patch_gan import PatchGan
from ferbench.nets.statistics import own_statistics
from ferbench.training.criteria import Losses
from ferbench.training.residual import IslandCriterion
from ferbench_ifgan.config import IfGanConfig
from ferbench_ifgan.network import IfGanNetwork


@dataclass(frozen=True, slots=True)
class Lot:
    """A part of a batch: faces I_SE, their average faces I_AE, (B, 3, S, S) each, and labels l_e.

    share: of the batch that it is; the shares of a batch's lots have the sum 1.
    """

    faces: torch.Tensor
    averages: torch.Tensor
    labels: torch.Tensor
    share: float


class Game(IslandCriterion):
    """L = lambda1 L_cGAN + lambda2 L_L1 + lambda3 L_softmax + lambda4 L_IL (eq. 1).

    L_cGAN    -E log D(I, I_AE) - E log(1 - D(I, G(I)))                  (eq. 2) -> D
              -E log D(I, G(I)), the non-saturating form                         -> G
    L_L1      E |I_AE - G(I)|, mean over the pixels                      (eq. 3) -> G
    L_softmax -E log p(l | I, I_AE) - E log p(l | I, G(I))               (eq. 4) -> E; the fake -> G
    L_IL      the island loss of E's features                            (eq. 5) -> E; the fake -> G

    Eq. 4 prints no minus sign. With `cls_to_g` off the last two reach E alone, as their notation
    L(E) has it. The curves have them as `discriminator`, `adversarial`, `l1`, `softmax_fake`,
    `softmax_real` and `island`; `accuracy` is that of the fake tuple. The real tuple holds one of C
    fixed pictures that the label chooses, so its accuracy says nothing, and is not looked at; its
    pass leaves the running statistics of batch norm, which at test serve fake tuples, alone.
    """

    def __init__(self, config: IfGanConfig, classes: int, features: int) -> None:
        self.both = config.island_on == "both"
        super().__init__(config, classes, features, tuples=2 if self.both else 1)
        self.lambda1, self.lambda2 = config.lambda1, config.lambda2
        self.cls_to_g = config.cls_to_g
        self.discriminator = PatchGan(config.gan_divisor)

    def play(
        self,
        network: IfGanNetwork,
        lots: Sequence[Lot],
        discriminating: torch.optim.Optimizer,
        generating: torch.optim.Optimizer,
    ) -> Losses:
        """One step of D, which sees G(I) detached, and then one of G and E together.

        The generated faces of a single lot are kept for the second step, so that G runs once; with
        several they are made anew, and no more than one lot's graph is in memory at once.
        """
        single = len(lots) == 1
        found: list[Losses] = []
        discriminating.zero_grad(set_to_none=True)
        made = []
        for lot in lots:
            made.append(network.generator(lot.faces) if single else _forgotten(network, lot))
            loss = self.discrimination(lot, made[-1])
            (lot.share * self.lambda1 * loss).backward()
            found.append({"discriminator": loss.detach()})
        discriminating.step()
        generating.zero_grad(set_to_none=True)
        for lot, generated, losses in zip(lots, made, found, strict=True):
            terms = self.generation(
                network, lot, generated if single else network.generator(lot.faces)
            )
            (lot.share * terms["loss"]).backward()
            losses |= {name: term.detach() for name, term in terms.items()}
        generating.step()
        return self._together(lots, found)

    def discrimination(self, lot: Lot, made: torch.Tensor) -> torch.Tensor:
        """L_cGAN of D: the real tuple against the fake one, which passes no gradient on."""
        return discriminator_loss(*self._verdicts(lot, made.detach()))

    def generation(self, network: IfGanNetwork, lot: Lot, made: torch.Tensor) -> Losses:
        """The losses of G and E, D frozen; `loss` is their weighted sum."""
        labels = lot.labels
        with _frozen(self.discriminator):
            adversarial = generator_loss(self._verdicts(lot, made)[1])
        l1 = (lot.averages - made).abs().mean()
        fake = network.encoder(lot.faces, made if self.cls_to_g else made.detach())
        with own_statistics(network.encoder):
            real = network.encoder(lot.faces, lot.averages)
        logits = network.classifier(fake)
        softmax_fake, softmax_real = (
            F.cross_entropy(of, labels, label_smoothing=self.label_smoothing)
            for of in (logits, network.classifier(real))
        )
        x, of = (torch.cat([fake, real]), labels.repeat(2)) if self.both else (fake, labels)
        self.note(x, of)
        distances = self.island.distances(x, of)
        island = (
            distances.mean() if self.island.reduction == "mean" else distances.sum() / lot.share
        )
        softmax = softmax_fake + softmax_real
        total = (
            self.lambda1 * adversarial
            + self.lambda2 * l1
            + self.lambda3 * softmax
            + self.lambda4 * island
        )
        return {
            "loss": total,
            "adversarial": adversarial,
            "l1": l1,
            "softmax_fake": softmax_fake,
            "softmax_real": softmax_real,
            "island": island,
            "island_sum_to_softmax": distances.sum() / lot.share / softmax,
            "accuracy": (logits.argmax(1) == labels).float().mean(),
        }

    def _verdicts(self, lot: Lot, made: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """D's logits of the real and of the fake tuple, which pass in one batch."""
        real, fake = torch.cat([lot.faces, lot.averages], 1), torch.cat([lot.faces, made], 1)
        first, second = self.discriminator(torch.cat([real, fake])).chunk(2)
        return first, second

    def _together(self, lots: Sequence[Lot], found: Sequence[Losses]) -> Losses:
        """Means over the batch; the centres' pairs, which move centres only, join here, once."""
        shares = torch.tensor([lot.share for lot in lots], device=lots[0].faces.device)
        means = {
            name: (shares * torch.stack([losses[name] for losses in found])).sum()
            for name in found[0]
        }
        pairs = self.island.alpha * self.island.nearness()
        means["island"] = means["island"] + pairs
        means["loss"] = means["loss"] + self.lambda4 * pairs
        return means


def lots_of(
    faces: torch.Tensor, averages: torch.Tensor, labels: torch.Tensor, count: int
) -> list[Lot]:
    """A batch in `count` lots of nearly equal size, or as many as it has faces."""
    parts = (each.tensor_split(min(count, len(labels))) for each in (faces, averages, labels))
    return [Lot(f, a, y, len(y) / len(labels)) for f, a, y in zip(*parts, strict=True)]


@torch.no_grad()
def _forgotten(network: IfGanNetwork, lot: Lot) -> torch.Tensor:
    """G(I) without its graph; batch norm remembers the faces when they pass once more."""
    with own_statistics(network.generator):
        return network.generator(lot.faces)


@contextmanager
def _frozen(network: nn.Module) -> Iterator[None]:
    """Inside, gradients pass through a network and stay in none of its parameters."""
    network.requires_grad_(False)
    try:
        yield
    finally:
        network.requires_grad_(True)
