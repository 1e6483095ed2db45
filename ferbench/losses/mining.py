"""Online positive mining (2B(N+M) Softmax, Algorithm 1)."""

from dataclasses import dataclass

import torch

from ferbench.losses.distances import squared_distances


@dataclass(frozen=True, slots=True)
class Mined:
    """centre: c+, the mean of the kept positives, (Q, D). kept: which those are, (Q, M)."""

    centre: torch.Tensor
    kept: torch.Tensor


def mine_positives(
    members: torch.Tensor, positives: int, valid: torch.Tensor | None = None
) -> Mined:
    """Drop each query's positives that lie further from their centre than the nearest negative.

    1. c+ = 1/M sum f_i+             4. d* = min_j D(f_j-, c+)
    2. D(f_i+, c+)                   5. drop f_i+ with D(f_i+, c+) > d*
    3. D(f_j-, c+)                   6. c+ = 1/M* sum of those kept

    D is the squared Euclidean distance. Where all would be dropped (M* = 0), the closest positive
    stays. The choice is made without a gradient; the new c+ has one.

    members: (Q, M + N, D), each query's positives first. positives: M.
    valid:   (Q, M + N), False at padding; each query has a valid positive and a valid negative.
    """
    if valid is None:
        kept = torch.ones(members.shape[0], positives, dtype=torch.bool, device=members.device)
    else:
        kept = valid[:, :positives]
    with torch.no_grad():
        distances = squared_distances(members, mean_of(members[:, :positives], kept), valid)
        if valid is not None:
            distances = distances.masked_fill(~valid, torch.inf)
        own, others = distances[:, :positives], distances[:, positives:]
        nearest_negative = others.amin(1, keepdim=True)
        closest = torch.zeros_like(kept).scatter_(1, own.argmin(1, keepdim=True), True)
        kept = kept & ((own <= nearest_negative) | closest)
    return Mined(mean_of(members[:, :positives], kept), kept)


def mean_of(vectors: torch.Tensor, kept: torch.Tensor) -> torch.Tensor:
    """The mean of each query's kept vectors: (Q, M, D) and (Q, M) -> (Q, D)."""
    weights = kept.to(vectors.dtype)
    weights = weights / weights.sum(1, keepdim=True)
    return torch.bmm(weights.unsqueeze(1), vectors).squeeze(1)
