"""The coupled clusters loss (Liu et al., 2016), a baseline of the papers."""

import torch
from torch import nn

from ferbench.losses.distances import squared_distances
from ferbench.losses.mining import mean_of
from ferbench.losses.tuplets import Tuplets, nothing, take


class CoupledClustersLoss(nn.Module):
    """sum_i 1/2 max(0, |f_i+ - c+|^2 + alpha - |f*- - c+|^2), the mean over queries.

    c+ is the mean of a query's M positives and f*- the negative nearest to it; the gradient passes
    through both. M + N comparisons a tuple. A query without a negative is left out.
    """

    def __init__(self, alpha: float = 1.0) -> None:
        super().__init__()
        self.alpha = alpha

    def forward(self, features: torch.Tensor, tuplets: Tuplets) -> torch.Tensor:
        """(B, D) and the tuples among its rows -> ()."""
        tuplets = tuplets.usable()
        if not len(tuplets):
            return nothing(features)
        rows, m = tuplets.members, tuplets.positives.shape[1]
        valid = torch.ones_like(rows, dtype=torch.bool) if tuplets.valid is None else tuplets.valid
        members = take(features, rows)
        centre = mean_of(members[:, :m], valid[:, :m])
        distances = squared_distances(members, centre, valid)
        nearest = distances[:, m:].masked_fill(~valid[:, m:], torch.inf).amin(1, keepdim=True)
        hinge = (distances[:, :m] + self.alpha - nearest).relu().where(valid[:, :m], 0.0)
        return 0.5 * hinge.sum(1).mean()
