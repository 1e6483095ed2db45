"""How hard `simfaces` is: the numbers of docs/calibration.md.

    python benchmarks/calibrate_simfaces.py FOLDER ceiling neighbours cnn --levels medium --seeds 5
    python benchmarks/calibrate_simfaces.py FOLDER report

FOLDER keeps rendered arrays and every result; what is there is not measured again. People are
disjoint: 64 to train on, 16 to choose the number of epochs with (on medium), 80 to test on.

ceiling:     classifiers on the true action units at the apex, nothing rendered, of 3000 people.
neighbours:  whom and what the nearest picture shows, among the apex pictures of the 80 people.
cnn:         the network of `cnn` on the apex, and on apex minus the person's own onset.
"""

import argparse
from pathlib import Path
from typing import Any

import numpy as np
import torch
from ferbench_baselines.cnn import SmallCnn
from ferbench_baselines.config import CnnConfig
from simfaces_results import Results, report
from sklearn.linear_model import LogisticRegression
from torch import nn
from torch.nn import functional as F

from ferbench.datasets.simulated.acting.action_units import ACTION_UNITS, POSED
from ferbench.datasets.simulated.config import SimFacesConfig
from ferbench.datasets.simulated.frames import Frame
from ferbench.datasets.simulated.generator import Generator
from ferbench.datasets.simulated.levels import LEVELS
from ferbench.imaging.crops import centre_crop, random_crop_flip, to_batch
from ferbench.imaging.photometric import standardise
from ferbench.training.batches import shuffled_batches

TRAINING, VALIDATION, TEST = 64, 16, 80
PEOPLE = TRAINING + VALIDATION + TEST
DRAWN, DRAWN_TRAINING = 3000, 2400
"""People for the ceiling: in all, and to train on."""

SIZE = 48
INNER = slice(18, 40), slice(13, 35)
"""Rows and columns from brows to mouth, without hair and outline."""

EPOCHS = (60, 120, 240)
PLATEAU = 0.01
"""Epochs are doubled as long as that gains more than this on the validation people."""

TUNED_ON = "medium"
"""Measured first; the other levels take its numbers of epochs."""

MLPS = 3
"""Networks whose probabilities are averaged for the ceiling."""

INPUTS = ("apex", "difference")
CLASSES = len(POSED)


def ceiling(level: str, results: Results) -> None:
    """Accuracy of a linear classifier and of averaged MLPs on the true action units."""
    results.get(f"{level} ceiling", lambda: _ceiling(level))


def _ceiling(level: str) -> dict[str, float]:
    generator = Generator(SimFacesConfig(level=level, subjects=DRAWN, frames=2))
    drawn = [generator.recording(s, e, 0).activations for s in range(DRAWN) for e in POSED]
    onset, apex = np.stack(drawn).reshape(-1, 2, drawn[0][0].size).swapaxes(0, 1)
    labels, seen = np.tile(np.arange(CLASSES), DRAWN), CLASSES * DRAWN_TRAINING
    found = {}
    for name, units in zip(INPUTS, (apex, apex - onset), strict=True):
        linear = LogisticRegression(C=10, max_iter=500).fit(units[:seen], labels[:seen])
        found[f"{name} linear"] = float(linear.score(units[seen:], labels[seen:]))
        mirrored = units.reshape(-1, len(ACTION_UNITS), 2)[:, :, ::-1].reshape(units.shape)
        seen_units = np.concatenate([units[:seen], mirrored[:seen]])
        probabilities = sum(
            _read_units(seen_units, np.tile(labels[:seen], 2), units[seen:], seed)
            for seed in range(MLPS)
        )
        found[f"{name} mlp"] = float((probabilities.argmax(1) == labels[seen:]).mean())
    return found


def _read_units(units: np.ndarray, labels: np.ndarray, unseen: np.ndarray, seed: int) -> np.ndarray:
    """Class probabilities of `unseen` (N, 38), by a network of two hidden layers."""
    torch.manual_seed(seed)
    network = nn.Sequential(
        *(nn.Linear(units.shape[1], 128), nn.ReLU(), nn.Dropout(0.1)),
        *(nn.Linear(128, 64), nn.ReLU(), nn.Linear(64, CLASSES)),
    )
    inputs, targets = torch.from_numpy(units).float(), torch.from_numpy(labels)
    epochs, batch = 25, 128
    optimiser = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=0.05)
    steps = epochs * -(-len(inputs) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 3e-3, total_steps=steps)
    for epoch in range(epochs):
        for rows in shuffled_batches(len(inputs), batch, seed * 10_000 + epoch):
            loss = F.cross_entropy(network(inputs[rows]), targets[rows], label_smoothing=0.02)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            schedule.step()
    network.eval()
    with torch.no_grad():
        return network(torch.from_numpy(unseen).float()).softmax(1).numpy()


def pictures(folder: Path, level: str) -> np.ndarray:
    """(160 people, 7 expressions, onset and apex, 48, 48, 3) uint8, rendered once."""
    file = folder / f"{level}.npy"
    if not file.exists():
        generator = Generator(SimFacesConfig(level=level, subjects=PEOPLE, frames=2, size=SIZE))
        frames = [Frame(s, e, 0, k) for s in range(PEOPLE) for e in POSED for k in (0, 1)]
        drawn = np.stack(list(generator.pictures(frames)))
        np.save(file, drawn.reshape(PEOPLE, CLASSES, 2, SIZE, SIZE, 3))
    return np.load(file)


def neighbours(level: str, folder: Path, results: Results) -> None:
    """Share of apex pictures whose nearest other apex picture shows the same person, expression."""
    apex = pictures(folder, level)[-TEST:, :, 1].astype(np.float32)
    results.get(f"{level} neighbours", lambda: _nearest(apex))
    results.get(f"{level} neighbours inner", lambda: _nearest(apex[:, :, INNER[0], INNER[1]]))


def _nearest(apex: np.ndarray) -> dict[str, float]:
    """By the correlation of their pixels."""
    flat = apex.reshape(TEST * CLASSES, -1)
    flat = flat - flat.mean(1, keepdims=True)
    flat /= np.linalg.norm(flat, axis=1, keepdims=True)
    likeness = flat @ flat.T
    np.fill_diagonal(likeness, -2)
    nearest, own = likeness.argmax(1), np.arange(len(flat))
    return {
        "person": float((nearest // CLASSES == own // CLASSES).mean()),
        "expression": float((nearest % CLASSES == own % CLASSES).mean()),
    }


def cnn(level: str, folder: Path, results: Results, seeds: int) -> None:
    """Train with every seed, for as long as validation people of `TUNED_ON` gain from it."""
    drawn = pictures(folder, level).astype(np.float32)
    inputs = (drawn[:, :, 1], (drawn[:, :, 1] - drawn[:, :, 0]) / 2 + 128)
    for name, images in zip(INPUTS, inputs, strict=True):
        flat = torch.from_numpy(images.reshape(-1, SIZE, SIZE, 3))

        def trained(epochs: int, seed: int, name: str = name, flat: torch.Tensor = flat) -> Any:
            run = f"{level} cnn {name} epochs={epochs} seed={seed}"
            return results.get(run, lambda: _train(flat, epochs, seed))

        if level == TUNED_ON:
            chosen = EPOCHS[0]
            for more in EPOCHS[1:]:
                if trained(more, 0)["validation"] - trained(chosen, 0)["validation"] <= PLATEAU:
                    break
                chosen = more
        else:
            chosen = results.read()[f"{TUNED_ON} cnn {name} epochs"]
        results.get(f"{level} cnn {name} epochs", lambda chosen=chosen: chosen)
        for seed in range(seeds):
            trained(chosen, seed)


def _train(images: torch.Tensor, epochs: int, seed: int) -> dict[str, Any]:
    """The `cnn` method with its default settings, but for the epochs."""
    config = CnnConfig()
    torch.manual_seed(seed)
    labels = torch.arange(CLASSES).repeat(PEOPLE)
    count, tested = TRAINING * CLASSES, (TRAINING + VALIDATION) * CLASSES
    network = SmallCnn(CLASSES, config.width, config.crop, 3, config.dropout)
    network.to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=config.lr, weight_decay=config.weight_decay
    )
    steps = epochs * -(-count // config.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, config.lr, total_steps=steps)
    crops = torch.Generator().manual_seed(seed)
    for epoch in range(epochs):
        for rows in shuffled_batches(count, config.batch, seed * 10_000 + epoch):
            crop = standardise(random_crop_flip(to_batch(images[rows]), config.crop, crops))
            logits = network(crop.contiguous(memory_format=torch.channels_last))
            loss = F.cross_entropy(logits, labels[rows], label_smoothing=config.label_smoothing)
            optimiser.zero_grad(set_to_none=True)
            loss.backward()
            optimiser.step()
            schedule.step()
    network.eval()
    with torch.no_grad():
        logits = network(standardise(centre_crop(to_batch(images), config.crop)))
    predicted = logits.argmax(1)
    right = (predicted == labels).float()
    return {
        "training": right[:count].mean().item(),
        "validation": right[count:tested].mean().item(),
        "predicted": predicted[tested:].tolist(),
    }


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("parts", nargs="+", choices=("ceiling", "neighbours", "cnn", "report"))
    parser.add_argument("--levels", nargs="+", default=list(LEVELS), choices=LEVELS)
    parser.add_argument("--seeds", type=int, default=5, help="trainings of each network")
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    torch.set_num_threads(1)
    results = Results(asked.folder / "results.json")
    for level in asked.levels:
        if "ceiling" in asked.parts:
            ceiling(level, results)
        if "neighbours" in asked.parts:
            neighbours(level, asked.folder, results)
        if "cnn" in asked.parts:
            cnn(level, asked.folder, results, asked.seeds)
    if "report" in asked.parts:
        print("\n".join(report(results)))


if __name__ == "__main__":
    main()
