"""IF-GAN (Cai et al., 2021): faces become one average face, and the expression stays."""

from collections.abc import Callable, Mapping
from typing import Any

from ferbench.contracts.hookspecs import hookimpl
from ferbench.contracts.method import Fidelity, MethodSpec
from ferbench.contracts.panels import PanelSpec
from ferbench.training.resnet_recipe import BELOW_PAPER, RESNET_INPUTS, RESNET_PRESETS
from ferbench_ifgan.config import IfGanConfig, corpora

PAPER = "Cai et al., Identity-Free FER using Conditional Generative Adversarial Network (ICIP 2021)"

OWN: Mapping[str, Mapping[str, Any]] = {
    "tiny": {"gan_divisor": 32},
    "study": {"gan_divisor": 8, "lambda2": 4000.0},
    "paper": {"gan_divisor": 1, "lambda1": 1.0, "lambda2": 20.0},
}
PRESETS = {preset: {**values, **OWN.get(preset, {})} for preset, values in RESNET_PRESETS.items()}

LAYERS = (
    "channels of the generator, the pair as six channels and E's gradient into G are our reading"
)
ISLAND = "the island loss is a mean over the images of both tuples, where eq. 5 prints a sum"
SINGLE = (
    "trained on the fold alone, and E from a random start, unless `extra` names the other datasets "
    "and `weights` a file of ImageNet's"
)
SMALLER = (
    "below `paper`: widths of generator and discriminator / 16 (`tiny`: / 32, `study`: / 8), and "
    "weights of the adversarial losses and of the L1 distance of 0.1 and 1000 (`study`: 4000) "
    "instead of 1 and 20"
)


def gan(
    name: str, summary: str, factory: str, *deviations: str, placebo_of: str | None = None
) -> MethodSpec:
    """One variant; all share their presets."""
    return MethodSpec(
        name=name,
        summary=summary,
        factory=f"ferbench_ifgan.method:{factory}",
        config=IfGanConfig,
        presets=PRESETS,
        inputs=RESNET_INPUTS,
        paper=PAPER,
        fidelity=Fidelity("adapted", (LAYERS, ISLAND, SINGLE, *deviations, BELOW_PAPER, SMALLER)),
        auxiliary=corpora,
        placebo_of=placebo_of,
        baseline="resnet101",
    )


METHODS = (
    gan("ifgan", "IF-GAN: classifies a face beside the average face made of it", "IfGan"),
    gan("ifgan-noattention", "IF-GAN without self-attention in its generator", "IfGanNoAttention"),
    gan(
        "ifgan-random",
        "placebo of ifgan: the average face of a random class is made",
        "IfGanRandom",
        "no method of the paper",
        placebo_of="ifgan",
    ),
)

PANELS = (
    PanelSpec("ifgan", "ferbench_ifgan.panels:transfer_and_attention"),
    PanelSpec("ifgan-noattention", "ferbench_ifgan.panels:transfer"),
    PanelSpec("ifgan-random", "ferbench_ifgan.panels:transfer_and_attention"),
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
