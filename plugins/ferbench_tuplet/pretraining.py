"""The second stage of pre-training: a variant's own network and loss on Multi-PIE."""

from collections.abc import Mapping
from typing import Any

import ferbench_tuplet
from ferbench.contracts.faces import LabelledFaces
from ferbench.contracts.method import State
from ferbench.contracts.run import RunContext
from ferbench.training.pretraining import adopt, pretrain, task_of
from ferbench_tuplet import method as variants
from ferbench_tuplet.stages import FER2013


def tuples(config: Mapping[str, Any], data: LabelledFaces, run: RunContext) -> State:
    """Softmax and the variant's metric loss with equal weights, from the stage on FER2013 on.

    config: `method`, the variant's name; `settings`, its configuration. The variants are imported
    above, not found by name alone, so that the id of a stage has their source.
    """
    (spec,) = (spec for spec in ferbench_tuplet.METHODS if spec.name == config["method"])
    settings = spec.config(**config["settings"])
    variant = getattr(variants, spec.factory.partition(":")[2])
    method = variant(settings, task_of(data))
    adopt(method, run.stage(FER2013))
    return pretrain(method, data, run)
