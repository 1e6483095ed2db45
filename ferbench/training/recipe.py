"""How a network is trained in epochs: settings that methods share; importable without torch."""

from dataclasses import dataclass
from typing import Any

from ferbench.errors import UsageError

NORMALISATIONS = ("standardise", "equalise_plane_standardise", "scale")
SCHEDULES = ("one_cycle", "constant")
BATCHES = ("grid", "shuffled")


@dataclass
class Recipe:
    """normalisation:   of each crop, one of `NORMALISATIONS`.
    crop:            side of the square training and test window, in pixels.
    batches:         `grid`: whole people, as every method on the trunk sees them (`shuffled` where
                     the corpus names no people), or `shuffled`.
    batch:           images of a batch.
    schedule:        `one_cycle` up to `lr`, or `constant`.
    clip:            norm of all gradients together beyond which a step shortens them; None: never.
    decoupled_decay: weight decay beside Adam's step (AdamW), or in the gradient as in the papers.
    """

    normalisation: str = "standardise"
    crop: int = 44
    batches: str = "shuffled"
    batch: int = 32
    epochs: int = 24
    lr: float = 3e-3
    weight_decay: float = 1e-3
    decoupled_decay: bool = True
    schedule: str = "one_cycle"
    label_smoothing: float = 0.05
    clip: float | None = None

    def __post_init__(self) -> None:
        among("normalisation", self.normalisation, NORMALISATIONS)
        among("schedule", self.schedule, SCHEDULES)
        among("batches", self.batches, BATCHES)


@dataclass
class InceptionRecipe(Recipe):
    """divisor, batch_norm, first_pool: see `nets.inception.TrunkShape`."""

    batches: str = "grid"
    batch: int = 28
    lr: float = 1.2e-2
    clip: float | None = 10.0
    divisor: int = 8
    batch_norm: bool = True
    first_pool: bool = False


@dataclass
class WeightedRecipe(InceptionRecipe):
    """weight: of a method's own loss beside cross-entropy."""

    weight: float = 1.0


def among(setting: str, value: Any, known: tuple[str, ...]) -> None:
    """Refuse a value of a setting that means nothing."""
    if value not in known:
        raise UsageError(f"{setting} is {value!r}; known: {', '.join(known)}")
