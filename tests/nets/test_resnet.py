"""ResNet in torchvision's names, on one picture and on a pair."""

import pytest
import torch
import torchvision

from ferbench.nets.resnet import PairTrunk, ResNetShape, ResNetTrunk

SMALL = ResNetShape(18, 16)


def test_sizes_at_full_width(parameters) -> None:
    with torch.device("meta"):
        single = ResNetTrunk()
        assert (parameters(single), single.features) == (42_500_160, 2048)
        assert parameters(PairTrunk(ResNetTrunk())) == 42_500_160 + 9_408
        assert PairTrunk(ResNetTrunk(), "shared").features == 4096


@pytest.mark.parametrize("depth", [18, 50])
def test_it_is_torchvisions(depth: int) -> None:
    theirs = getattr(torchvision.models, f"resnet{depth}")().eval()
    ours = ResNetTrunk(ResNetShape(depth)).eval()
    state = {n: v for n, v in theirs.state_dict().items() if not n.startswith("fc.")}
    ours.load_state_dict(state)
    theirs.fc = torch.nn.Identity()
    levels = torch.randint(0, 256, (2, 3, 64, 64)).float()
    mean, deviation = (
        torch.tensor(v).view(3, 1, 1) for v in ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))
    )
    with torch.no_grad():
        expected = theirs((levels / 255 - mean) / deviation)
        torch.testing.assert_close(
            ours((levels - 127.5) / 128), expected, rtol=1e-3, atol=1e-3 * expected.abs().max()
        )


def test_two_equal_pictures_are_what_one_was() -> None:
    torch.manual_seed(0)
    trunk = ResNetTrunk(SMALL).eval()
    x, other = torch.rand(2, 3, 3, 32, 32)
    expected = trunk(x)
    pair = PairTrunk(trunk)
    torch.testing.assert_close(pair(x, x), expected)
    half = trunk.conv1.weight[:, :3]
    assert torch.equal(half, trunk.conv1.weight[:, 3:])
    torch.testing.assert_close(pair(x, other), pair(other, x))
    trunk.conv1.weight.data[:, :3] *= 2
    assert not torch.allclose(pair(x, other), pair(other, x), atol=1e-3)


def test_a_shared_trunk_passes_each_by_itself() -> None:
    torch.manual_seed(0)
    trunk = ResNetTrunk(SMALL).eval()
    x, other = torch.rand(2, 3, 3, 32, 32)
    found = PairTrunk(trunk, "shared")(x, other)
    torch.testing.assert_close(found, torch.cat([trunk(x), trunk(other)], 1))
