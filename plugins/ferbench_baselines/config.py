"""Settings of the baselines; importable without torch."""

from dataclasses import dataclass

from ferbench.training.recipe import Recipe, WeightedRecipe, among

MININGS = ("random", "all", "semihard")


@dataclass
class CnnConfig(Recipe):
    """width: channels of the first of four convolutions. dropout: before the classifier."""

    width: int = 8
    dropout: float = 0.2
    lr: float = 4e-3


@dataclass
class CentreConfig(WeightedRecipe):
    """rate: of the centres' own update."""

    weight: float = 0.01
    rate: float = 0.5


@dataclass
class IslandConfig(WeightedRecipe):
    """alpha: of the centres' parting. rate: of the centres' own update."""

    weight: float = 0.01
    alpha: float = 0.03
    rate: float = 0.5


@dataclass
class TripletConfig(WeightedRecipe):
    """tau: margin of squared distances."""

    weight: float = 0.03
    tau: float = 1.0
    mining: str = "all"

    def __post_init__(self) -> None:
        super().__post_init__()
        among("mining", self.mining, MININGS)


@dataclass
class ContrastiveConfig(WeightedRecipe):
    """margin: distance at which negatives rest."""

    weight: float = 0.1
    margin: float = 1.0


@dataclass
class CclConfig(WeightedRecipe):
    """alpha: margin of squared distances."""

    weight: float = 0.01
    alpha: float = 1.0


@dataclass
class LbpSvmConfig:
    """radii: of the 8-neighbour patterns, in pixels. rows, columns: cells of the grid.
    penalty: the SVM's C.
    """

    radii: tuple[int, ...] = (1, 2)
    rows: int = 7
    columns: int = 6
    penalty: float = 1.0
