"""What the benchmarks share. Timings are compared as ratios measured in one run."""

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image


@pytest.fixture(autouse=True)
def _one_thread(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import torch

    torch.set_num_threads(1)
    monkeypatch.setenv("FERBENCH_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def noise_corpus(tmp_path: Path) -> Callable[[int], Path]:
    """Makes a manifest corpus of `subjects` x 7 noise pictures at 48 px and returns its root."""

    def make(subjects: int) -> Path:
        from ferbench.protocols.named import SEVEN_EXPRESSIVE

        root = tmp_path / "corpus"
        root.mkdir()
        draw = np.random.default_rng(0)
        with (root / "manifest.csv").open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["file", "subject_id", "expression"])
            for subject in range(subjects):
                for expression in SEVEN_EXPRESSIVE:
                    name = f"{subject:03d}_{expression}.png"
                    pixels = draw.integers(0, 256, (48, 48), dtype=np.uint8)
                    Image.fromarray(pixels).save(root / name)
                    rows.writerow([name, f"{subject:03d}", expression])
        return root

    return make
