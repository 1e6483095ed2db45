"""The learned similarity H = T - D of 2B(N+M) Softmax, shared with IDFERM."""

from typing import Any, Literal

import torch
from torch import nn

from ferbench.losses.distances import count_evaluated

HSign = Literal["corrected", "eq8_literal"]


class LearnedSimilarity(nn.Module):
    """H(f1, f2) = b + c.(f1 + f2) - 1/2 |L_A f1|^2 - 1/2 |L_A f2|^2 + (L_B f1).(L_B f2).

    2B(N+M) Softmax eq. 8, where H = T - D: an adaptive threshold minus a Mahalanobis distance, so
    that H >= 1 is wanted of a positive and H <= -1 of a negative. Corrected: the paper assumes A
    positive and B negative semi-definite, but H = T - D with T constant has A = -2M and B = +2M,
    the reverse. With A = -L_A^T L_A the norms enter with a minus; eq. 8 prints a plus
    (`h_sign="eq8_literal"`).

    Starts as b - 1/2 * 0.1^2 |f1 - f2|^2, a threshold minus a scaled Euclidean distance.
    The matrices are plain parameters, so that an initialisation of linear layers passes them by.
    """

    def __init__(self, features: int, h_sign: HSign = "corrected") -> None:
        super().__init__()
        self.l_a = nn.Parameter(0.1 * torch.eye(features))
        self.l_b = nn.Parameter(0.1 * torch.eye(features))
        self.c = nn.Parameter(torch.zeros(features))
        self.b = nn.Parameter(torch.tensor(2.0))
        self.sign = {"corrected": -1.0, "eq8_literal": 1.0}[h_sign]

    def own(self, f: torch.Tensor) -> torch.Tensor:
        """c.f - 1/2 |L_A f|^2, what one vector brings to H by itself: (..., D) -> (...)."""
        return f @ self.c + 0.5 * self.sign * (f @ self.l_a.T).square().sum(-1)

    def relate(self, f2: torch.Tensor) -> torch.Tensor:
        """L_B^T L_B f2, since (L_B f1).(L_B f2) = f1.(L_B^T L_B f2): (..., D) -> (..., D)."""
        return f2 @ self.l_b.T @ self.l_b

    def compare(
        self,
        f1: torch.Tensor,
        own1: torch.Tensor,
        f2: torch.Tensor,
        own2: torch.Tensor,
        valid: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """H of K vectors with each anchor: (Q, K, D), (Q, K), (Q, D) and (Q,) -> (Q, K).

        own1 and own2 are `own` of f1 and f2, handed in so that all rows of a batch are projected
        together, and once each though they stand in many tuples. Only the Q anchors pass through
        L_B. Entries that are False in `valid` are padding, and not counted.
        """
        related = torch.bmm(f1, self.relate(f2).unsqueeze(-1)).squeeze(-1)
        h = self.b + own1 + own2.unsqueeze(-1) + related
        count_evaluated(h, valid)
        return h

    def forward(self, f1: torch.Tensor, f2: torch.Tensor) -> torch.Tensor:
        """H(f1, f2): (Q, K, D) and (Q, D) -> (Q, K)."""
        return self.compare(f1, self.own(f1), f2, self.own(f2))


def parameter_groups(network: nn.Module, weight_decay: float) -> list[dict[str, Any]]:
    """An optimiser's groups: `weight_decay` for all of `network` but the thresholds b within.

    Decay would pull b, which starts at 2, towards a threshold that no positive can meet.
    """
    thresholds = [m.b for m in network.modules() if isinstance(m, LearnedSimilarity)]
    spared = {id(b) for b in thresholds}
    rest = [p for p in network.parameters() if id(p) not in spared]
    return [
        {"params": rest, "weight_decay": weight_decay},
        {"params": thresholds, "weight_decay": 0.0},
    ]
