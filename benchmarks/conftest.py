"""What the benchmarks share. Timings are compared as ratios measured in one run."""

import csv
import os
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
def scale() -> Callable[[str, int], int]:
    """How many files a benchmark takes: `usual`, or what the environment variable `name` says."""

    def taken(name: str, usual: int) -> int:
        return int(os.environ.get(name, usual))

    return taken


@pytest.fixture
def jpeg_corpus(tmp_path: Path) -> Callable[[int, int, tuple[int, int]], Path]:
    """Makes a manifest corpus of JPEGs, (width, height), and returns its root.

    Each of `people` has one photograph, whose file has many names (hard links): `files` in all.
    """

    def make(files: int, people: int, size: tuple[int, int]) -> Path:
        from ferbench.protocols.named import SEVEN_EXPRESSIVE

        root = tmp_path / "jpegs"
        root.mkdir()
        with (root / "manifest.csv").open("w", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(["file", "subject_id", "expression"])
            for number in range(files):
                copy, person = divmod(number, people)
                name = f"{person:04d}/{copy:05d}.jpg"
                first = root / f"{person:04d}" / "00000.jpg"
                if copy:
                    os.link(first, root / name)
                else:
                    first.parent.mkdir()
                    _photograph(person, size).save(first, quality=92)
                expression = SEVEN_EXPRESSIVE[person % len(SEVEN_EXPRESSIVE)]
                rows.writerow([name, f"{person:04d}", expression])
        return root

    return make


def _photograph(number: int, size: tuple[int, int]) -> Image.Image:
    """Smooth shapes under a little grain, which compress about as photographs do."""
    draw = np.random.default_rng(number)
    shapes = Image.fromarray(draw.integers(0, 256, (6, 8, 3), dtype=np.uint8))
    smooth = np.asarray(shapes.resize(size, Image.Resampling.BICUBIC), dtype=np.float32)
    grain = draw.normal(0, 4, (size[1], size[0], 1))
    return Image.fromarray(np.clip(smooth + grain, 0, 255).astype(np.uint8))


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
