"""The optimiser and the learning-rate schedule of a recipe."""

from collections.abc import Callable

import torch
from torch import nn
from torch.nn.utils import clip_grad_norm_
from torch.optim.lr_scheduler import ConstantLR, LRScheduler, OneCycleLR

from ferbench.losses.similarity import parameter_groups
from ferbench.training.recipe import Recipe


def make_optimiser(recipe: Recipe, *modules: nn.Module) -> torch.optim.Adam:
    """Adam on the parameters of `modules`; thresholds of a learned similarity do not decay."""
    every = nn.ModuleList(modules)
    groups = parameter_groups(every, recipe.weight_decay)
    optimiser = torch.optim.Adam(
        [group for group in groups if group["params"]],
        lr=recipe.lr,
        decoupled_weight_decay=recipe.decoupled_decay,
        fused=True,
    )
    if recipe.clip is not None:
        optimiser.register_step_pre_hook(_clipping(every, recipe.clip))
    return optimiser


def _clipping(modules: nn.Module, norm: float) -> Callable[..., None]:
    """Before a step: gradients longer than `norm`, all together, are shortened to it."""

    def clip(*_: object) -> None:
        clip_grad_norm_(modules.parameters(), norm)

    return clip


def make_schedule(recipe: Recipe, optimiser: torch.optim.Optimizer, steps: int) -> LRScheduler:
    """The schedule over `steps` steps of all epochs together; step it after each of them."""
    if recipe.schedule == "one_cycle":
        return OneCycleLR(optimiser, recipe.lr, total_steps=steps)
    return ConstantLR(optimiser, factor=1.0)
