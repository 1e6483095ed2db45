"""Baselines: softmax alone, softmax with a metric loss of others, and hand-crafted features."""

from collections.abc import Callable

from ferbench.contracts.hookspecs import hookimpl
from ferbench.contracts.method import Fidelity, MethodSpec, one_input
from ferbench.training.presets import BELOW_PAPER, INCEPTION_INPUTS, INCEPTION_PRESETS
from ferbench.training.recipe import InceptionRecipe
from ferbench.training.resnet_recipe import BELOW_PAPER as SMALLER_RESNET
from ferbench.training.resnet_recipe import (
    RESNET_INPUTS,
    RESNET_PRESETS,
    ResNetRecipe,
    extra_corpora,
)
from ferbench_baselines.config import (
    CclConfig,
    CentreConfig,
    CnnConfig,
    ContrastiveConfig,
    IslandConfig,
    LbpSvmConfig,
    TripletConfig,
)

NOT_PRETRAINED = "no pre-training on FER2013 and Multi-PIE"

SOFTMAX = MethodSpec(
    name="softmax",
    summary="cross-entropy on the inception network of the papers",
    factory="ferbench_baselines.softmax:Softmax",
    config=InceptionRecipe,
    presets=INCEPTION_PRESETS,
    inputs=INCEPTION_INPUTS,
    paper="2B(N+M) Softmax (2017), section 5: the row `Inception`",
    fidelity=Fidelity("adapted", (BELOW_PAPER, NOT_PRETRAINED)),
)

CNN = MethodSpec(
    name="cnn",
    summary="cross-entropy on a plain convolutional network",
    factory="ferbench_baselines.softmax:Cnn",
    config=CnnConfig,
    presets={
        "tiny": {"width": 4, "epochs": 3},
        "lite": {},
        "study": {"width": 16, "epochs": 120, "dropout": 0.4},
    },
    inputs={name: one_input(48, 48) for name in ("tiny", "lite", "study")},
    fidelity=Fidelity("inspired", ("a four-layer network of our own, from no paper",)),
)

LBP_SVM = MethodSpec(
    name="lbp-svm",
    summary="uniform local binary patterns on a grid, linear SVM",
    factory="ferbench_baselines.lbp_svm:LbpSvm",
    config=LbpSvmConfig,
    presets={"tiny": {}, "lite": {}, "study": {}, "paper": {}},
    inputs={
        "tiny": one_input(48, 48),
        "lite": one_input(48, 48),
        "study": one_input(48, 48),
        "paper": one_input(128, 110),
    },
    paper="the hand-crafted baseline that the papers' tables begin with",
    fidelity=Fidelity("inspired", ("the papers print no settings; these are the common ones",)),
)

RESNET101 = MethodSpec(
    name="resnet101",
    summary="cross-entropy and the island loss on a ResNet (101 layers in `paper`)",
    factory="ferbench_baselines.resnet:ResNet101",
    config=ResNetRecipe,
    presets=RESNET_PRESETS,
    inputs=RESNET_INPUTS,
    paper="IF-GAN (2021), section 4.3: the row `ResNet-101`",
    fidelity=Fidelity(
        "adapted",
        (
            "the weights of the two losses are those that IF-GAN prints for itself",
            "trained on the fold alone, from a random start, unless `extra` names the other "
            "datasets and `weights` a file of ImageNet's",
            SMALLER_RESNET,
        ),
    ),
    auxiliary=extra_corpora,
)


def metric_baseline(name: str, summary: str, factory: str, config: type, paper: str) -> MethodSpec:
    """A method that is `softmax` with another loss beside it."""
    return MethodSpec(
        name=name,
        summary=summary,
        factory=f"ferbench_baselines.metric:{factory}",
        config=config,
        presets=INCEPTION_PRESETS,
        inputs=INCEPTION_INPUTS,
        paper=paper,
        fidelity=Fidelity(
            "adapted",
            (
                "on FC_2 of the papers' inception network, not the network of its own paper",
                BELOW_PAPER,
                NOT_PRETRAINED,
            ),
        ),
        baseline="softmax",
    )


METRIC_BASELINES = (
    metric_baseline(
        "center", "softmax and the centre loss", "Centre", CentreConfig, "Wen et al. (2016)"
    ),
    metric_baseline(
        "island", "softmax and the island loss", "Island", IslandConfig, "Cai et al. (2018)"
    ),
    metric_baseline(
        "triplet",
        "softmax and the triplet loss (all, random or semi-hard)",
        "Triplet",
        TripletConfig,
        "Schroff et al. (2015), after Ding et al. (2015)",
    ),
    metric_baseline(
        "contrastive",
        "softmax and the contrastive loss",
        "Contrastive",
        ContrastiveConfig,
        "Hadsell et al. (2006)",
    ),
    metric_baseline(
        "ccl",
        "softmax and the coupled clusters loss",
        "Ccl",
        CclConfig,
        "Liu et al., Deep relative distance learning (2016)",
    ),
)


@hookimpl
def register_methods(register: Callable[[MethodSpec], None]) -> None:
    """Register the baselines."""
    for spec in (SOFTMAX, CNN, *METRIC_BASELINES, RESNET101, LBP_SVM):
        register(spec)
