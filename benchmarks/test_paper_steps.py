"""Two optimiser steps of ED2L and ADFL at the papers' size: 64 windows of 112 x 96, full width.

`pytest benchmarks/test_paper_steps.py --benchmark-enable`. Process-CPU seconds of `fit` on one
thread, two steps together; beside them images a CPU second and the process's peak memory.
"""

from pathlib import Path
from time import process_time

import numpy as np
import pytest
import torch

from ferbench.contracts.faces import LabelledFaces, TrainingFaces
from ferbench.contracts.method import Task
from ferbench.grid.environment import peak_memory, reset_peak_memory
from ferbench.host import discover
from ferbench.loading import load_object
from ferbench.settings import configured
from ferbench.training.checkpoint import Checkpoint
from ferbench.training.context import Run

METHODS = ("ed2l-baseline", "ed2l", "adfl")
CLASSES = tuple("abcdefg")
IMAGES, NEUTRAL = 128, 32
CPU = torch.device("cpu")


def noise(count: int, classes: tuple[str, ...]) -> LabelledFaces:
    pictures = np.random.default_rng(0).integers(0, 256, (count, 128, 110, 1), dtype=np.uint8)
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
