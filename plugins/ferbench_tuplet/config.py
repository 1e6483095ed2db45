"""Settings of the tuplet methods; importable without torch."""

from dataclasses import dataclass

from ferbench.training.recipe import WeightedRecipe, among

TUPLES = ("grid", "paper")
H_SIGNS = ("corrected", "eq8_literal")
AVERAGES = ("tuple", "set")
PRETRAININGS = ("none", "fer2013", "fer2013+multipie")


@dataclass
class TupletConfig(WeightedRecipe):
    """tuples:     `paper`: `queries` tuples of N + M images side by side, softmax on the queries;
                `grid`: tuples within a batch of whole people, every image a query.
    query_in_m: whether the query is one of the M positives (144 images a batch) or beside them
                (156).
    pretrain:   the corpora that the network is trained on before, one of `PRETRAININGS`; each
                stage for `pretrain_epochs` from the learning rate `pretrain_lr`.
    """

    tuples: str = "grid"
    queries: int = 12
    query_in_m: bool = True
    pretrain: str = "none"
    pretrain_epochs: int = 12
    pretrain_lr: float = 0.01

    def __post_init__(self) -> None:
        super().__post_init__()
        among("tuples", self.tuples, TUPLES)
        among("pretrain", self.pretrain, PRETRAININGS)


@dataclass
class NPlusOneConfig(TupletConfig):
    """tau: margin of eq. 1, of squared Euclidean distances."""

    tau: float = 1.0


@dataclass
class ClustersConfig(TupletConfig):
    """h_sign:  the learned similarity as corrected, or with the signs that eq. 8 prints.
    average: over a tuple's images (eq. 10) or each set by itself (eq. 9).
    """

    h_sign: str = "corrected"
    average: str = "tuple"

    def __post_init__(self) -> None:
        super().__post_init__()
        among("h_sign", self.h_sign, H_SIGNS)
        among("average", self.average, AVERAGES)
