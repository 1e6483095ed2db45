"""Activation checkpointing: what a block computed is forgotten, and computed again when needed."""

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint


def through(block: nn.Module, x: torch.Tensor, recompute: bool) -> torch.Tensor:
    """block(x); with `recompute` only x is kept for the backward pass.

    The gradients are the same: batch norm sees the same batch again, and remembers it once.
    """
    if not (recompute and torch.is_grad_enabled()):
        return block(x)

    def contexts() -> tuple[AbstractContextManager[None], AbstractContextManager[None]]:
        norms = [module for module in block.modules() if isinstance(module, nn.BatchNorm2d)]
        return nullcontext(), _again(norms, [norm.track_running_stats for norm in norms])

    found: torch.Tensor = checkpoint(
        block, x, use_reentrant=False, preserve_rng_state=False, context_fn=contexts
    )
    return found


@contextmanager
def _again(norms: Sequence[nn.BatchNorm2d], tracked: Sequence[bool]) -> Iterator[None]:
    """Inside, batch norm works as it did the first time, and its running statistics stay.

    tracked: whether each kept such statistics then (see `nets.statistics`), since what it saves for
    the backward pass depends on that.
    """
    before = [(norm.track_running_stats, norm.momentum) for norm in norms]
    for norm, tracking in zip(norms, tracked, strict=True):
        norm.track_running_stats, norm.momentum = tracking, 0.0
    try:
        yield
    finally:
        for norm, (tracking, momentum) in zip(norms, before, strict=True):
            norm.track_running_stats, norm.momentum = tracking, momentum
