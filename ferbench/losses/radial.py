"""The radial metric loss of IDFERM: queries to their centre, generated references away from it."""

import torch
from torch import nn

from ferbench.losses.distances import count_evaluated, squared_distances
from ferbench.losses.similarity import LearnedSimilarity
from ferbench.losses.tuplets import nothing


class AdaptiveThreshold(LearnedSimilarity):
    """H of features with the centre of their class: eqs. 12 to 14, which IDFERM eq. 16 compares by.

    Features and centres are projected together, and only the C centres pass through L_B.
    """

    def to_centres(
        self, features: torch.Tensor, centres: torch.Tensor, labels: torch.Tensor
    ) -> torch.Tensor:
        """(B, D), (C, D) and (B,) -> (B,)."""
        own, own_centres = self.own(torch.cat([features, centres])).split(
            [len(features), len(centres)]
        )
        related = self.relate(centres).index_select(0, labels)
        h = self.b + own + own_centres.index_select(0, labels) + (features * related).sum(-1)
        count_evaluated(h)
        return h


class FixedThreshold(nn.Module):
    """H(f, C) = T - D(f, C), D the squared Euclidean distance, T a constant.

    What IDFERM eq. 8 compares by, before section 4 makes T - D one learned function.
    """

    def __init__(self, threshold: float) -> None:
        super().__init__()
        self.threshold = threshold

    def to_centres(
        self, features: torch.Tensor, centres: torch.Tensor, labels: torch.Tensor
    ) -> torch.Tensor:
        """(B, D), (C, D) and (B,) -> (B,)."""
        anchors = centres.index_select(0, labels)
        return self.threshold - squared_distances(features.unsqueeze(1), anchors).squeeze(1)


class RadialLoss(nn.Module):
    """1/K sum_i [max(0, m - H(f_i, C_{y_i})) + max(0, m + H(f_i', C_{y_i}))].

    IDFERM eq. 16 (m = 1, H an `AdaptiveThreshold`) and eq. 8 (m = tau / 2, H a `FixedThreshold`):
    f_i a query, f_i' its reference, C_y the mean of the batch's queries of class y, through which
    gradients flow. Corrected: eq. 16 as printed has lost its signs; with H = T - D a query rests
    where H >= m, inside its class's circle, and a reference where H <= -m, outside it. References
    are pushed from the centre of their own query's class only; nothing here parts the classes.

    With `momentum` > 0 the centre is momentum x the running centre + (1 - momentum) x the mean of
    the batch, and `update`, called once a step, makes it the running one. A class's first mean is
    its centre.

    2K comparisons, those of masked references among them, since they are evaluated.
    """

    centres: torch.Tensor
    placed: torch.Tensor

    def __init__(
        self,
        similarity: AdaptiveThreshold | FixedThreshold,
        classes: int,
        features: int,
        margin: float = 1.0,
        momentum: float = 0.0,
    ) -> None:
        super().__init__()
        self.similarity = similarity
        self.margin = margin
        self.momentum = momentum
        self.register_buffer("centres", torch.zeros(classes, features))
        self.register_buffer("placed", torch.zeros(classes, dtype=torch.bool))

    def forward(
        self,
        queries: torch.Tensor,
        references: torch.Tensor,
        labels: torch.Tensor,
        repelled: torch.Tensor | None = None,
    ) -> torch.Tensor:
        """(K, D), (K, D) and (K,) -> ().

        repelled: (K,) bool, False where a query has no reference to be told from, as where it is
        neutral itself.
        """
        if not len(labels):
            return nothing(queries)
        centres = self.centred(queries, labels)
        both = torch.cat([queries, references])
        h, h_references = self.similarity.to_centres(both, centres, labels.repeat(2)).chunk(2)
        pull = (self.margin - h).relu()
        push = (self.margin + h_references).relu()
        if repelled is not None:
            push = push.where(repelled, 0.0)
        return (pull + push).sum() / len(labels)

    def centred(self, queries: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        """C_y of each class, (classes, D); of a class that the batch lacks, not to be used."""
        means = self._means(queries, labels)
        if not self.momentum:
            return means
        running = self.momentum * self.centres + (1 - self.momentum) * means
        return running.where(self.placed.unsqueeze(1), means)

    @torch.no_grad()
    def update(self, queries: torch.Tensor, labels: torch.Tensor) -> None:
        """Move the running centres of the classes of a batch; call once a step."""
        shown = torch.bincount(labels, minlength=len(self.centres)) > 0
        moved = self.centred(queries, labels)
        self.centres.copy_(moved.where(shown.unsqueeze(1), self.centres))
        self.placed |= shown

    def _means(self, queries: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        count = torch.bincount(labels, minlength=len(self.centres)).clamp(min=1).to(queries.dtype)
        sums = queries.new_zeros(self.centres.shape).index_add(0, labels, queries)
        return sums / count.unsqueeze(1)
