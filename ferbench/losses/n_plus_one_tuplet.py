"""The (N+1)-tuplet loss, the predecessor that 2B(N+M) Softmax compares itself with."""

import torch
from torch import nn

from ferbench.errors import UsageError
from ferbench.losses.distances import squared_distances
from ferbench.losses.tuplets import Tuplets, nothing, take


class NPlusOneTupletLoss(nn.Module):
    """log(1 + sum_j exp(D(f, f+) + tau - D(f, f_j-))), the mean over queries.

    2B(N+M) Softmax eq. 1 (after Sohn, 2016), D the squared Euclidean distance, tau = 1. The paper
    counts the one positive into N and so sums over N - 1 negatives: N comparisons a tuple. A query
    without its positive or without a negative is left out.
    """

    def __init__(self, tau: float = 1.0) -> None:
        super().__init__()
        self.tau = tau

    def forward(self, features: torch.Tensor, tuplets: Tuplets) -> torch.Tensor:
        """(B, D), and tuples whose M = 2 positives are (query, positive) -> ()."""
        if tuplets.positives.shape[1] > 2:
            raise UsageError(
                f"the (N+1)-tuplet loss takes the query and one positive, and was given "
                f"{tuplets.positives.shape[1]}: sample with M = 2"
            )
        tuplets = tuplets.usable(positives=2)
        if not len(tuplets):
            return nothing(features)
        rows, valid = tuplets.members, tuplets.valid
        query, others = take(features, rows[:, 0]), take(features, rows[:, 1:])
        valid = None if valid is None else valid[:, 1:]
        distances = squared_distances(others, query, valid)
        exponents = distances[:, :1] + self.tau - distances[:, 1:]
        if valid is not None:
            exponents = exponents.masked_fill(~valid[:, 1:], -torch.inf)
        zero = torch.zeros_like(exponents[:, :1])  # log(1 + sum exp z) = logsumexp([0, z])
        return torch.cat([zero, exponents], dim=1).logsumexp(1).mean()
