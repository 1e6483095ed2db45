"""The adversarial pair of ED2L and ADFL: a dispeller learns a feature, the feature unlearns it."""

import torch
from torch import nn
from torch.nn import functional as F


class DispellingLoss(nn.Module):
    """l_a = -log y^i and l_p = -1/C sum_j log y^j, of each image; y = softmax(W f + b).

    ED2L section 2.3 and eq. 5, ADFL section 2.3 and eq. 4 (where it is l_n, and a typo has y_p for
    y_n). l_a reaches the dispeller (W, b) alone: f is detached. l_p reaches f alone: W and b are
    detached. ED2L's introduction lets l_p update the dispeller as well (`lp_updates_dispeller`),
    which its section 2.3 does not.

    l_p is the cross-entropy to the uniform distribution, log C at its least. Both papers call
    minimising it equivalent to minimising the negative entropy: the least is the same, the
    gradient is not.
    """

    def __init__(self, lp_updates_dispeller: bool = False) -> None:
        super().__init__()
        self.lp_updates_dispeller = lp_updates_dispeller

    def forward(
        self, dispeller: nn.Linear, features: torch.Tensor, labels: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """(B, D) and (B,) -> l_a and l_p, (B,) each."""
        l_a = F.cross_entropy(dispeller(features.detach()), labels, reduction="none")
        if self.lp_updates_dispeller:
            logits = dispeller(features)
        else:
            logits = F.linear(features, dispeller.weight.detach(), dispeller.bias.detach())
        return l_a, -logits.log_softmax(1).mean(1)
