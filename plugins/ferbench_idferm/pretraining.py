"""Pre-training on Multi-PIE: a method's own network and joint loss, with references."""

from collections.abc import Mapping
from typing import Any

from ferbench.contracts.faces import LabelledFaces
from ferbench.contracts.method import State
from ferbench.contracts.run import RunContext
from ferbench.settings import configured
from ferbench.training.pretraining import pretrain, task_of
from ferbench_idferm.config import IdfermConfig
from ferbench_idferm.method import Idferm, IdfermOther
from ferbench_idferm.stages import PRETRAINING_REFERENCES

VARIANTS = {"idferm": Idferm, "idferm-other": IdfermOther}
CENTRES = ("loss.centres", "loss.placed")
"""What belongs to the classes of a corpus, and stays with it; as the classifier does."""


def joint(config: Mapping[str, Any], data: LabelledFaces, run: RunContext) -> State:
    """IDFERM section 5.3: softmax and radial loss with equal weights, by SGD.

    config: `method`, the variant's name; `settings`, its configuration.
    """
    settings = configured(IdfermConfig, [config["settings"]], config["method"])
    method = VARIANTS[config["method"]](settings, task_of(data))
    state = pretrain(method, method.paired(data, run, PRETRAINING_REFERENCES), run)
    criterion = {name: a for name, a in state["criterion"].items() if name not in CENTRES}
    return {**state, "criterion": criterion}
