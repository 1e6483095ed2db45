"""Preparing JPEGs of 480 x 640 against decoding them alone (Pillow), on one core, in one run.

`FERBENCH_BENCH_JPEGS=10000` takes as many as the promise speaks of. Where the C library gives the
memory of each picture back to the system, decoding into numpy may take twice as long, which
flatters the ratio; `MALLOC_TRIM_THRESHOLD_` and `MALLOC_MMAP_THRESHOLD_` of 1000000000 prevent it.
"""

import itertools
import time

import numpy as np
import pytest
from PIL import Image

from ferbench.contracts.method import Preparation
from ferbench.datasets.manifest import Manifest, ManifestConfig
from ferbench.imaging.preparing import prepare

PREPARATIONS = {
    "grey 48 x 48": [Preparation(48, 48)],
    "rgb 96 x 96": [Preparation(96, 96, "rgb")],
    "rgb 224 x 224": [Preparation(224, 224, "rgb")],
    "both": [Preparation(48, 48), Preparation(224, 224, "rgb")],
}


@pytest.mark.benchmark(group="preparing JPEGs of 480 x 640")
@pytest.mark.parametrize("name", PREPARATIONS)
def test_preparing_costs_little_beside_decoding(benchmark, jpeg_corpus, scale, tmp_path, name):
    files = scale("FERBENCH_BENCH_JPEGS", 400)
    root = jpeg_corpus(files, min(files, 200), (640, 480))
    dataset = Manifest(ManifestConfig(root=str(root)))
    samples = dataset.index()["sample"].to_list()
    turn = itertools.count()
    decoding = preparing = 0.0

    def fresh() -> tuple[tuple[object, ...], dict[str, object]]:
        nonlocal decoding
        started = time.process_time()
        for sample in samples:
            with Image.open(root / sample) as picture:
                np.asarray(picture)
        decoding += time.process_time() - started
        folder = tmp_path / f"prepared{next(turn)}"
        return ({folder / str(n): wanted for n, wanted in enumerate(PREPARATIONS[name])},), {}

    def prepared(folders) -> None:
        nonlocal preparing
        started = time.process_time()
        prepare(dataset, samples, folders)
        preparing += time.process_time() - started

    benchmark.pedantic(prepared, setup=fresh, rounds=3)
    benchmark.extra_info["files"] = files
    benchmark.extra_info["decoding_ms_a_file"] = round(1000 * decoding / files / 3, 3)
    benchmark.extra_info["preparing_ms_a_file"] = round(1000 * preparing / files / 3, 3)
    benchmark.extra_info["ratio"] = round(preparing / decoding, 3)
