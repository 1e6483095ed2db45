"""Algorithm 1 of IDFERM: five losses of one forward pass, and which network each of them trains."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

import torch
from torch import nn

from ferbench.losses.adversarial import discriminator_loss, generator_loss
from ferbench.losses.perceptual import feature_distance, identity_distance
from ferbench.losses.symmetry import SymmetryLoss
from ferbench.nets.dr_gan import Decoder, Discriminator, DrGanShape, Encoder
from ferbench_idferm.hng.config import HngConfig
from ferbench_idferm.hng.features import FeatureNetworks

Result = TypeVar("Result")


class HngNetworks(nn.Module):
    """Enc, Dec and, unless the encoder-decoder is trained alone, Dis."""

    def __init__(self, shape: DrGanShape, adversarial: bool = True) -> None:
        super().__init__()
        self.encoder = Encoder(shape)
        self.decoder = Decoder(shape)
        self.discriminator = Discriminator(shape) if adversarial else None


@dataclass(frozen=True, slots=True)
class HngLosses:
    """What one forward pass gives, before any network has moved.

    content:       of Enc and Dec: L_feat + alpha1 L_id + alpha2 L_pixel.
    prior:         of Dec alone:   alpha3 L_sym + alpha4 L_adv; None for an encoder-decoder alone.
    discrimination: of Dis alone:  L_Dis; None likewise.
    generated:     x' = Dec(Enc(x)), in the graph.
    terms:         each loss by name, without its weight.
    """

    generated: torch.Tensor
    content: torch.Tensor
    prior: torch.Tensor | None
    discrimination: torch.Tensor | None
    terms: Mapping[str, torch.Tensor] = field(default_factory=dict)


class HngObjective:
    """The losses of section 3.2 with their weights; `features` are frozen and never trained."""

    def __init__(self, config: HngConfig, features: FeatureNetworks) -> None:
        self.config, self.features = config, features
        self.symmetry = SymmetryLoss(laplacian=config.symmetry == "laplacian")

    def __call__(
        self,
        networks: HngNetworks,
        x: torch.Tensor,
        y: torch.Tensor,
        g: torch.Tensor,
        warming: bool = False,
    ) -> HngLosses:
        """Inputs x, targets y and guiding faces g, (N, 1, 64, 64) each in [-1, 1].

        While `warming`, there is the pixel loss alone and the discriminator sees nothing.

        The discriminator judges g and x' as they are in this step, in one batch: its last layer
        before the logit is a batch norm, which would give two batches apart the same mean logit
        whatever they show. Its one verdict on x' serves both sides of the game.
        """
        config, phi, psi = self.config, self.features.phi, self.features.psi
        made = networks.decoder(networks.encoder(x))
        terms = {"pixel": (made - y).abs().mean()}
        content = config.alpha2 * terms["pixel"]
        if warming:
            return HngLosses(made, content, None, None, terms)
        if phi is not None:
            terms["feature"] = feature_distance(phi(made), _constant(phi, y))
            content = content + terms["feature"]
        if psi is not None:
            compared = x if config.identity == "input" else y
            terms["identity"] = identity_distance(psi(made), _constant(psi, compared))
            content = content + config.alpha1 * terms["identity"]
        if networks.discriminator is None:
            return HngLosses(made, content, None, None, terms)
        real, verdict = networks.discriminator(torch.cat([g, made])).split([len(g), len(made)])
        terms["symmetry"] = self.symmetry(made)
        terms["adversarial"] = generator_loss(verdict)
        terms["discriminator"] = discriminator_loss(real, verdict)
        prior = config.alpha3 * terms["symmetry"] + config.alpha4 * terms["adversarial"]
        return HngLosses(made, content, prior, terms["discriminator"], terms)


def route(networks: HngNetworks, losses: HngLosses) -> None:
    """Set every parameter's gradient as Algorithm 1 says, from the one graph of `losses`.

    Enc <- d content, Dec <- d (content + prior), Dis <- d discrimination: symmetry and adversarial
    losses do not reach the encoder, and the discriminator's loss reaches neither of the two, as if
    it saw a detached x'. Both sides descend at once, from the same parameters, so no side answers
    the other's newest move. The losses' gradients by x' are taken once and sent on from there.
    """
    made = losses.generated
    (content,) = torch.autograd.grad(losses.content, made, retain_graph=True)
    total = content
    if losses.prior is not None:
        total = content + torch.autograd.grad(losses.prior, made, retain_graph=True)[0]
    _set(networks.decoder, made, total)
    _set(networks.encoder, made, content)
    if networks.discriminator is not None and losses.discrimination is not None:
        _set(networks.discriminator, losses.discrimination, None)


def _set(network: nn.Module, output: torch.Tensor, gradient: torch.Tensor | None) -> None:
    parameters = list(network.parameters())
    found = torch.autograd.grad(output, parameters, gradient, retain_graph=True)
    for parameter, value in zip(parameters, found, strict=True):
        parameter.grad = value


def _constant(network: Callable[[torch.Tensor], Result], x: torch.Tensor) -> Result:
    """What a frozen network makes of faces that nothing is learned from."""
    with torch.no_grad():
        return network(x)
