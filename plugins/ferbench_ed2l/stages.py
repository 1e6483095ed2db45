"""What pre-training a configuration asks for; importable without torch."""

from dataclasses import asdict

from ferbench.contracts.method import AuxiliaryNeed, StageSpec
from ferbench_ed2l.config import BaselineConfig

FER2013 = "fer2013"


def corpora(config: BaselineConfig) -> tuple[AuxiliaryNeed, ...]:
    """FER2013 with all its classes, for the rows "w."."""
    return () if config.pretrain == "none" else (AuxiliaryNeed(FER2013),)


def stages(method: str, config: BaselineConfig) -> tuple[StageSpec, ...]:
    """The pre-training of the method of that name: its own network and losses.

    How fine-tuning is done beyond the shared settings (`epochs`) does not change it.
    """
    if config.pretrain == "none":
        return ()
    settings = {**asdict(config), "epochs": config.pretrain_epochs, "pretrain": "none"}
    facts = {"method": method, "settings": {**settings, "units": list(config.units)}}
    return (StageSpec(FER2013, "ferbench_ed2l.pretraining:framework", facts, FER2013),)
