"""Two optimiser steps at the papers' size and full width.

ED2L and ADFL: 64 windows of 112 x 96 a step. IDFERM: 14 queries and their references of 60 x 60,
against 12 tuples of 6 + 6 at 48 x 48 of `2b-nm-generated`. Its generator: one step on 64 pairs of
64 x 64, with VGG-Face and Light CNN-4.

`pytest benchmarks/test_paper_steps.py --benchmark-enable`. Process-CPU seconds of `fit` on one
thread, two steps together; beside them images a CPU second and the process's peak memory.
"""

from pathlib import Path
from time import process_time

import numpy as np
import pytest
import torch
from ferbench_idferm.hng.config import HNG_PRESETS
from ferbench_idferm.hng.stages import PHI, PSI
from ferbench_idferm.hng.training import generator

from ferbench.contracts.faces import LabelledFaces, TrainingFaces
from ferbench.contracts.method import Task
from ferbench.grid.environment import peak_memory, reset_peak_memory
from ferbench.host import discover
from ferbench.loading import load_object
from ferbench.nets.light_cnn import LightCNN
from ferbench.nets.vgg_face import VggFace
from ferbench.settings import configured
from ferbench.training.checkpoint import Checkpoint
from ferbench.training.context import Run
from ferbench.training.states import module_state

METHODS = ("ed2l-baseline", "ed2l", "adfl")
CLASSES = tuple("abcdefg")
IMAGES, NEUTRAL = 128, 32
CPU = torch.device("cpu")


def noise(
    count: int, classes: tuple[str, ...], size: tuple[int, int] = (128, 110)
) -> LabelledFaces:
    pictures = np.random.default_rng(0).integers(0, 256, (count, *size, 1), dtype=np.uint8)
    return LabelledFaces(
        {"face": pictures},
        np.arange(count),
        classes=classes,
        expression=np.arange(count) % len(classes),
        subject=np.arange(count) // len(classes),
        sequence=np.arange(count),
    )


@pytest.mark.benchmark(group="two steps of preset paper", timer=process_time)
@pytest.mark.parametrize("name", METHODS)
def test_two_steps(benchmark, name, tmp_path: Path):
    spec = discover().method(name)
    short = {"epochs": 1, "every_crop": False}
    config = configured(spec.config, [spec.presets["paper"], short], name)
    task = Task(CLASSES, {"face": (128, 110, 1)})
    method = load_object(spec.factory)(config, task)
    neutral = NEUTRAL if "neutral" in spec.needs else 0
    train = noise(IMAGES - neutral, CLASSES)
    data = TrainingFaces(train, neutral=noise(neutral, ("neutral",)) if neutral else None)
    run = Run(axes=(0, 0), device=CPU, checkpoint=Checkpoint(tmp_path), checkpoint_every=1e9)
    reset_peak_memory(CPU)
    start = process_time()
    benchmark.pedantic(lambda: method.fit(data, run), rounds=1)
    seconds = process_time() - start
    assert (run.progress.batches, run.progress.input_passes) == (2, IMAGES)
    assert np.isfinite(run.progress.curve[0]["loss"])
    benchmark.extra_info["images a CPU second"] = round(IMAGES / seconds, 1)
    benchmark.extra_info["peak memory, MiB"] = peak_memory(CPU) >> 20


@pytest.mark.benchmark(group="two steps of preset paper, with references", timer=process_time)
@pytest.mark.parametrize(
    ("name", "faces", "embedded"), [("idferm", 28, 56), ("2b-nm-generated", 12, 288)]
)
def test_two_steps_with_references(benchmark, name, faces, embedded, tmp_path: Path):
    spec = discover().method(name)
    config = configured(spec.config, [spec.presets["paper"], {"epochs": 1}], name)
    shape = spec.inputs["paper"]["face"].shape
    method = load_object(spec.factory)(config, Task(CLASSES, {"face": shape}))
    data = TrainingFaces(noise(faces, CLASSES, shape[:2]))
    made = noise(faces, CLASSES, (64, 64)).images()
    run = Run(
        axes=(0, 0),
        device=CPU,
        checkpoint=Checkpoint(tmp_path),
        stages={"references": {"images": made}},
        checkpoint_every=1e9,
    )

    def fit() -> None:
        with run.fitting():
            method.fit(data, run)

    reset_peak_memory(CPU)
    start = process_time()
    benchmark.pedantic(fit, rounds=1)
    seconds = process_time() - start
    assert (run.progress.batches, run.progress.input_passes) == (2, embedded)
    assert run.progress.comparisons.total == run.progress.comparisons_expected
    assert np.isfinite(run.progress.curve[0]["loss"])
    benchmark.extra_info["images a CPU second"] = round(embedded / seconds, 1)
    benchmark.extra_info["comparisons"] = run.progress.comparisons.total
    benchmark.extra_info["peak memory, MiB"] = peak_memory(CPU) >> 20


@pytest.mark.benchmark(group="a step of the generator, preset paper", timer=process_time)
def test_a_step_of_the_generator(benchmark, tmp_path: Path):
    pairs = 64
    features = {PHI: VggFace(), PSI: LightCNN()}
    trained = {
        name: {"shape": {"divisor": 1}, "people": 2, "network": module_state(network)}
        for name, network in features.items()
    }
    run = Run(
        axes=(0, 0),
        device=CPU,
        checkpoint=Checkpoint(tmp_path),
        stages=trained,
        checkpoint_every=1e9,
    )
    config = {**HNG_PRESETS["paper"], "epochs": 1, "pairs": pairs}
    data = noise(pairs, ("input", "target"), (64, 64))
    reset_peak_memory(CPU)
    start = process_time()
    benchmark.pedantic(lambda: generator(config, data, run), rounds=1)
    seconds = process_time() - start
    assert (run.progress.batches, run.progress.input_passes) == (1, pairs)
    assert np.isfinite(run.progress.curve[0]["discriminator"])
    benchmark.extra_info["pairs a CPU second"] = round(pairs / seconds, 2)
    benchmark.extra_info["peak memory, MiB"] = peak_memory(CPU) >> 20
