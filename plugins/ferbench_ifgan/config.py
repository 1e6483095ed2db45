"""Settings of IF-GAN; importable without torch."""

from dataclasses import dataclass

from ferbench.contracts.method import AuxiliaryNeed
from ferbench.errors import UsageError
from ferbench.training.recipe import among
from ferbench.training.resnet_recipe import ResNetRecipe, extra_corpora

PAIRS = ("channels", "shared")
ISLANDS = ("both", "fake")
AVERAGES = ("train", "posed")
STEP = 16
"""Sides that the generator takes are multiples of it: it halves them four times."""


@dataclass
class IfGanConfig(ResNetRecipe):
    """gan_divisor: every width of generator and discriminator is divided by it.
    lambda1:  weight of the adversarial losses.     lambda2: of the L1 distance.
    cls_to_g: whether cross-entropy and island loss of the fake tuple train the generator too.
    pair:     how the classifier sees two pictures, see `nets.resnet.PairTrunk`.
    island_on: whether the island loss has the features of both tuples, or those of the fake one.
    averages: of the training fold's images, or of all images of the corpora `posed`, for a dataset
              of faces in any pose.
    lots:     a batch passes the networks in so many parts, whose gradients are added.
    """

    gan_divisor: int = 16
    lambda1: float = 0.1
    lambda2: float = 1000.0
    cls_to_g: bool = True
    pair: str = "channels"
    island_on: str = "both"
    averages: str = "train"
    posed: tuple[str, ...] = ("bu3dfe", "ckplus", "mmi")
    lots: int = 1

    def __post_init__(self) -> None:
        super().__post_init__()
        among("pair", self.pair, PAIRS)
        among("island_on", self.island_on, ISLANDS)
        among("averages", self.averages, AVERAGES)
        if self.crop % STEP:
            raise UsageError(f"crop is {self.crop}; the generator takes multiples of {STEP}")
        if self.lots < 1:
            raise UsageError(f"lots is {self.lots}; a batch has at least one")


def corpora(config: IfGanConfig) -> tuple[AuxiliaryNeed, ...]:
    """Those that are trained on beside the fold, and those that the averages are of."""
    found = extra_corpora(config)
    if config.averages == "posed":
        found += tuple(AuxiliaryNeed(name) for name in config.posed if name not in config.extra)
    return found
