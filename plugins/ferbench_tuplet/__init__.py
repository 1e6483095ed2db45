"""2B(N+M) Softmax (Liu et al., 2017): its four variants, and a placebo."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ferbench.contracts.hookspecs import hookimpl
from ferbench.contracts.method import Fidelity, MethodSpec
from ferbench.training.presets import BELOW_PAPER, INCEPTION_INPUTS, INCEPTION_PRESETS
from ferbench_tuplet.config import ClustersConfig, NPlusOneConfig
from ferbench_tuplet.stages import corpora, stages

PAPER = "Liu et al., Adaptive Deep Metric Learning for Identity-Aware FER (CVPRW 2017)"

OWN: Mapping[str, Mapping[str, Any]] = {
    "tiny": {"pretrain_epochs": 2},
    "study": {"pretrain_epochs": 60},
    "paper": {"tuples": "paper", "weight": 1.0, "pretrain_epochs": 300, "pretrain_lr": 0.1},
}

GRID_BATCH = (
    "below `paper`: the grid batch, whole people and every image a query, where the paper embeds "
    "N + M images a query; the loss weighs less than cross-entropy"
)
SIGNS = "the signs of eqs. 8 and 9 as corrected in ferbench/losses; `h_sign` has the printed ones"


def tuplet_method(
    name: str,
    summary: str,
    factory: str,
    config: type,
    weight: float,
    *deviations: str,
    placebo_of: str | None = None,
) -> MethodSpec:
    """One variant; all share their presets but for the weight of the loss below `paper`."""
    presets = {
        preset: {**values, "weight": weight, **OWN.get(preset, {})}
        for preset, values in INCEPTION_PRESETS.items()
    }
    return MethodSpec(
        name=name,
        summary=summary,
        factory=f"ferbench_tuplet.method:{factory}",
        config=config,
        presets=presets,
        inputs=INCEPTION_INPUTS,
        paper=PAPER,
        fidelity=Fidelity("adapted", (*deviations, BELOW_PAPER, GRID_BATCH)),
        needs=frozenset({"subject_id"}),
        stages=partial(stages, name),
        auxiliary=corpora,
        placebo_of=placebo_of,
        baseline="softmax",
    )


METHODS = (
    tuplet_method(
        "1b-n1",
        "1B(N+1) Softmax: the (N+1)-tuplet loss on the softmax feature",
        "OneBranchNPlusOne",
        NPlusOneConfig,
        0.003,
    ),
    tuplet_method(
        "2b-n1",
        "2B(N+1) Softmax: the (N+1)-tuplet loss on a branch of its own",
        "TwoBranchNPlusOne",
        NPlusOneConfig,
        0.03,
    ),
    tuplet_method(
        "1b-nm",
        "1B(N+M) Softmax: the (N+M)-tuplet clusters loss on the softmax feature",
        "OneBranchClusters",
        ClustersConfig,
        0.03,
        SIGNS,
    ),
    tuplet_method(
        "2b-nm",
        "2B(N+M) Softmax: the (N+M)-tuplet clusters loss on a branch of its own",
        "TwoBranchClusters",
        ClustersConfig,
        0.03,
        SIGNS,
    ),
    tuplet_method(
        "2b-nm-random",
        "placebo of 2b-nm: negatives of random other people",
        "TwoBranchClustersRandom",
        ClustersConfig,
        0.03,
        SIGNS,
        "no method of the paper",
        placebo_of="2b-nm",
    ),
)


@hookimpl
def register_methods(register: Callable[[MethodSpec], None]) -> None:
    """Register the variants."""
    for spec in METHODS:
        register(spec)
