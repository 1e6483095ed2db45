"""The two sides of a generative adversarial game, by the discriminator's logits."""

import torch
from torch.nn import functional as F


def discriminator_loss(real: torch.Tensor, generated: torch.Tensor) -> torch.Tensor:
    """-log Dis(g) - log(1 - Dis(x')), the mean over each set (IDFERM eq. 4).

    Logits (N,) and (M,) -> (); Dis is their sigmoid, and -log sigmoid(s) = softplus(-s).
    """
    return F.softplus(-real).mean() + F.softplus(generated).mean()


def generator_loss(generated: torch.Tensor) -> torch.Tensor:
    """-log Dis(x'), the mean (IDFERM eq. 5): logits (N,) -> ()."""
    return F.softplus(-generated).mean()
