"""ADFL (Bai et al., 2019): the residual of expressive and neutral maps, its baseline, a placebo."""

from collections.abc import Callable, Mapping
from typing import Any

from ferbench.contracts.hookspecs import hookimpl
from ferbench.contracts.method import Fidelity, MethodSpec
from ferbench.contracts.panels import PanelSpec
from ferbench.training.sphere_recipe import (
    BELOW_PAPER,
    SPHERE_INPUTS,
    SPHERE_PRESETS,
    SphereRecipe,
)
from ferbench_adfl.config import AdflConfig

PAPER = "Bai et al., Disentangled Feature Based Adversarial Learning for FER (ICIP 2019)"

OWN: Mapping[str, Mapping[str, Any]] = {"paper": {"neutral": "mixed", "weight": 10.0}}
"""What method and placebo have beside the baseline's settings; the smaller presets have the
defaults of `AdflConfig`."""

PRESETS = {preset: {**values, **OWN.get(preset, {})} for preset, values in SPHERE_PRESETS.items()}

NORMALISED = "feature and weights of the additive-margin softmax have length 1, against eq. 6"
GREY = "grey images, which the paper does not say"
RESIDUAL = (
    "the residual is of feature maps, as the text says, and detached, as its routing says; "
    "`residual_backprop` lets gradients through"
)
MASKED = "losses that are 0 for neutral frames are means over the expressive frames of a batch"
SMALLER = (
    "below `paper`: neutral frames come beside the baseline's batches, not among them, and "
    "lambda_n is 1 instead of 10"
)


def adversarial(
    name: str, summary: str, factory: str, *deviations: str, placebo_of: str | None = None
) -> MethodSpec:
    """The method or its placebo."""
    return MethodSpec(
        name=name,
        summary=summary,
        factory=f"ferbench_adfl.method:{factory}",
        config=AdflConfig,
        presets=PRESETS,
        inputs=SPHERE_INPUTS,
        paper=PAPER,
        fidelity=Fidelity(
            "adapted", (NORMALISED, GREY, RESIDUAL, MASKED, *deviations, BELOW_PAPER, SMALLER)
        ),
        needs=frozenset({"neutral"}),
        placebo_of=placebo_of,
        baseline="adfl-baseline",
    )


METHODS = (
    MethodSpec(
        name="adfl-baseline",
        summary="the shared layers and one branch of ADFL, on expressive frames",
        factory="ferbench_adfl.method:Baseline",
        config=SphereRecipe,
        presets=SPHERE_PRESETS,
        inputs=SPHERE_INPUTS,
        paper=PAPER,
        fidelity=Fidelity("adapted", (NORMALISED, GREY, BELOW_PAPER)),
    ),
    adversarial("adfl", "ADFL: classifies by expressive minus neutral feature maps", "Adfl"),
    adversarial(
        "adfl-shuffled",
        "placebo of adfl: its dispeller is taught shuffled labels",
        "AdflShuffled",
        "no method of the paper",
        placebo_of="adfl",
    ),
)

PANELS = (
    PanelSpec("adfl", "ferbench_adfl.panels:residual"),
    PanelSpec("adfl-shuffled", "ferbench_adfl.panels:residual"),
    PanelSpec("adfl-baseline", "ferbench_adfl.panels:only_branch"),
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
