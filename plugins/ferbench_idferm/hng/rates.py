"""The learning rate of the generator below `paper`, and of the trained feature networks."""

import torch
from torch.optim.lr_scheduler import OneCycleLR

RISE = 0.1
"""Share of the steps in which it rises."""


def one_cycle(optimiser: torch.optim.Adam, highest: float, steps: int) -> OneCycleLR:
    """Up to `highest` and down to 0 over all steps; Adam's betas stay as they are."""
    return OneCycleLR(optimiser, highest, total_steps=steps, pct_start=RISE, cycle_momentum=False)
