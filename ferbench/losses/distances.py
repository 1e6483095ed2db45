"""Distances from a tuple's members to its anchor, counted as they are evaluated."""

import torch

from ferbench.training.counting import count_comparisons


def count_evaluated(distances: torch.Tensor, valid: torch.Tensor | None = None) -> None:
    """Count one comparison an entry of `distances`, without padding (False in `valid`)."""
    count_comparisons(distances.numel() if valid is None else int(valid.sum()))


def squared_distances(
    members: torch.Tensor, anchor: torch.Tensor, valid: torch.Tensor | None = None
) -> torch.Tensor:
    """D(f, a) = ||f - a||^2: (Q, K, D) and (Q, D) -> (Q, K)."""
    distances = (members - anchor.unsqueeze(1)).square().sum(-1)
    count_evaluated(distances, valid)
    return distances
