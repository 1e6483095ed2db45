"""The memory of one step of IF-GAN at the paper's size, for batches of 1, 2 and 4 images.

224 x 224 pixels, full width, ResNet-101; with and without activation checkpointing (`recompute`).
Each batch has a process of its own, whose peak memory is read. A line through the three gives the
memory of the paper's batch of 50: an estimate, measured on the CPU and not proven on CUDA.

`pytest benchmarks/test_ifgan_memory.py --benchmark-enable`
"""

import subprocess
import sys

import numpy as np
import pytest

BATCHES = (1, 2, 4)
PAPER_BATCH = 50

STEP = """
import sys, time
import torch
from ferbench_ifgan import PRESETS
from ferbench_ifgan.config import IfGanConfig
from ferbench_ifgan.game import Game, lots_of
from ferbench_ifgan.network import IfGanNetwork
from ferbench.grid.environment import peak_memory, reset_peak_memory

torch.set_num_threads(1)
batch, recompute = int(sys.argv[1]), sys.argv[2] == "True"
config = IfGanConfig(**PRESETS["paper"], recompute=recompute)
network = IfGanNetwork(config, 7, attention=True).train()
game = Game(config, 7, network.encoder.features).train()
network.to(memory_format=torch.channels_last)
trained = game.discriminator, network
optimisers = [torch.optim.Adam(part.parameters(), 1e-4, fused=True) for part in trained]
faces, averages = torch.rand(2, batch, 3, 224, 224) * 2 - 1
labels = torch.arange(batch) % 7
cpu = torch.device("cpu")
reset_peak_memory(cpu)
start = time.process_time()
losses = game.play(network, lots_of(faces, averages, labels, 1), *optimisers)
assert torch.isfinite(losses["loss"])
print(peak_memory(cpu), time.process_time() - start)
"""


def measured(batch: int, recompute: bool) -> tuple[float, float]:
    """Peak GiB of a process that makes one step, and the step's CPU seconds."""
    command = [sys.executable, "-c", STEP, str(batch), str(recompute)]
    out = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return int(out[0]) / 2**30, float(out[1])


@pytest.mark.benchmark(group="memory of a step, preset paper")
@pytest.mark.parametrize("recompute", [False, True], ids=["plain", "recompute"])
def test_memory_of_a_step(benchmark, recompute: bool) -> None:
    found = benchmark.pedantic(lambda: [measured(b, recompute) for b in BATCHES], rounds=1)
    memory, seconds = zip(*found, strict=True)
    slope, fixed = np.polyfit(BATCHES, memory, 1)
    assert slope > 0
    info = benchmark.extra_info
    info["GiB by batch"] = dict(zip(BATCHES, np.round(memory, 2), strict=True))
    info["CPU seconds by batch"] = dict(zip(BATCHES, np.round(seconds, 1), strict=True))
    info["GiB an image, and fixed"] = (round(slope, 2), round(fixed, 2))
    info["estimate for 50, GiB"] = round(fixed + PAPER_BATCH * slope, 1)
    info["estimate for a lot of 10, GiB"] = round(fixed + 10 * slope, 1)
