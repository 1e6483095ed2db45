"""Settings of ADFL; importable without torch."""

from dataclasses import dataclass

from ferbench.training.recipe import among
from ferbench.training.sphere_recipe import SphereRecipe

NEUTRAL_FRAMES = ("beside", "mixed")


@dataclass
class AdflConfig(SphereRecipe):
    """weight: lambda_n, of the neutral branch's losses; 10 in the paper.
    residual_backprop: whether the residual branch trains the layers before it, or, as the paper
                       says, its own alone.
    neutral: `mixed`: batches of `batch` frames, neutral or not, as in the paper; `beside`: the
             batches of the baseline, `batch` expressive frames each, and beside them an equal
             share of the neutral ones.
    """

    weight: float = 1.0
    residual_backprop: bool = False
    neutral: str = "beside"

    def __post_init__(self) -> None:
        super().__post_init__()
        among("neutral", self.neutral, NEUTRAL_FRAMES)
