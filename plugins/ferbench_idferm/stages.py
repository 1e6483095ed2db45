"""The generator, the references that it makes, and pre-training, as stages; without torch.

References are made in a stage and not in `fit`: all seeds of a fold and all methods with the same
generator share them, a resumed cell reads the same bytes, and their time is booked apart.
"""

from dataclasses import asdict

from ferbench.contracts.faces import DEFAULT_INPUT
from ferbench.contracts.method import AuxiliaryNeed, StageSpec
from ferbench_idferm.config import GeneratedConfig, IdfermConfig
from ferbench_idferm.hng.stages import (
    HNG,
    INPUT,
    TRAIN,
    generator_corpora,
    generator_stages,
)

MULTIPIE = "multipie"
REFERENCES = "references"
PRETRAINING_REFERENCES = "references-multipie"
SHOWN = ("disgust", "happiness", "neutral", "surprise")
"""The expressions of Multi-PIE that the paper trains on."""
BATCH = 128
WEIGHT_DECAY = 1e-4


def corpora(config: IdfermConfig) -> tuple[AuxiliaryNeed, ...]:
    """Those of the generator, and Multi-PIE where the network is pre-trained."""
    found = generator_corpora(config.hng)
    if config.pretrain == MULTIPIE:
        found += (AuxiliaryNeed(MULTIPIE, {name: name for name in SHOWN}),)
    return found


def stages(method: str, config: IdfermConfig) -> tuple[StageSpec, ...]:
    """The stages of the method of that name; all but the last are the same for all methods."""
    found = reference_stages(config)
    if config.pretrain != MULTIPIE:
        return found
    settings = {
        **asdict(config),
        "sampling": "batch",
        "batches": "shuffled",
        "batch": BATCH,
        "epochs": config.pretrain_epochs,
        "lr": config.pretrain_lr,
        "weight_decay": WEIGHT_DECAY,
        "label_smoothing": 0.0,
        "weight": 1.0,
        "pretrain": "none",
    }
    facts = {"method": method, "settings": settings}
    factory = "ferbench_idferm.pretraining:joint"
    return (
        *found,
        _references(PRETRAINING_REFERENCES, MULTIPIE),
        StageSpec(MULTIPIE, factory, facts, MULTIPIE, after=(PRETRAINING_REFERENCES,)),
    )


def generated_corpora(config: GeneratedConfig) -> tuple[AuxiliaryNeed, ...]:
    """Those of the generator."""
    return generator_corpora(config.hng)


def reference_stages(config: IdfermConfig | GeneratedConfig) -> tuple[StageSpec, ...]:
    """The generator, and a reference of every training face of the fold."""
    return (*generator_stages(config.hng), _references(REFERENCES, TRAIN))


def _references(name: str, corpus: str) -> StageSpec:
    factory = "ferbench_idferm.references:generate"
    return StageSpec(name, factory, {}, corpus, {DEFAULT_INPUT: INPUT}, after=(HNG,))
