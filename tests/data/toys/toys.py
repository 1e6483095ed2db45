"""A plugin of toy methods for the tests: a nearest-mean classifier, and ways for it to go wrong.

Torch is imported in functions: the module registers.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from ferbench.contracts.hookspecs import hookimpl
from ferbench.contracts.method import (
    Cost,
    Fidelity,
    MethodSpec,
    Predictions,
    StageSpec,
    one_input,
)
from ferbench.contracts.run import BatchShape
from ferbench.errors import Unsupported


@dataclass
class ToyConfig:
    """fault: how `fit` or `predict` goes wrong. pause: seconds an epoch. flag: a file to touch."""

    fault: str = "none"
    epochs: int = 4
    pause: float = 0.0
    flag: str = ""
    scale: float = 1.0


class Nearest:
    """Class means of the images, moved towards noisy ones in each epoch."""

    def __init__(self, config, task):
        import torch

        self.config, self.classes = config, len(task.classes)
        height, width, channels = task.inputs["face"]
        self.means = torch.nn.Parameter(torch.rand(self.classes, height * width * channels))

    def _flat(self, faces, rows=None):
        import torch

        return torch.from_numpy(faces.images(rows).reshape(-1, self.means.shape[1]) / 255).float()

    def fit(self, data, run):
        import torch

        fault = self.config.fault
        if fault == "raise":
            raise RuntimeError("the toy is broken\nin two lines")
        if fault == "memory":
            raise MemoryError("no memory for the toy")
        if fault == "exit":
            os._exit(1)
        if fault == "unsupported":
            raise Unsupported("the toy does not like these faces")
        if fault == "device":
            Path(self.config.flag).write_text(os.environ.get("CUDA_VISIBLE_DEVICES", "none"))
        if fault == "bits":
            vary()
        holder = torch.nn.ParameterList([self.means])
        for epoch in run.epochs(self.config.epochs, means=holder):
            images = self._flat(data.train) + 0.1 * torch.randn(len(data.train), 1)
            for label in range(self.classes):
                chosen = images[torch.from_numpy(data.train.expression == label)]
                if len(chosen):
                    self.means.data[label] = 0.5 * self.means.data[label] + 0.5 * chosen.mean(0)
            run.batch(BatchShape(images=len(data.train)))
            time.sleep(self.config.pause)
            run.offer(epoch, loss=1.0 / (epoch + 1))
            if self.config.flag:
                with Path(self.config.flag).open("a") as file:
                    file.write(f"{epoch}\n")

    def predict(self, faces, run):
        import torch

        distance = torch.cdist(self._flat(faces), self.means.detach()) * self.config.scale
        p = torch.softmax(-distance, 1).numpy()
        if self.config.fault == "nan":
            p = p * np.nan
        if self.config.fault == "shape":
            p = p[:, :-1]
        if self.config.fault == "negative":
            p = -p
        return Predictions(p, self._flat(faces).numpy())

    def state(self):
        return {"means": self.means.detach().numpy()}

    def load_state(self, state):
        import torch

        self.means.data = torch.from_numpy(state["means"])

    def cost(self):
        macs = object() if self.config.fault == "cost" else np.int64(self.means.numel())
        return Cost(parameters=self.means.numel(), macs=macs)

    def expected_comparisons(self, batch):
        return None


class Gifted(Nearest):
    """Gives further features: what it knew from the start, and since `fit` the faces' colours."""

    fitted = False

    def fit(self, data, run):
        super().fit(data, run)
        self.fitted = True

    def predict(self, faces, run):
        flat = self._flat(faces).numpy()
        features = {"left half": flat[:, : flat.shape[1] // 2]}
        if self.fitted:
            features["means"] = flat.mean(1, keepdims=True)
        if self.config.fault == "feature":
            features["means"] = flat[1:]
        return replace(super().predict(faces, run), features=features)


class Personal(Nearest):
    """Insists on a number for every training face."""

    def fit(self, data, run):
        assert len(data.train.subject) == len(data.train)
        super().fit(data, run)


class Refuses(Nearest):
    """Finds every corpus unsuitable."""

    def fit(self, data, run):
        raise Unsupported("the toy does not like these faces")


class Staged(Nearest):
    """Starts from the means that its stage found."""

    def fit(self, data, run):
        import torch

        self.means.data = torch.from_numpy(run.stage("means")["means"]).float()
        run.batch(BatchShape(images=len(data.train)))


def vary():
    """An operation of which torch warns that its bits may differ."""
    import torch

    torch.zeros(2).put_(torch.tensor([0]), torch.ones(1))


def train_means(config, data, run):
    """The stage: the class means of the training faces."""
    if Path(f"{config['log']}.exit").exists():
        os._exit(1)
    if config["fail"]:
        raise RuntimeError("the stage is broken")
    if config["refuse"]:
        raise Unsupported("the stage has nothing to learn from")
    if config["bits"]:
        vary()
    with Path(config["log"]).open("a") as file:
        file.write("trained\n")
    faces = data.train
    flat = faces.images().reshape(len(faces), -1) / 255
    means = [flat[faces.expression == label].mean(0) for label in range(len(faces.classes))]
    return {"means": np.stack(means)}


@dataclass
class StagedConfig(ToyConfig):
    """fail: whether the stage fails. refuse: whether it finds nothing to learn from.
    log: a file that each training of the stage adds a line to; it dies where LOG.exit exists.
    """

    fail: bool = False
    refuse: bool = False
    log: str = ""


def declare(config):
    """One stage on the training faces."""
    return (
        StageSpec(
            "means",
            "toys:train_means",
            {
                "fail": config.fail,
                "refuse": config.refuse,
                "log": config.log,
                "bits": config.fault == "bits",
            },
            "train",
            one_input(48, 48),
        ),
    )


def spec(name, factory="toys:Nearest", config=ToyConfig, **more):
    presets = {"tiny": {}, "lite": {}}
    return MethodSpec(
        name=name,
        summary="a toy",
        factory=factory,
        config=config,
        presets=presets,
        inputs=dict.fromkeys(presets, one_input(48, 48)),
        fidelity=Fidelity("inspired"),
        **more,
    )


@hookimpl
def register_methods(register: Callable[[MethodSpec], None]) -> None:
    """Register the toys."""
    register(spec("toy"))
    register(spec("toy-b"))
    register(spec("toy-needs-neutral", needs=frozenset({"neutral"})))
    register(spec("toy-gifted", "toys:Gifted"))
    register(spec("toy-refuses", "toys:Refuses"))
    register(spec("toy-staged", "toys:Staged", StagedConfig, stages=declare))
    register(spec("toy-staged-b", "toys:Staged", StagedConfig, stages=declare))
    needy = spec("toy-needs-subjects", "toys:Personal", needs=frozenset({"subject_id"}))
    register(replace(needy, fidelity=Fidelity("faithful")))
