"""Distances between faces by the maps of a frozen network (IDFERM sections 3.1 and 3.4)."""

from collections.abc import Iterable

import torch


def feature_distance(ours: torch.Tensor, theirs: torch.Tensor) -> torch.Tensor:
    """1 / (W H) sum_{n,m} |phi_{n,m}(x') - phi_{n,m}(y)|^2, the mean over N faces: L_feat.

    (N, C, H, W) twice -> (); the squared norm runs over the C channels of a place.
    """
    return (ours - theirs).square().sum(1).mean()


def identity_distance(ours: Iterable[torch.Tensor], theirs: Iterable[torch.Tensor]) -> torch.Tensor:
    """L_id = sum_l 1 / (W_l H_l) sum_{n,m} |psi^l_{n,m}(x') - psi^l_{n,m}(x)|, eq. 6, mean over N.

    Layers as (N, C, H, W), or (N, C) where W = H = 1; absolute values are summed over channels.
    """
    layers = zip(ours, theirs, strict=True)
    return torch.stack([(one - other).abs().sum(1).mean() for one, other in layers]).sum()
