"""The optimiser and the learning-rate schedule of a recipe."""

import torch
from torch import nn
from torch.optim.lr_scheduler import ConstantLR, LRScheduler, OneCycleLR

from ferbench.losses.similarity import parameter_groups
from ferbench.training.recipe import Recipe


def make_optimiser(recipe: Recipe, *modules: nn.Module) -> torch.optim.Adam:
    """Adam on the parameters of `modules`; thresholds of a learned similarity do not decay."""
    groups = parameter_groups(nn.ModuleList(modules), recipe.weight_decay)
    return torch.optim.Adam(
        [group for group in groups if group["params"]],
        lr=recipe.lr,
        decoupled_weight_decay=recipe.decoupled_decay,
        fused=True,
    )


def make_schedule(recipe: Recipe, optimiser: torch.optim.Optimizer, steps: int) -> LRScheduler:
    """The schedule over `steps` steps of all epochs together; step it after each of them."""
    if recipe.schedule == "one_cycle":
        return OneCycleLR(optimiser, recipe.lr, total_steps=steps)
    return ConstantLR(optimiser, factor=1.0)
