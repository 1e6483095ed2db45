"""The (N+M)-tuplet clusters loss of 2B(N+M) Softmax."""

from typing import Literal

import torch
from torch import nn

from ferbench.losses.mining import mine_positives
from ferbench.losses.similarity import HSign, LearnedSimilarity
from ferbench.losses.tuplets import Tuplets, nothing, take

Average = Literal["tuple", "set"]


class TupletClustersLoss(nn.Module):
    """1/(N + M*) [sum_i max(0, 1 - H(f_i+, c+)) + sum_j max(0, 1 + H(f_j-, c+))], over queries.

    2B(N+M) Softmax eq. 10, with c+ and the M* positives of Algorithm 1 and the learned H of eq. 8.
    Corrected: eq. 9 prints +H for positives too, which is zero as soon as every H <= -1, with no
    metric learned. Eq. 9 averages each set by itself (`average="set"`): 1/M* and 1/N.

    Positives that mining drops are evaluated, so 2(N + M) comparisons are counted a query, as the
    paper prints: N + M by the mining and N + M here. A query without a negative is left out.
    """

    def __init__(
        self, features: int, h_sign: HSign = "corrected", average: Average = "tuple"
    ) -> None:
        super().__init__()
        self.similarity = LearnedSimilarity(features, h_sign)
        self.average = average

    def forward(self, features: torch.Tensor, tuplets: Tuplets) -> torch.Tensor:
        """(B, D) and the tuples among its rows -> the mean over queries, ()."""
        tuplets = tuplets.usable()
        if not len(tuplets):
            return nothing(features)
        rows, valid, m = tuplets.members, tuplets.valid, tuplets.positives.shape[1]
        members = take(features, rows)
        mined = mine_positives(members, m, valid)
        own = self.similarity.own(torch.cat([features, mined.centre]))
        own, own_centre = take(own[: len(features)], rows), own[len(features) :]
        h = self.similarity.compare(members, own, mined.centre, own_centre, valid)

        pull = (1 - h[:, :m]).relu().where(mined.kept, 0.0).sum(1)
        push = (1 + h[:, m:]).relu()
        if valid is not None:
            push = push.where(valid[:, m:], 0.0)
        push = push.sum(1)
        m_star = mined.kept.sum(1)
        n = rows.shape[1] - m if valid is None else valid[:, m:].sum(1)
        if self.average == "set":
            return (pull / m_star + push / n).mean()
        return ((pull + push) / (n + m_star)).mean()
