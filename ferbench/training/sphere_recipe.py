"""Settings and presets of the methods on the SphereFace network; importable without torch."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ferbench.contracts.method import Preparation, one_input
from ferbench.errors import UsageError
from ferbench.training.recipe import Recipe, among

TESTED = ("ten", "centre")


@dataclass
class SphereRecipe(Recipe):
    """crop, crop_width: height and width of the ten windows of an image, in pixels.
    every_crop:    all ten windows of an image in each epoch, as in the papers, or one of them,
                   drawn anew.
    tested:        `ten`: the mean of the probabilities of the ten windows, or `centre`.
    divisor, units: see `nets.sphereface.SphereShape`.
    scale, margin: s and m of the additive-margin softmax.
    """

    crop_width: int = 44
    every_crop: bool = False
    tested: str = "ten"
    divisor: int = 4
    units: tuple[int, int, int, int] = (0, 1, 1, 1)
    lr: float = 1e-2
    scale: float = 15.0
    margin: float = 0.35
    label_smoothing: float = 0.0

    def __post_init__(self) -> None:
        super().__post_init__()
        among("tested", self.tested, TESTED)
        if len(self.units) != 4:
            raise UsageError(
                f"units is {list(self.units)}; it must have four numbers: residual units of Conv1, "
                "Conv2, Conv3 and of a branch"
            )

    @property
    def window(self) -> tuple[int, int]:
        """Height and width of what the network sees."""
        return self.crop, self.crop_width


SPHERE_PRESETS: Mapping[str, Mapping[str, Any]] = {
    "tiny": {"divisor": 8, "units": (0, 0, 0, 0), "crop": 40, "crop_width": 40, "epochs": 2},
    "lite": {},
    "study": {"epochs": 100},
    "paper": {
        "normalisation": "scale",
        "crop": 112,
        "crop_width": 96,
        "every_crop": True,
        "batch": 64,
        "epochs": 100,
        "lr": 1e-4,
        "weight_decay": 5e-4,
        "decoupled_decay": False,
        "schedule": "constant",
        "divisor": 1,
        "units": (1, 2, 4, 1),
        "scale": 30.0,
    },
}

SPHERE_INPUTS: Mapping[str, Mapping[str, Preparation]] = {
    "tiny": one_input(48, 48),
    "lite": one_input(48, 48),
    "study": one_input(48, 48),
    "paper": one_input(128, 110),
}

BELOW_PAPER = (
    "below `paper`: widths / 4 and residual units 0/1/1/1 (`tiny`: / 8 and none), 44 x 44 windows "
    "of 48 x 48 images, standardised, one of the ten an epoch, s = 15, one-cycle learning rate"
)
"""The deviation that all methods on the network share."""
