"""Settings of ED2L; importable without torch."""

from dataclasses import dataclass

from ferbench.training.recipe import among
from ferbench.training.sphere_recipe import SphereRecipe

PRETRAININGS = ("none", "fer2013")


@dataclass
class BaselineConfig(SphereRecipe):
    """pretrain: the corpus that the network is trained on before: the paper's rows "w.o." (`none`)
    and "w." (`fer2013`), the latter for `pretrain_epochs` with all other settings the same.
    """

    pretrain: str = "none"
    pretrain_epochs: int = 12

    def __post_init__(self) -> None:
        super().__post_init__()
        among("pretrain", self.pretrain, PRETRAININGS)


@dataclass
class Ed2lConfig(BaselineConfig):
    """weight: lambda_p, of the dispelling branch's losses.
    lp_updates_dispeller: whether l_p trains the dispeller too, as the paper's introduction says.
    """

    weight: float = 10.0
    lp_updates_dispeller: bool = False
