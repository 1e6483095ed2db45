"""Faces rendered per second of one core's time, and memory against the number of faces."""

import subprocess
import sys
import time

import pytest

FACES = {48: 64, 64: 64, 128: 32}
"""Side of a picture -> faces rendered in a round."""

MEASURE = """
import resource, sys, torch
from ferbench.datasets.simulated.config import SimFacesConfig
from ferbench.datasets.simulated.frames import all_frames
from ferbench.datasets.simulated.generator import Generator
torch.set_num_threads(1)
config = SimFacesConfig(size=64)
frames = list(all_frames(config))[: int(sys.argv[1])]
total = sum(int(picture.sum()) for picture in Generator(config).pictures(frames))
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.benchmark(group="simfaces: rendering on one core")
@pytest.mark.parametrize("level", ["medium", "wild"])
@pytest.mark.parametrize("size", list(FACES))
def test_faces_per_second(benchmark, size: int, level: str) -> None:
    """Targets: 100 faces/s at 64 pixels and 50 at 128."""
    from ferbench.datasets.simulated.config import SimFacesConfig
    from ferbench.datasets.simulated.frames import all_frames
    from ferbench.datasets.simulated.generator import Generator

    config = SimFacesConfig(size=size, level=level)
    generator = Generator(config)
    every = list(all_frames(config))
    frames = every[:: len(every) // FACES[size]][: FACES[size]]
    seconds = []

    def draw() -> int:
        start = time.process_time()
        count = sum(1 for _ in generator.pictures(frames))
        seconds.append(time.process_time() - start)
        return count

    assert benchmark.pedantic(draw, rounds=5, warmup_rounds=1) == FACES[size]
    benchmark.extra_info["faces_per_core_second"] = round(FACES[size] / min(seconds), 1)


@pytest.mark.benchmark(group="simfaces: memory")
def test_memory_is_flat_in_the_number_of_faces(benchmark) -> None:
    """Peak memory of a process that renders 64 or 256 faces, MiB."""

    def peak(faces: int) -> float:
        child = [sys.executable, "-c", MEASURE, str(faces)]
        return int(subprocess.run(child, capture_output=True, check=True, text=True).stdout) / 1024

    few = peak(64)
    many = benchmark.pedantic(peak, args=(256,), rounds=1)
    benchmark.extra_info["peak_mib"] = {"64 faces": round(few), "256 faces": round(many)}
    assert many < 1.1 * few
