"""The island loss (Cai et al., 2018) as IF-GAN uses it: centres pull images, and part."""

import torch
from torch.nn import functional as F

from ferbench.losses.centre import CentreLoss, Reduction
from ferbench.training.counting import count_comparisons


class IslandLoss(CentreLoss):
    """sum_i |x_i - c_{y_i}|^2 + alpha sum_j sum_{k != j} (cos(c_j, c_k) + 1).

    IF-GAN eq. 5: ordered pairs of centres and no 1/2, alpha = 0.03. `reduction="mean"` divides the
    first term by the batch, not the second. The second has no gradient in the images: it acts
    through `update`, where alpha times its exact gradient joins the displacement of the centre
    loss. A centre that is still zero has no direction and takes no part in pairs, so call
    `initialise` with the images of a first pass. One comparison an image, and C(C - 1) of centres.
    """

    def __init__(
        self,
        classes: int,
        features: int,
        alpha: float = 0.03,
        rate: float = 0.5,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(classes, features, rate, reduction)
        self.alpha = alpha

    @torch.no_grad()
    def initialise(self, features: torch.Tensor, labels: torch.Tensor) -> None:
        """Put each centre at the mean of its class: (S, D) and (S,)."""
        n = torch.bincount(labels, minlength=len(self.centres)).clamp(min=1)
        sums = torch.zeros_like(self.centres).index_add_(0, labels, features)
        self.centres.copy_(sums / n.unsqueeze(1))

    def forward(self, features: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """(B, D) and (B,) -> ()."""
        distances = self.distances(features, labels)
        pull = distances.mean() if self.reduction == "mean" else distances.sum()
        return pull + self.alpha * self.nearness()

    def nearness(self) -> torch.Tensor:
        """sum_j sum_{k != j} (cos(c_j, c_k) + 1) over the centres that have a direction: ()."""
        directions = F.normalize(self.centres[self._placed()], dim=1)
        pairs = len(directions) * (len(directions) - 1)
        count_comparisons(pairs)
        cosines = directions @ directions.T
        return cosines.sum() - cosines.trace() + pairs

    def displacement(self, features: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """Delta c of the centre loss plus alpha times the gradient of `nearness`: (C, D).

        With u = c/|c| and s the sum of all u, that gradient is 2 (s - (u_j.s) u_j) / |c_j|: no pair
        has to be evaluated again.
        """
        placed = self._placed()
        norms = self.centres[placed].norm(dim=1, keepdim=True)
        u = self.centres[placed] / norms
        s = u.sum(0)
        delta = super().displacement(features, labels)
        delta[placed] += self.alpha * 2 * (s - (u @ s).unsqueeze(1) * u) / norms
        return delta

    def _placed(self) -> torch.Tensor:
        return self.centres.norm(dim=1) > 1e-8
