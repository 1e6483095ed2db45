"""Nearest class mean in pixel space."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ferbench.contracts.faces import Faces, Predictions, TrainingFaces
from ferbench.contracts.hookspecs import hookimpl
from ferbench.contracts.method import Cost, Fidelity, MethodSpec, State, Task, one_input
from ferbench.contracts.run import BatchShape, RunContext


@dataclass
class CentroidConfig:
    temperature: float = 0.1


class Centroid:
    def __init__(self, config: CentroidConfig, task: Task) -> None:
        self.config = config
        self.means = np.zeros((len(task.classes), np.prod(task.inputs["face"])))

    def fit(self, data: TrainingFaces, run: RunContext) -> None:
        for label in range(len(self.means)):
            chosen = data.train.part(np.flatnonzero(data.train.expression == label))
            self.means[label] = self._flat(chosen).mean(axis=0)
        run.batch(BatchShape(images=len(data.train)))

    def predict(self, faces: Faces, run: RunContext) -> Predictions:
        flat = self._flat(faces)
        distance = np.square(flat[:, None] - self.means[None]).mean(axis=2)
        p = np.exp(-(distance - distance.min(axis=1, keepdims=True)) / self.config.temperature)
        return Predictions(p / p.sum(axis=1, keepdims=True), embeddings=flat)

    def _flat(self, faces: Faces) -> np.ndarray:
        return faces.images().reshape(len(faces), -1) / 255.0

    def state(self) -> State:
        return {"means": self.means}

    def load_state(self, state: State) -> None:
        self.means = state["means"]

    def cost(self) -> Cost:
        return Cost(parameters=self.means.size, macs=self.means.size)

    def expected_comparisons(self, batch: BatchShape) -> int | None:
        return None


@hookimpl
def register_methods(register: Callable[[MethodSpec], None]) -> None:
    register(
        MethodSpec(
            name="centroid",
            summary="nearest class mean in pixel space",
            factory="centroid:Centroid",
            config=CentroidConfig,
            presets={"tiny": {}, "lite": {}, "study": {}},
            inputs={preset: one_input(48, 48) for preset in ("tiny", "lite", "study")},
            fidelity=Fidelity("inspired", ("textbook",)),
        )
    )
