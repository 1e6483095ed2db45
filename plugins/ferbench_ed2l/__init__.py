"""ED2L (Bai et al., 2019): expression distilling and dispelling, its baseline and a placebo."""

from collections.abc import Callable
from functools import partial

from ferbench.contracts.hookspecs import hookimpl
from ferbench.contracts.method import Fidelity, MethodSpec
from ferbench.contracts.panels import PanelSpec
from ferbench.training.sphere_recipe import BELOW_PAPER, SPHERE_INPUTS, SPHERE_PRESETS
from ferbench_ed2l.config import BaselineConfig, Ed2lConfig
from ferbench_ed2l.stages import corpora, stages

PAPER = (
    "Bai et al., Adversarial Feature Distillation for Facial Expression Recognition (PRICAI 2019)"
)

PRETRAINED = {
    "tiny": {"pretrain_epochs": 2},
    "study": {"pretrain_epochs": 100},
    "paper": {"pretrain_epochs": 100},
}
PRESETS = {
    preset: {**values, **PRETRAINED.get(preset, {})} for preset, values in SPHERE_PRESETS.items()
}

NORMALISED = "feature and weights of the additive-margin softmax have length 1, against eq. 2"
FROZEN = (
    "l_p leaves the dispeller alone, as in section 2.3; `lp_updates_dispeller` has the "
    "introduction's wording"
)


def sphere_method(
    name: str,
    summary: str,
    factory: str,
    config: type,
    *deviations: str,
    placebo_of: str | None = None,
    baseline: str | None = None,
) -> MethodSpec:
    """One variant; all share their presets."""
    return MethodSpec(
        name=name,
        summary=summary,
        factory=f"ferbench_ed2l.method:{factory}",
        config=config,
        presets=PRESETS,
        inputs=SPHERE_INPUTS,
        paper=PAPER,
        fidelity=Fidelity("adapted", (NORMALISED, *deviations, BELOW_PAPER)),
        stages=partial(stages, name),
        auxiliary=corpora,
        placebo_of=placebo_of,
        baseline=baseline,
    )


METHODS = (
    sphere_method(
        "ed2l-baseline",
        "the network of ED2L without its dispelling branch",
        "Baseline",
        BaselineConfig,
    ),
    sphere_method(
        "ed2l",
        "ED2L: one branch distils the expression, the other dispels it",
        "Ed2l",
        Ed2lConfig,
        FROZEN,
        baseline="ed2l-baseline",
    ),
    sphere_method(
        "ed2l-shuffled",
        "placebo of ed2l: its dispeller is taught shuffled labels",
        "Ed2lShuffled",
        Ed2lConfig,
        FROZEN,
        "no method of the paper",
        placebo_of="ed2l",
        baseline="ed2l-baseline",
    ),
)

PANELS = (
    PanelSpec("ed2l", "ferbench_ed2l.panels:both_branches"),
    PanelSpec("ed2l-shuffled", "ferbench_ed2l.panels:both_branches"),
    PanelSpec("ed2l-baseline", "ferbench_ed2l.panels:only_branch"),
)


@hookimpl
def register_methods(register: Callable[[MethodSpec], None]) -> None:
    """Register the variants."""
    for spec in METHODS:
        register(spec)


@hookimpl
def register_panels(register: Callable[[PanelSpec], None]) -> None:
    """Register what the variants show of faces."""
    for spec in PANELS:
        register(spec)
