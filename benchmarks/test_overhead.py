"""The harness's overhead: a grid of cells against the same training loops in a bare script."""

import numpy as np
import polars as pl
import pytest
import torch
from ferbench_baselines.cnn import SmallCnn
from torch.nn import functional as F

from ferbench.grid.executor import Monitor, Workforce, make_executor
from ferbench.grid.gather import fold_table, labelled, training_faces
from ferbench.grid.plan import Request, make_plan
from ferbench.grid.run import run_plan
from ferbench.grid.workplace import Workplace
from ferbench.host import discover
from ferbench.imaging.crops import centre_crop, random_crop_flip, to_batch
from ferbench.imaging.photometric import standardise
from ferbench.settings import read_settings

SUBJECTS, FOLDS, EPOCHS, BATCH, CROP = 80, 3, 24, 32, 44
GROUP = f"{FOLDS} cells of {EPOCHS} epochs"


class Silence(Monitor):
    """A monitor that hears nothing."""


@pytest.fixture
def planned(noise_corpus, tmp_path):
    settings = read_settings([f"dataset.manifest.root={noise_corpus(SUBJECTS)}"], folder=tmp_path)
    registry = discover()
    plan = make_plan(Request(["cnn"], ["manifest"], "lite", None, FOLDS), registry, settings)
    plan.supplies.make()
    return plan, registry


@pytest.mark.benchmark(group=GROUP)
def test_grid(benchmark, planned, tmp_path):
    plan, registry = planned
    rounds = iter(range(100))

    def grid() -> None:
        place = Workplace(tmp_path / f"out{next(rounds)}", "inline")
        executor = make_executor("inline", registry, place, Workforce())
        assert len(run_plan(plan, executor, place, Silence()).ran) == FOLDS

    benchmark.pedantic(grid, rounds=3, warmup_rounds=1)


@pytest.mark.benchmark(group=GROUP)
def test_bare_script(benchmark, planned):
    plan, _ = planned
    folds = []
    for fold, cell in enumerate(plan.cells):
        classes = cell.identity["classes"]
        faces = training_faces(cell.material, fold, classes)
        test = fold_table(cell.material, fold).filter(pl.col("part") == "test")
        parts = (faces.train, faces.validation, labelled(cell.material, test, classes))
        folds.append(
            [
                (
                    to_batch(torch.from_numpy(part.images())).contiguous(),
                    torch.from_numpy(part.expression),
                )
                for part in parts
            ]
        )

    def script() -> None:
        for train, validation, test in folds:
            _train_and_test(train, validation, test)

    benchmark.pedantic(script, rounds=3, warmup_rounds=1)


def _accuracy(network, faces) -> float:
    images, labels = faces
    network.eval()
    with torch.no_grad():
        guess = network(standardise(centre_crop(images, CROP))).argmax(1)
    return float((guess == labels).float().mean())


def _train_and_test(train, validation, test) -> float:
    """What a careful researcher's script does: train, validate each epoch, test the best state."""
    images, labels = train
    torch.manual_seed(0)
    network = SmallCnn(7, 8, CROP, 1, 0.2).to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(network.parameters(), lr=4e-3, weight_decay=1e-3)
    steps = EPOCHS * -(-len(images) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=steps)
    crops = torch.Generator().manual_seed(0)
    best, kept = -1.0, {}
    for _ in range(EPOCHS):
        network.train()
        order = torch.randperm(len(images)).numpy()
        for rows in np.array_split(order, -(-len(images) // BATCH)):
            batch = standardise(random_crop_flip(images[rows], CROP, crops))
            logits = network(batch.contiguous(memory_format=torch.channels_last))
            loss = F.cross_entropy(logits, labels[rows], label_smoothing=0.05)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            schedule.step()
        accuracy = _accuracy(network, validation)
        if accuracy > best:
            best = accuracy
            kept = {name: value.clone() for name, value in network.state_dict().items()}
    network.load_state_dict(kept)
    return _accuracy(network, test)
