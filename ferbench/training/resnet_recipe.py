"""Settings and presets of the methods on a ResNet; importable without torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ferbench.contracts.method import AuxiliaryNeed, Preparation, one_input
from ferbench.errors import UsageError
from ferbench.training.checksums import require_checksum
from ferbench.training.recipe import Recipe, among

DEPTHS = (18, 34, 50, 101)
REDUCTIONS = ("mean", "sum")
DECAY_EPOCHS = 10
"""Every so many epochs a learning rate without a cycle falls."""


@dataclass
class ResNetRecipe(Recipe):
    """depth, divisor: see `nets.resnet.ResNetShape`.
    recompute: forget what blocks computed until the backward pass needs it: less memory, more time.
    degrees:  training images are turned by up to so many, either way.
    betas:    of Adam.
    decay:    without a cycle, the learning rate is multiplied by it every ten epochs.
    lambda3:  weight of cross-entropy.              lambda4: of the island loss.
    alpha, rate, island_reduction: of the island loss: of its pairs of centres, of the centres' own
              update, and whether its first term is the mean over a batch or, literally, the sum.
    weights:  a torchvision state dict of ImageNet's, and its SHA-256; empty: a random start.
    extra:    datasets whose images of the scored classes are trained on as well.
    """

    normalisation: str = "scale"
    crop: int = 48
    lr: float = 3e-3
    depth: int = 18
    divisor: int = 4
    recompute: bool = False
    degrees: float = 5.0
    betas: tuple[float, float] = (0.9, 0.99)
    decay: float = 0.9
    label_smoothing: float = 0.0
    lambda3: float = 10.0
    lambda4: float = 0.1
    alpha: float = 0.03
    rate: float = 0.5
    island_reduction: str = "mean"
    weights: str = ""
    weights_sha256: str = ""
    extra: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        super().__post_init__()
        among("normalisation", self.normalisation, ("scale",))
        if self.depth not in DEPTHS:
            known = ", ".join(map(str, DEPTHS))
            raise UsageError(f"depth is {self.depth}; known: {known}")
        among("island_reduction", self.island_reduction, REDUCTIONS)
        require_checksum("weights", self.weights, self.weights_sha256, "weights_sha256")
        if self.weights and self.divisor != 1:
            raise UsageError(f"weights fit the full width: set divisor to 1, not {self.divisor}")


def extra_corpora(config: ResNetRecipe) -> tuple[AuxiliaryNeed, ...]:
    """The other datasets that are trained on."""
    return tuple(AuxiliaryNeed(name) for name in config.extra)


RESNET_PRESETS: Mapping[str, Mapping[str, Any]] = {
    "tiny": {"divisor": 16, "crop": 32, "epochs": 2},
    "lite": {"epochs": 6},
    "study": {"epochs": 100, "batches": "grid", "batch": 14, "lr": 1e-2},
    "paper": {
        "crop": 224,
        "batch": 50,
        "epochs": 100,
        "lr": 1e-4,
        "weight_decay": 1e-4,
        "decoupled_decay": False,
        "schedule": "constant",
        "depth": 101,
        "divisor": 1,
        "lambda4": 1.0,
    },
}

RESNET_INPUTS: Mapping[str, Mapping[str, Preparation]] = {
    "tiny": one_input(36, 36, "rgb"),
    "lite": one_input(54, 54, "rgb"),
    "study": one_input(54, 54, "rgb"),
    "paper": one_input(256, 256, "rgb"),
}

BELOW_PAPER = (
    "below `paper`: ResNet-18 with widths / 4 (`tiny`: / 16), 48 x 48 windows of 54 x 54 images "
    "(`tiny`: 32 of 36), batches of 32 (`study`: of 14, whole people), AdamW with a one-cycle "
    "learning rate, and a weight of the island loss of 0.1 instead of 1"
)
"""The deviation that all methods on the network share."""
