"""IDFERM at test, one face at a time and full width: the query alone, and with its reference made.

`pytest benchmarks/test_idferm_latency.py --benchmark-enable`. The method classifies the query alone
(section 5.3); section 4 and the 50 ms that the paper prints hint at the second. Untrained networks,
process-CPU seconds on one thread.
"""

from pathlib import Path
from time import process_time

import numpy as np
import pytest
import torch
from ferbench_idferm.hng.generator import Generator
from ferbench_idferm.references import resized

from ferbench.contracts.faces import Faces
from ferbench.contracts.method import Task
from ferbench.host import discover
from ferbench.loading import load_object
from ferbench.nets.dr_gan import Decoder, DrGanShape, Encoder
from ferbench.settings import configured
from ferbench.training.checkpoint import Checkpoint
from ferbench.training.context import Run

CPU = torch.device("cpu")
ROUNDS = {"rounds": 30, "warmup_rounds": 3}


@pytest.fixture
def face() -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (1, 64, 64, 1), dtype=np.uint8)


@pytest.mark.benchmark(group="one face at test, preset paper", timer=process_time)
class TestLatency:
    @pytest.fixture
    def classify(self, tmp_path: Path):
        spec = discover().method("idferm")
        config = configured(spec.config, [spec.presets["paper"]], spec.name)
        method = load_object(spec.factory)(config, Task(tuple("abcdefg"), {"face": (64, 64, 1)}))
        run = Run(axes=(0, 0), device=CPU, checkpoint=Checkpoint(tmp_path))
        return lambda face: method.predict(Faces({"face": face}, np.arange(1)), run)

    def test_the_query_alone(self, benchmark, face, classify):
        benchmark.pedantic(lambda: classify(face), **ROUNDS)

    def test_with_its_reference(self, benchmark, face, classify):
        shape = DrGanShape()
        generator = Generator(Encoder(shape), Decoder(shape), CPU)

        def both() -> None:
            resized(generator.neutral(face), 64, 64)
            classify(face)

        benchmark.pedantic(both, **ROUNDS)
