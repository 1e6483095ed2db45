"""Counting parameters and multiply-accumulates of a network."""

import torch
from torch.utils.flop_counter import FlopCounterMode

from ferbench.contracts.method import Cost


def network_cost(module: torch.nn.Module, *inputs: torch.Tensor) -> Cost:
    """Trainable parameters, and multiply-accumulates of `module(*inputs)`.

    Convolutions and matrix products count; additions, normalisations and activations do not, as
    in the papers' figures. Give inputs of batch size 1.
    """
    training = [(part, part.training) for part in module.modules()]
    module.eval()
    try:
        with torch.no_grad(), FlopCounterMode(display=False) as counter:
            module(*inputs)
    finally:
        for part, mode in training:
            part.training = mode
    parameters = sum(p.numel() for p in module.parameters() if p.requires_grad)
    return Cost(parameters=parameters, macs=counter.get_total_flops() // 2)
