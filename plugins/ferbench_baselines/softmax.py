"""The `softmax` baseline and the plain `cnn`: one network, cross-entropy, nothing else."""

from ferbench.contracts.faces import DEFAULT_INPUT
from ferbench.contracts.method import Task
from ferbench.training.classifier import Classifier, inception
from ferbench.training.criteria import Criterion
from ferbench.training.recipe import InceptionRecipe
from ferbench.training.samplers import ImageBatches
from ferbench_baselines.cnn import SmallCnn
from ferbench_baselines.config import CnnConfig


class Softmax(Classifier):
    """The papers' inception network with cross-entropy: their row `Inception`."""

    def __init__(self, config: InceptionRecipe, task: Task) -> None:
        criterion = Criterion(config.label_smoothing)
        sampler = ImageBatches(config.batch, config.batches == "grid")
        super().__init__(config, task, inception(config, task), criterion, sampler)


class Cnn(Classifier):
    """A plain four-layer network of our own."""

    def __init__(self, config: CnnConfig, task: Task) -> None:
        channels = task.inputs[DEFAULT_INPUT][2]
        network = SmallCnn(len(task.classes), config.width, config.crop, channels, config.dropout)
        criterion = Criterion(config.label_smoothing)
        sampler = ImageBatches(config.batch, config.batches == "grid")
        super().__init__(config, task, network, criterion, sampler)
