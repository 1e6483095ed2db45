"""Settings of the methods that learn from generated references; importable without torch."""

from dataclasses import dataclass, field

from ferbench.errors import UsageError
from ferbench.training.recipe import WeightedRecipe, among
from ferbench_idferm.hng.config import HngConfig

H_SIGNS = ("corrected", "eq8_literal")
THRESHOLDS = ("adaptive", "fixed")
SAMPLINGS = ("batch", "classes")
CROPS = ("uniform", "ten")
PRETRAININGS = ("none", "multipie")
AVERAGES = ("tuple", "set")
TUPLES = ("grid", "paper")


@dataclass
class IdfermConfig(WeightedRecipe):
    """weight:       lambda, of the radial loss.
    threshold:    of that loss: `adaptive`, the learned H of eq. 16, or `fixed`, eq. 8 with T =
                  `boundary` and `tau`, of squared Euclidean distances.
    h_sign:       the learned H as corrected, or with the signs that 2B(N+M) Softmax eq. 8 prints.
    momentum:     of a running class centre; 0: the centres are those of the batch.
    mask_neutral: whether the reference of a neutral query, which resembles it, is left in peace.
    sampling:     `classes`: `each` random images of every expression; `batch`: as every method on
                  the trunk sees them, `batch` images of whole people. All are queries.
    crops:        `ten`: the four corners or the centre, mirrored or not; `uniform`: any offset.
    pretrain:     the corpus that the network is trained on before with the joint loss, one of
                  `PRETRAININGS`, for `pretrain_epochs` from the learning rate `pretrain_lr`.
    hng:          how the generator is trained.
    """

    threshold: str = "adaptive"
    boundary: float = 2.0
    tau: float = 2.0
    h_sign: str = "corrected"
    momentum: float = 0.0
    mask_neutral: bool = True
    sampling: str = "batch"
    each: int = 2
    crops: str = "uniform"
    pretrain: str = "none"
    pretrain_epochs: int = 12
    pretrain_lr: float = 0.01
    hng: HngConfig = field(default_factory=HngConfig)

    def __post_init__(self) -> None:
        super().__post_init__()
        among("threshold", self.threshold, THRESHOLDS)
        among("h_sign", self.h_sign, H_SIGNS)
        among("sampling", self.sampling, SAMPLINGS)
        among("crops", self.crops, CROPS)
        among("pretrain", self.pretrain, PRETRAININGS)
        if not 0 <= self.momentum < 1:
            raise UsageError(f"momentum is {self.momentum}; it must be at least 0 and below 1")


@dataclass
class GeneratedConfig(WeightedRecipe):
    """tuples, queries, h_sign, average: as of `2b-nm`; hng: how the generator is trained."""

    tuples: str = "grid"
    queries: int = 12
    h_sign: str = "corrected"
    average: str = "tuple"
    hng: HngConfig = field(default_factory=HngConfig)

    def __post_init__(self) -> None:
        super().__post_init__()
        among("tuples", self.tuples, TUPLES)
        among("h_sign", self.h_sign, H_SIGNS)
        among("average", self.average, AVERAGES)
