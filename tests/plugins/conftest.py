"""A toy problem that any method can learn, and a run to learn it in."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from ferbench.contracts.faces import Faces, LabelledFaces, TrainingFaces
from ferbench.contracts.method import Method, MethodSpec, Task
from ferbench.loading import load_object
from ferbench.settings import configured
from ferbench.training.checkpoint import Checkpoint
from ferbench.training.context import Run
from ferbench.training.seeding import seed_everything

CLASSES = ("anger", "fear", "sadness")


def pictures(labels: np.ndarray, seed: int, size: int = 48) -> np.ndarray:
    """Noise with stripes of the class: none, lying, standing."""
    noise = np.random.default_rng(seed).normal(120, 12, (len(labels), size, size, 1))
    wave = 60 * np.sign(np.sin(np.arange(size) * 1.2))
    lying, standing = wave[:, None, None], wave[None, :, None]
    for image, label in zip(noise, labels, strict=True):
        image += (0, lying, standing)[label]
    return noise.clip(0, 255).astype(np.uint8)


class Toy:
    """Training, validation and test faces of the stripes; `absent` is never trained on."""

    def __init__(self, absent: int | None = None, count: int = 48, channels: int = 1) -> None:
        self.channels = channels
        labels = np.arange(count) % len(CLASSES)
        if absent is not None:
            labels[labels == absent] = (absent + 1) % len(CLASSES)
        self.train = self._labelled(labels, 1)
        self.test_labels = np.arange(30) % len(CLASSES)
        self.test = Faces({"face": self._stored(self.test_labels, 2)}, np.arange(30))
        self.data = TrainingFaces(train=self.train, validation=self._labelled(labels[:24], 3))
        self.task = Task(CLASSES, {"face": (48, 48, channels)})

    def _stored(self, labels: np.ndarray, seed: int) -> np.ndarray:
        return np.repeat(pictures(labels, seed), self.channels, axis=3)

    def _labelled(self, labels: np.ndarray, seed: int) -> LabelledFaces:
        count = len(labels)
        stored = self._stored(labels, seed)
        stored.setflags(write=False)
        return LabelledFaces(
            {"face": stored},
            np.arange(count),
            classes=CLASSES,
            expression=labels,
            subject=np.arange(count) // 6,
            sequence=np.arange(count),
        )

    def accuracy(self, method, run) -> float:
        """On the test faces."""
        found = method.predict(self.test, run).probabilities.argmax(1)
        return float((found == self.test_labels).mean())


@pytest.fixture(scope="session")
def make_toy() -> type[Toy]:
    """See `Toy`."""
    return Toy


@pytest.fixture
def ten_windows(make_toy):
    """`ten_windows(face)`: the windows of 44 x 44 of a test face by a plain loop, standardised."""

    def cut(number: int) -> list[torch.Tensor]:
        face = torch.from_numpy(make_toy().test.images()[number, :, :, 0]).float()
        found = []
        for flip in (False, True):
            for top, left in ((0, 0), (0, 4), (4, 0), (4, 4), (2, 2)):
                x = face[top : top + 44, left : left + 44]
                x = x.flip(1) if flip else x
                found.append(((x - x.mean()) / x.std(correction=0))[None, None])
        return found

    return cut


@pytest.fixture
def reached():
    """`reached(network, loss, parts)`: where a gradient is missing or is not wanted, by name.

    parts: prefixes of the parameters that the loss must reach, each of them; no other may have a
    gradient but zero.
    """

    def misrouted(
        network: torch.nn.Module, loss: torch.Tensor, parts: tuple[str, ...]
    ) -> list[str]:
        network.zero_grad(set_to_none=True)
        loss.backward()
        for part in parts:
            assert any(n.startswith(part) for n, _ in network.named_parameters()), part
        return [
            name
            for name, parameter in network.named_parameters()
            if name.startswith(parts) != (parameter.grad is not None and bool(parameter.grad.any()))
        ]

    return misrouted


@pytest.fixture
def new_run(tmp_path: Path):
    """Makes a run of its own folder, the global generators seeded as the harness does."""

    def make(folder: str = "run", seed: int = 0) -> Run:
        run = Run(
            axes=(seed, 0), device=torch.device("cpu"), checkpoint=Checkpoint(tmp_path / folder)
        )
        seed_everything(run.seed("fit"))
        return run

    return make


class Bench:
    """Methods by name, at settings that are short to train; their start is always the same."""

    def __init__(self, specs: Iterable[MethodSpec], short: Mapping[str, Any]) -> None:
        self.specs = {spec.name: spec for spec in specs}
        self.short = short

    def built(self, name: str, task: Task, **settings: Any) -> Method:
        spec = self.specs[name]
        seed_everything(0)
        config = configured(spec.config, [self.short, settings], name)
        return load_object(spec.factory)(config, task)

    def fitted(
        self, name: str, toy: Toy, run: Run, data: TrainingFaces | None = None, **settings: Any
    ) -> Method:
        """Trained on the toy's data, or on these, as a cell trains it."""
        method = self.built(name, toy.task, **settings)
        run.select(method, None)
        seed_everything(1)
        with run.fitting():
            method.fit(data or toy.data, run)
        return method


@pytest.fixture(scope="session")
def bench() -> type[Bench]:
    """See `Bench`."""
    return Bench
