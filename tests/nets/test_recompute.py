"""Activation checkpointing: the same gradients, and batch norm remembers a batch once."""

import copy
from collections.abc import Callable

import pytest
import torch
from torch import nn

from ferbench.nets.resnet import ResNetShape, ResNetTrunk
from ferbench.nets.self_attention import SelfAttention
from ferbench.nets.unet import UNet


def resnet() -> ResNetTrunk:
    return ResNetTrunk(ResNetShape(18, 16))


def unet() -> UNet:
    """A generator whose attention takes part."""
    network = UNet(32)
    for module in network.modules():
        if isinstance(module, SelfAttention):
            nn.init.constant_(module.gamma, 0.7)
    return network


@pytest.mark.parametrize("build", [resnet, unet])
def test_recomputing_changes_no_gradient_and_no_statistics(
    build: Callable[[], ResNetTrunk | UNet],
) -> None:
    torch.manual_seed(0)
    plain = build()
    thrifty = copy.deepcopy(plain)
    thrifty.recompute = True
    x = torch.rand(4, 3, 32, 32)
    for network in (plain, thrifty):
        network(x).square().sum().backward()
    for (name, a), b in zip(plain.named_parameters(), thrifty.parameters(), strict=True):
        torch.testing.assert_close(a.grad, b.grad, msg=name)
    for name, value in plain.named_buffers():
        if not name.endswith("num_batches_tracked"):
            assert torch.equal(value, thrifty.get_buffer(name)), name
