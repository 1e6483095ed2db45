"""The stage on FER2013: a variant's whole framework, trained as it is later fine-tuned."""

from collections.abc import Mapping
from typing import Any

from ferbench.contracts.faces import LabelledFaces, TrainingFaces
from ferbench.contracts.method import State, Task
from ferbench.contracts.run import RunContext
from ferbench.settings import configured
from ferbench.training.pretraining import task_of
from ferbench.training.states import module_state
from ferbench_ed2l.config import BaselineConfig, Ed2lConfig
from ferbench_ed2l.method import Baseline, Ed2l, Ed2lShuffled, Pretrainable

HEADS = ("classifier.", "dispeller.")
"""Parameters that belong to the classes of FER2013, and stay with it."""


def framework(config: Mapping[str, Any], data: LabelledFaces, run: RunContext) -> State:
    """What `training.pretraining.adopt` takes over, of the last epoch.

    ED2L section 3.3: "trained on the FER2013 with the same parameter settings", so by the method's
    own `fit`, and nothing is held out. config: `method`, the variant's name; `settings`.
    """
    method = built(config["method"], config["settings"], task_of(data))
    method.fit(TrainingFaces(train=data), run)
    network = module_state(method.network)
    return {
        "network": {name: a for name, a in network.items() if not name.startswith(HEADS)},
        "criterion": module_state(method.criterion),
    }


def built(name: str, settings: Mapping[str, Any], task: Task) -> Pretrainable:
    """The variant of that name; its modules are imported above, so that a stage's id has them."""
    if name == "ed2l-baseline":
        return Baseline(configured(BaselineConfig, [settings], name), task)
    variant = Ed2lShuffled if name == "ed2l-shuffled" else Ed2l
    return variant(configured(Ed2lConfig, [settings], name), task)
