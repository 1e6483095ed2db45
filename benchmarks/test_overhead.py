"""The harness's overhead: a grid of cells against the same training loops in a bare script."""

import numpy as np
import pytest
import torch
from ferbench_baselines.cnn import SmallCnn
from torch.nn import functional as F

from ferbench.grid.executor import Workforce, make_executor
from ferbench.grid.gather import training_faces
from ferbench.grid.plan import Request, make_plan
from ferbench.grid.run import run_plan
from ferbench.grid.workplace import Workplace
from ferbench.host import discover
from ferbench.imaging.crops import centre_crop, random_crop_flip, to_batch
from ferbench.imaging.photometric import standardise
from ferbench.settings import read_settings

SUBJECTS, FOLDS, EPOCHS, BATCH, CROP = 40, 3, 24, 32, 44
GROUP = f"{FOLDS} cells of {EPOCHS} epochs"


class Silence:
    """A monitor that hears nothing."""

    def started(self, label: str) -> None: ...
    def epoch(self, label: str, epoch: int, scalars: dict[str, float]) -> None: ...
    def ended(self, label: str, failed: bool) -> None: ...


@pytest.fixture
def planned(noise_corpus, tmp_path):
    settings = read_settings([f"dataset.manifest.root={noise_corpus(SUBJECTS)}"], folder=tmp_path)
    registry = discover()
    plan = make_plan(Request(["softmax"], ["manifest"], "lite", None, FOLDS), registry, settings)
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
    folds = [
        training_faces(cell.material, fold, cell.identity["classes"])
        for fold, cell in enumerate(plan.cells)
    ]
    parts = [
        (
            *(to_batch(torch.from_numpy(part.images())).contiguous() for part in both),
            *(torch.from_numpy(part.expression) for part in both),
        )
        for both in ((fold.train, fold.validation) for fold in folds)
    ]

    def script() -> None:
        for train, validation, labels, wanted in parts:
            _train(train, validation, labels, wanted)

    benchmark.pedantic(script, rounds=3, warmup_rounds=1)


def _train(train, validation, labels, wanted) -> float:
    """What a careful researcher's script does: train, validate each epoch, keep the best state."""
    torch.manual_seed(0)
    network = SmallCnn(7, 8, CROP, 1, 0.2).to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(network.parameters(), lr=4e-3, weight_decay=1e-3)
    steps = EPOCHS * -(-len(train) // BATCH)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 4e-3, total_steps=steps)
    crops = torch.Generator().manual_seed(0)
    best, kept = -1.0, None
    for _ in range(EPOCHS):
        network.train()
        order = torch.randperm(len(train)).numpy()
        for rows in np.array_split(order, -(-len(train) // BATCH)):
            images = standardise(random_crop_flip(train[rows], CROP, crops))
            logits = network(images.contiguous(memory_format=torch.channels_last))
            loss = F.cross_entropy(logits, labels[rows], label_smoothing=0.05)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            schedule.step()
        network.eval()
        with torch.no_grad():
            guess = network(standardise(centre_crop(validation, CROP))).argmax(1)
        accuracy = float((guess == wanted).float().mean())
        if accuracy > best:
            best = accuracy
            kept = {name: value.clone() for name, value in network.state_dict().items()}
    assert kept is not None
    return best
