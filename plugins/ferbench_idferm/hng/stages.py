"""The stages of the hard negative generation and the corpora they learn from; without torch."""

from dataclasses import asdict
from typing import Any

from ferbench.contracts.faces import DEFAULT_INPUT
from ferbench.contracts.method import AuxiliaryNeed, Preparation, StageSpec
from ferbench_idferm.hng.config import HngConfig

HNG = "hng"
PHI, PSI = "hng-phi", "hng-psi"
"""VGG-Face and Light CNN-4, where they are trained."""
TRAIN = "train"
INPUT = Preparation(64, 64)
"""The faces that the generator reads and writes."""


def generator_corpora(config: HngConfig) -> tuple[AuxiliaryNeed, ...]:
    """The corpus of pairs, unless they are those of the training fold."""
    return () if config.corpus == TRAIN else (AuxiliaryNeed(_corpus(config)),)


def generator_stages(config: HngConfig) -> tuple[StageSpec, ...]:
    """The feature networks that must be trained, each in a stage of its own, then the generator."""
    found = []
    if config.has_feature_loss and not config.phi_weights:
        own = _features(config, config.phi_divisor)
        found.append(_stage(PHI, "ferbench_idferm.hng.identities:phi", config, own))
    if config.has_identity_loss and not config.psi_weights:
        own = _features(config, config.psi_divisor)
        own |= {"side": config.psi_side, "dropout": config.psi_dropout}
        found.append(_stage(PSI, "ferbench_idferm.hng.identities:psi", config, own))
    before = tuple(stage.name for stage in found)
    factory = "ferbench_idferm.hng.training:generator"
    return (*found, _stage(HNG, factory, config, asdict(config), before))


def _corpus(config: HngConfig) -> str:
    return config.corpus if config.corpus == TRAIN else f"{config.corpus}:pairs"


def _features(config: HngConfig, divisor: int) -> dict[str, Any]:
    return {
        "divisor": divisor,
        "epochs": config.feature_epochs,
        "images": config.feature_images,
        "batch": config.feature_batch,
        "lr": config.feature_lr,
    }


def _stage(
    name: str, factory: str, config: HngConfig, own: dict[str, Any], after: tuple[str, ...] = ()
) -> StageSpec:
    return StageSpec(name, factory, own, _corpus(config), {DEFAULT_INPUT: INPUT}, after)
