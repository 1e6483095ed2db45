"""The inception trunk of 2B(N+M) Softmax and IDFERM (after Mollahosseini et al., 2016)."""

import torch
from torch import nn


class ConvPReLU(nn.Sequential):
    """A convolution and a PReLU with one slope a channel."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1, padding: int = 0):
        super().__init__(nn.Conv2d(inputs, outputs, kernel, stride, padding), nn.PReLU(outputs))


class Inception(nn.Module):
    """Four parallel branches, joined by channel; the spatial size stays.

    widths: (1x1, 3x3 reduction, 3x3, 5x5 reduction, 5x5, pool projection).
    """

    def __init__(self, inputs: int, widths: tuple[int, int, int, int, int, int]) -> None:
        super().__init__()
        one, three_in, three, five_in, five, pool = widths
        self.one = ConvPReLU(inputs, one, 1)
        self.three = nn.Sequential(
            ConvPReLU(inputs, three_in, 1), ConvPReLU(three_in, three, 3, padding=1)
        )
        self.five = nn.Sequential(
            ConvPReLU(inputs, five_in, 1), ConvPReLU(five_in, five, 5, padding=2)
        )
        self.pool = nn.Sequential(nn.MaxPool2d(3, 1, 1), ConvPReLU(inputs, pool, 1))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, inputs, H, W) -> (N, one + three + five + pool, H, W)."""
        return torch.cat([self.one(x), self.three(x), self.five(x), self.pool(x)], dim=1)


class InceptionTrunk(nn.Module):
    """Convolutions, three inception modules and FC_1, shared by both branches of the papers.

    Source: 2B(N+M) Softmax section 4 with Mollahosseini's figure 1; the widths are GoogLeNet's
    3a, 3b and 4a, unpadded first convolutions and ceil-mode pools, which give the 25 M operations
    that the paper prints (25.08 M multiply-accumulates at 48 x 48 x 1 with FC_2).
    """

    features = 4096

    def __init__(self, channels: int = 1) -> None:
        super().__init__()
        self.convolutions = nn.Sequential(
            ConvPReLU(channels, 64, 7, stride=2),
            nn.MaxPool2d(3, 2, ceil_mode=True),
            ConvPReLU(64, 192, 3),
            nn.MaxPool2d(3, 2, ceil_mode=True),
            Inception(192, (64, 96, 128, 16, 32, 32)),
            Inception(256, (128, 128, 192, 32, 96, 64)),
            nn.MaxPool2d(3, 2, ceil_mode=True),
            Inception(480, (192, 96, 208, 16, 48, 64)),
            nn.MaxPool2d(3, 2, ceil_mode=True),
        )
        self.fc1 = nn.Sequential(nn.Flatten(), nn.Linear(512, self.features), nn.PReLU())

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """(N, channels, S, S), S = 48 or 60 -> FC_1, (N, 4096)."""
        return self.fc1(self.convolutions(x))


class InceptionClassifier(nn.Module):
    """The trunk and the expression branch: FC_2 (1024), then the classes."""

    def __init__(self, classes: int, channels: int = 1) -> None:
        super().__init__()
        self.trunk = InceptionTrunk(channels)
        self.fc2 = nn.Sequential(nn.Linear(InceptionTrunk.features, 1024), nn.PReLU())
        self.classifier = nn.Linear(1024, classes)

    def embed(self, x: torch.Tensor) -> torch.Tensor:
        """FC_2, (N, 1024)."""
        return self.fc2(self.trunk(x))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Logits, (N, classes)."""
        return self.classifier(self.embed(x))


def he_initialise(module: nn.Module) -> None:
    """He-normal weights for convolutions and linear layers, zero biases."""
    for layer in module.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(layer.weight, a=0.25)
            if layer.bias is not None:
                nn.init.zeros_(layer.bias)
