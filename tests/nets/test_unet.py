"""IF-GAN's generator and discriminator: sizes, and attention against the explicit formula."""

import pytest
import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from ferbench.nets.patch_gan import PatchGan
from ferbench.nets.self_attention import SelfAttention
from ferbench.nets.unet import UNet


def awake(network: nn.Module) -> nn.Module:
    """Attention that takes part."""
    for module in network.modules():
        if isinstance(module, SelfAttention):
            nn.init.constant_(module.gamma, 0.7)
    return network


def test_sizes_at_full_width(parameters) -> None:
    with torch.device("meta"):
        with_attention, without, judge = UNet(), UNet(attention=False), PatchGan()
        x = torch.zeros(2, 3, 224, 224)
        assert with_attention(x).shape == x.shape
        assert judge(torch.cat([x, x], 1)).shape == (2, 1, 26, 26)
    assert parameters(with_attention) == 20_994_054
    assert parameters(without) == 20_549_955
    assert parameters(judge) == 2_768_705


def test_a_logit_sees_70_pixels() -> None:
    judge = PatchGan(32).eval()
    x = torch.zeros(1, 6, 224, 224, requires_grad=True)
    judge(x)[0, 0, 13, 13].backward()
    for side in x.grad.abs().sum((0, 1)), x.grad.abs().sum((0, 1)).T:
        seen = side.sum(0).nonzero()
        assert int(seen.max() - seen.min()) + 1 == 70


def test_attention_stands_at_a_quarter_of_the_side() -> None:
    network, seen = UNet(32), {}
    for name in ("on_encoder", "on_skip", "on_decoder"):
        module = getattr(network, name)
        module.register_forward_pre_hook(lambda _, x, name=name: seen.update({name: x[0].shape}))
    assert network(torch.zeros(2, 3, 64, 48)).abs().max() <= 1
    assert set(seen.values()) == {(2, 8, 16, 12)}
    assert len(seen) == 3


@pytest.mark.parametrize("channels", [16, 12, 4])
def test_attention_is_the_explicit_formula(channels: int) -> None:
    torch.manual_seed(0)
    module = awake(SelfAttention(channels))
    x = torch.randn(2, channels, 5, 7, requires_grad=True)
    q, k, v = (project(x).flatten(2) for project in (module.query, module.key, module.value))
    assert q.shape[1] == k.shape[1] == max(1, channels // 8)
    o = torch.zeros_like(v)
    for n in range(2):
        for i in range(35):
            weights = torch.stack([torch.exp(q[n, :, i] @ k[n, :, j]) for j in range(35)])
            weights = weights / weights.sum()
            o[n, :, i] = sum(weights[j] * v[n, :, j] for j in range(35))
            row = module.row(x, i // 7, i % 7)[n].flatten()
            torch.testing.assert_close(row, weights)
    expected = x + 0.7 * module.out(o.unflatten(2, (5, 7)))
    found = module(x)
    torch.testing.assert_close(found, expected)
    weight = torch.randn_like(x)
    both = [
        torch.autograd.grad((y * weight).sum(), x, retain_graph=True) for y in (found, expected)
    ]
    torch.testing.assert_close(*both)


def test_gamma_0_leaves_the_input_alone() -> None:
    module, x = SelfAttention(16), torch.randn(2, 16, 6, 6)
    assert torch.equal(module(x), x)
    assert not torch.equal(awake(module)(x), x)


class Largest(TorchDispatchMode):
    """How many numbers the largest tensor has that an operation gives."""

    most = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        found = func(*args, **(kwargs or {}))
        for value in found if isinstance(found, tuple | list) else (found,):
            if isinstance(value, torch.Tensor):
                self.most = max(self.most, value.numel())
        return found


@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_the_whole_matrix_is_never_held(layout) -> None:
    """Neither forward nor backward: L x L is 60 times the largest tensor there is."""
    module = awake(SelfAttention(16))
    x = torch.randn(1, 16, 32, 32).contiguous(memory_format=layout).requires_grad_()
    with Largest() as largest:
        module(x).sum().backward()
    assert largest.most == 16 * 32 * 32
    assert largest.most * 60 < (32 * 32) ** 2
