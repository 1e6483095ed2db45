"""Additive-margin softmax (Wang et al., 2018), the classification loss of ED2L and ADFL."""

import torch
from torch import nn
from torch.nn import functional as F


class AdditiveMarginSoftmax(nn.Module):
    """-log( e^{s (cos t_y - m)} / (e^{s (cos t_y - m)} + sum_{j != y} e^{s cos t_j}) ), each image.

    ED2L eqs. 2 and 3, ADFL eqs. 6 and 7: s = `scale` (30), m = `margin` (0.35). Corrected: both
    print W_j^T f for the cosine; feature and weights have length 1 here, as in the loss's own
    paper, for otherwise a margin of 0.35 would mean nothing. Label smoothing is of no paper.
    """

    def __init__(
        self, scale: float = 30.0, margin: float = 0.35, label_smoothing: float = 0.0
    ) -> None:
        super().__init__()
        self.scale, self.margin, self.label_smoothing = scale, margin, label_smoothing

    def forward(self, cosines: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """(B, C) and (B,) -> (B,)."""
        own = F.one_hot(labels, cosines.shape[1]).to(cosines)
        return F.cross_entropy(
            self.scale * (cosines - self.margin * own),
            labels,
            reduction="none",
            label_smoothing=self.label_smoothing,
        )
