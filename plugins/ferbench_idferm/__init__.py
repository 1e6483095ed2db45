"""IDFERM (Liu et al., 2019): hard negative generation and radial metric learning."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from ferbench.contracts.generators import GeneratorSpec
from ferbench.contracts.hookspecs import hookimpl
from ferbench.contracts.method import Fidelity, MethodSpec, one_input
from ferbench.contracts.panels import PanelSpec
from ferbench.training.presets import BELOW_PAPER, INCEPTION_INPUTS, INCEPTION_PRESETS
from ferbench_idferm.config import GeneratedConfig, IdfermConfig
from ferbench_idferm.hng.config import HNG_PRESETS
from ferbench_idferm.hng.stages import HNG
from ferbench_idferm.stages import corpora, generated_corpora, reference_stages, stages

PAPER = "Liu et al., Hard negative generation for identity-disentangled FER (Pattern Recogn. 2019)"

WEIGHT = 0.03
"""Of the metric losses below `paper`."""
OWN: Mapping[str, Mapping[str, Any]] = {
    "tiny": {"pretrain_epochs": 2},
    "study": {"pretrain_epochs": 60},
    "paper": {
        "crop": 60,
        "crops": "ten",
        "sampling": "classes",
        "pretrain_epochs": 300,
        "pretrain_lr": 0.1,
    },
}
INPUTS = {**INCEPTION_INPUTS, "paper": one_input(64, 64)}

GENERATOR = (
    "VGG-Face and Light CNN of the generator are trained on its own corpus where no weights are "
    "given; `study` learns from simulated pairs and compares people with the target, not with the "
    "input; `tiny` and `lite` learn from the pairs of the training fold"
)
SIGNS = (
    "eq. 16 with the signs that its text has lost, as corrected in ferbench/losses; centres are "
    "means of the batch with their gradient, and the reference of a neutral query is left in peace"
)
BATCHES = (
    "below `paper`: all images of the batches that every method on the trunk sees are queries, not "
    "two of each expression, and the radial loss weighs less than cross-entropy; references pass "
    "batch norm by themselves"
)
POOL = (
    "the paper prints neither loss nor sampling: `2b-nm` with the references as images of a "
    "neutral class, each a negative of its own face, and N and M as they were; not pre-trained"
)
GRID_BATCH = (
    "below `paper`: whole people with their references, every image a query, where the paper "
    "embeds N + M images a query; the loss weighs less than cross-entropy"
)


def presets(own: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Those of the trunk, with the generator's and a method's own."""
    return {
        preset: {
            **values,
            "weight": 1.0 if preset == "paper" else WEIGHT,
            "hng": HNG_PRESETS[preset],
            **own.get(preset, {}),
        }
        for preset, values in INCEPTION_PRESETS.items()
    }


def radial(
    name: str,
    summary: str,
    factory: str,
    *deviations: str,
    needs: frozenset[str] = frozenset(),
    placebo_of: str | None = None,
) -> MethodSpec:
    """The method or its placebo."""
    return MethodSpec(
        name=name,
        summary=summary,
        factory=f"ferbench_idferm.method:{factory}",
        config=IdfermConfig,
        presets=presets(OWN),
        inputs=INPUTS,
        paper=PAPER,
        fidelity=Fidelity("adapted", (SIGNS, GENERATOR, *deviations, BELOW_PAPER, BATCHES)),
        needs=needs,
        stages=partial(stages, name),
        auxiliary=corpora,
        placebo_of=placebo_of,
        baseline="softmax",
    )


METHODS = (
    radial(
        "idferm",
        "IDFERM: queries near their class, away from their generated neutral faces",
        "Idferm",
    ),
    radial(
        "idferm-other",
        "placebo of idferm: references generated from other people",
        "IdfermOther",
        "no method of the paper",
        needs=frozenset({"subject_id"}),
        placebo_of="idferm",
    ),
    MethodSpec(
        name="2b-nm-generated",
        summary="2b-nm with generated neutral faces among its images: IDFERM's row [7]",
        factory="ferbench_idferm.method:TwoBranchGenerated",
        config=GeneratedConfig,
        presets=presets({"paper": {"tuples": "paper"}}),
        inputs=INCEPTION_INPUTS,
        paper=PAPER,
        fidelity=Fidelity("adapted", (POOL, GENERATOR, BELOW_PAPER, GRID_BATCH)),
        needs=frozenset({"subject_id"}),
        stages=reference_stages,
        auxiliary=generated_corpora,
        baseline="2b-nm",
    ),
)

PANELS = tuple(PanelSpec(spec.name, "ferbench_idferm.panels:references") for spec in METHODS)


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


@hookimpl
def register_generators(register: Callable[[GeneratorSpec], None]) -> None:
    """Register the stage that trains the generator."""
    register(GeneratorSpec(HNG, "ferbench_idferm.hng.generator:opened"))
