"""Baselines: a plain network trained with softmax, and hand-crafted features with an SVM."""

from collections.abc import Callable

from ferbench.contracts.hookspecs import hookimpl
from ferbench.contracts.method import Fidelity, MethodSpec, one_input
from ferbench_baselines.config import LbpSvmConfig, SoftmaxConfig

SOFTMAX = MethodSpec(
    name="softmax",
    summary="cross-entropy on a plain convolutional network",
    factory="ferbench_baselines.softmax:Softmax",
    config=SoftmaxConfig,
    presets={
        "tiny": {"width": 4, "epochs": 3},
        "lite": {},
        "study": {"width": 16, "epochs": 60, "dropout": 0.4},
        "paper": {
            "network": "inception",
            "normalisation": "equalise_plane_standardise",
            "crop": 48,
            "epochs": 100,
            "batch": 144,
            "lr": 1e-4,
            "weight_decay": 1e-4,
            "schedule": "constant",
            "label_smoothing": 0.0,
            "dropout": 0.0,
        },
    },
    inputs={
        "tiny": one_input(48, 48),
        "lite": one_input(48, 48),
        "study": one_input(48, 48),
        "paper": one_input(60, 60),
    },
    paper="2B(N+M) Softmax (2017), section 5: the row `Inception`",
    fidelity=Fidelity(
        "adapted",
        (
            "below `paper`: a plain four-layer CNN of our own on 48 x 48 images",
            "`paper`: the inception network without pre-training on FER2013 and Multi-PIE",
        ),
    ),
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


@hookimpl
def register_methods(register: Callable[[MethodSpec], None]) -> None:
    """Register the baselines."""
    register(SOFTMAX)
    register(LBP_SVM)
