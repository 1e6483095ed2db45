"""ResNet of torchvision's blocks and names, in any width, on one picture or on a pair of them.

ResNet-101 (IF-GAN's expression classifier): 42,500,160 parameters without a classifier, 2,048
features; 9,408 more on a pair.
"""

from dataclasses import dataclass
from typing import Literal, cast

import torch
from torch import nn
from torch.nn.utils import skip_init
from torchvision.models.resnet import BasicBlock, Bottleneck, conv1x1

from ferbench.nets.embedding import EmbeddingNetwork
from ferbench.nets.recompute import through
from ferbench.nets.sphereface import Features

PairForm = Literal["channels", "shared"]

WIDTHS = (64, 128, 256, 512)
BLOCKS: dict[int, tuple[type[BasicBlock] | type[Bottleneck], tuple[int, int, int, int]]] = {
    18: (BasicBlock, (2, 2, 2, 2)),
    34: (BasicBlock, (3, 4, 6, 3)),
    50: (Bottleneck, (3, 4, 6, 3)),
    101: (Bottleneck, (3, 4, 23, 3)),
}
IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_DEVIATION = (0.229, 0.224, 0.225)


@dataclass(frozen=True, slots=True)
class ResNetShape:
    """depth: 18, 34, 50 or 101 layers. divisor: every width is divided by it.
    recompute: see `nets.recompute`.
    """

    depth: int = 101
    divisor: int = 1
    recompute: bool = False


PAPER = ResNetShape()


class ResNetTrunk(nn.Module):
    """From pictures to the pooled feature; torchvision's state dicts fit it at full width.

    Pictures are grey levels v as (v - 127.5) / 128, which are turned into what ImageNet's
    networks see: (v / 255 - mean) / deviation of each channel.
    """

    mean: torch.Tensor
    deviation: torch.Tensor

    def __init__(self, shape: ResNetShape = PAPER) -> None:
        super().__init__()
        block, counts = BLOCKS[shape.depth]
        widths = [max(1, width // shape.divisor) for width in WIDTHS]
        self.recompute = shape.recompute
        self.features = widths[-1] * block.expansion
        self.conv1 = nn.Conv2d(3, widths[0], 7, 2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(widths[0])
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, 2, padding=1)
        inputs = [widths[0], *(width * block.expansion for width in widths)]
        layers = [
            _layer(block, i, width, count, 1 if number == 0 else 2)
            for number, (i, width, count) in enumerate(zip(inputs, widths, counts, strict=False))
        ]
        self.layer1, self.layer2, self.layer3, self.layer4 = layers
        for name, values in (("mean", IMAGENET_MEAN), ("deviation", IMAGENET_DEVIATION)):
            self.register_buffer(name, torch.tensor(values).view(3, 1, 1), persistent=False)
        for module in self.modules():
            if isinstance(module, nn.Conv2d):  # as torchvision starts it
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, 3, S, S), or a pair behind each other, (N, 6, S, S) -> (N, features)."""
        levels = (x.unflatten(1, (-1, 3)) * 128 + 127.5) / 255
        x = ((levels - self.mean) / self.deviation).flatten(1, 2)
        x = self.maxpool(self.relu(self.bn1(self.conv1(x))))
        for layer in (self.layer1, self.layer2, self.layer3, self.layer4):
            for block in layer:
                x = through(block, x, self.recompute)
        return x.mean((2, 3))


class ResNet(EmbeddingNetwork):
    """One picture: the pooled feature, and a linear classifier of it."""

    def __init__(self, classes: int, trunk: ResNetTrunk) -> None:
        super().__init__()
        self.trunk = trunk
        self.classifier = nn.Linear(trunk.features, classes)

    def embed(self, x: torch.Tensor) -> torch.Tensor:
        """(N, 3, S, S) -> (N, D)."""
        return self.trunk(x)

    def features(self, x: torch.Tensor) -> Features:
        """The feature; there is no further one."""
        return Features(self.embed(x), {})

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits, (N, classes)."""
        return self.classifier(self.embed(x))


class PairTrunk(nn.Module):
    """The feature of two pictures.

    `channels`: one pass of both behind each other. The first convolution W becomes [W/2, W/2], so
                that two equal pictures give what one gave before.
    `shared`:   a pass of each, their features behind each other, twice as many.
    """

    def __init__(self, trunk: ResNetTrunk, form: PairForm = "channels") -> None:
        super().__init__()
        self.trunk = trunk
        self.form = form
        self.features = trunk.features * (2 if form == "shared" else 1)
        if form == "channels":
            old = trunk.conv1
            trunk.conv1 = skip_init(nn.Conv2d, 6, old.out_channels, 7, 2, padding=3, bias=False)
            trunk.conv1.weight = nn.Parameter(old.weight.detach().repeat(1, 2, 1, 1) / 2)

    def forward(self, one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
        """(N, 3, S, S) twice -> (N, features)."""
        if self.form == "channels":
            return self.trunk(torch.cat([one, other], 1))
        return torch.cat(self.trunk(torch.cat([one, other])).chunk(2), 1)


def _layer(
    block: type[BasicBlock] | type[Bottleneck], inputs: int, width: int, count: int, stride: int
) -> nn.Sequential:
    outputs = width * block.expansion
    shortcut = None
    if stride > 1 or inputs != outputs:
        shortcut = nn.Sequential(conv1x1(inputs, outputs, stride), nn.BatchNorm2d(outputs))
    first = block(inputs, width, stride, shortcut)
    rest = [block(outputs, width) for _ in range(count - 1)]
    return nn.Sequential(first, *cast(list[nn.Module], rest))
