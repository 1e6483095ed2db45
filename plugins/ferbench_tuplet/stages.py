"""What pre-training a configuration asks for; importable without torch."""

from dataclasses import asdict, fields

from ferbench.contracts.method import AuxiliaryNeed, StageSpec
from ferbench.training.recipe import InceptionRecipe
from ferbench_tuplet.config import TupletConfig

FER2013, MULTIPIE = "fer2013", "multipie"
SHOWN = ("disgust", "happiness", "neutral", "surprise")
"""The expressions of Multi-PIE that the paper trains on; its N and M are then 3."""
BATCH = 128
WEIGHT_DECAY = 1e-4


def corpora(config: TupletConfig) -> tuple[AuxiliaryNeed, ...]:
    """FER2013, and the near-frontal views of Multi-PIE that its adapter indexes by default."""
    needs = {
        FER2013: AuxiliaryNeed(FER2013),
        MULTIPIE: AuxiliaryNeed(MULTIPIE, {name: name for name in SHOWN}),
    }
    return tuple(needs[name] for name in _steps(config))


def stages(method: str, config: TupletConfig) -> tuple[StageSpec, ...]:
    """The stages of the method of that name; the first is the same for all methods."""
    training = {
        "epochs": config.pretrain_epochs,
        "lr": config.pretrain_lr,
        "weight_decay": WEIGHT_DECAY,
        "label_smoothing": 0.0,
    }
    steps = _steps(config)
    found = []
    if FER2013 in steps:
        own = {field.name: getattr(config, field.name) for field in fields(InceptionRecipe)}
        recipe = {**own, **training, "batch": BATCH, "batches": "shuffled"}
        factory = "ferbench.training.pretraining:expressions"
        found.append(StageSpec(FER2013, factory, recipe, FER2013))
    if MULTIPIE in steps:
        settings = {**asdict(config), **training, "weight": 1.0}
        factory = "ferbench_tuplet.pretraining:tuples"
        facts = {"method": method, "settings": settings}
        found.append(StageSpec(MULTIPIE, factory, facts, MULTIPIE, after=(FER2013,)))
    return tuple(found)


def last_stage(config: TupletConfig) -> str | None:
    """The stage that fine-tuning starts from."""
    steps = _steps(config)
    return steps[-1] if steps else None


def _steps(config: TupletConfig) -> list[str]:
    return [] if config.pretrain == "none" else config.pretrain.split("+")
