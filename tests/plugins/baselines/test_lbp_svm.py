"""The `lbp-svm` baseline: its features against a slow literal loop, and its fit."""

import math
from dataclasses import replace

import numpy as np
import pytest
from ferbench_baselines.config import LbpSvmConfig
from ferbench_baselines.lbp_svm import PATTERNS, LbpSvm

from ferbench.contracts.method import Task
from ferbench.contracts.run import BatchShape
from ferbench.results.predictions import check
from ferbench.settings import configured
from ferbench.training.states import read_state, save_state

SMALL = LbpSvmConfig(rows=3, columns=3)


def method_of(config=SMALL, channels=1, classes=("anger", "fear", "sadness")):
    return LbpSvm(config, Task(classes, {"face": (48, 48, channels)}))


def turns(bits):
    """How often a circular pattern changes."""
    return sum(a != b for a, b in zip(bits, [*bits[1:], bits[0]], strict=True))


def bilinear(image, y, x):
    """The value between pixels; 0 outside the image."""
    top, left = math.floor(y), math.floor(x)

    def pixel(row, column):
        inside = 0 <= row < image.shape[0] and 0 <= column < image.shape[1]
        return float(image[row, column]) if inside else 0.0

    dy, dx = y - top, x - left
    upper = (1 - dx) * pixel(top, left) + dx * pixel(top, left + 1)
    lower = (1 - dx) * pixel(top + 1, left) + dx * pixel(top + 1, left + 1)
    return (1 - dy) * upper + dy * lower


def slow_groups(image, radius):
    """For each pixel its pattern: the bits of 8 neighbours, or `other` if they turn more than
    twice."""
    found = {}
    for y, x in np.ndindex(image.shape):
        bits = []
        for neighbour in range(8):
            angle = 2 * math.pi * neighbour / 8
            value = bilinear(
                image,
                y + round(-radius * math.sin(angle), 5),
                x + round(radius * math.cos(angle), 5),
            )
            bits.append(int(value >= image[y, x]))
        found[y, x] = tuple(bits) if turns(bits) <= 2 else "other"
    return found


def slow_histograms(image, config):
    """The sorted counts of each cell of the grid, for each radius: bins may be in any order."""
    cells = []
    for radius in config.radii:
        groups = slow_groups(image, radius)
        for ys in np.array_split(np.arange(image.shape[0]), config.rows):
            for xs in np.array_split(np.arange(image.shape[1]), config.columns):
                names = [groups[y, x] for y in ys for x in xs]
                counts = [names.count(name) for name in set(names)]
                cells.append(sorted(math.sqrt(count / len(names)) for count in counts))
    return cells


@pytest.mark.parametrize("radii", [(1,), (2,), (1, 2)])
def test_histograms_are_those_of_a_literal_loop(radii):
    """Integers of a small range, so that equal neighbours and plateaus occur."""
    config = replace(SMALL, radii=radii, rows=2, columns=3)
    rng = np.random.default_rng(0)
    for high in (3, 256):
        image = rng.integers(0, high, (13, 11), dtype=np.uint8)
        found = method_of(config)._features(image[None, ..., None])[0]
        cells = found.reshape(len(radii) * 2 * 3, PATTERNS)
        expected = slow_histograms(image, config)
        for cell, counts in zip(cells, expected, strict=True):
            assert np.allclose(sorted(cell[cell > 0]), counts)


def test_there_are_58_uniform_patterns_and_one_bin_for_the_rest():
    patterns = [[number >> bit & 1 for bit in range(8)] for number in range(256)]
    assert sum(turns(bits) <= 2 for bits in patterns) == 58
    assert PATTERNS == 59


def test_4956_features_by_default():
    features = method_of(LbpSvmConfig())._features(np.zeros((2, 48, 48, 1), np.uint8))
    assert features.shape == (2, 4956)
    assert 2 * 7 * 6 * 59 == 4956


def test_each_cell_is_a_distribution_under_the_square_root():
    images = np.random.default_rng(0).integers(0, 256, (3, 50, 47, 1), dtype=np.uint8)
    features = method_of(LbpSvmConfig())._features(images)
    cells = np.square(features).reshape(3, 2 * 7 * 6, 59).sum(2)
    assert np.allclose(cells, 1)


def test_gain_does_not_matter():
    image = np.random.default_rng(0).integers(1, 120, (1, 24, 24, 1), dtype=np.uint8)
    dark, bright = (method_of()._features(i) for i in (image, image * 2))
    assert np.array_equal(dark, bright)


def test_colour_is_averaged():
    image = np.random.default_rng(0).integers(0, 256, (2, 24, 24, 1), dtype=np.uint8)
    grey = method_of()._features(image)
    assert np.allclose(method_of(channels=3)._features(np.repeat(image, 3, axis=3)), grey)


def fitted(toy, run, config=SMALL):
    method = method_of(config)
    run.select(method, None)
    with run.fitting():
        method.fit(toy.data, run)
    return method


def test_it_learns_the_toy_problem(make_toy, new_run):
    toy, run = make_toy(), new_run()
    method = fitted(toy, run)
    assert toy.accuracy(method, run) == 1
    predictions = method.predict(toy.test, run)
    check(predictions, 30, toy.task.classes)
    assert predictions.probabilities.max(1).min() > 0.5
    assert predictions.embeddings.shape == (30, 2 * 3 * 3 * 59)


def test_the_books_of_a_run(make_toy, new_run):
    run = new_run()
    method = fitted(make_toy(), run)
    assert (run.progress.batches, run.progress.input_passes) == (1, 48)
    assert run.progress.comparisons.total is None
    assert run.progress.comparisons_expected is None
    assert run.progress.epochs == 0
    assert {"fit", "features"} <= set(run.clock.wall)
    assert method.expected_comparisons(BatchShape(images=4)) is None
    assert (method.cost().parameters, method.cost().macs) == (None, None)


@pytest.mark.parametrize("absent", [0, 1, 2])
def test_a_class_that_is_never_trained_has_probability_0(make_toy, new_run, absent):
    toy, run = make_toy(absent=absent), new_run()
    predictions = fitted(toy, run).predict(toy.test, run)
    check(predictions, 30, toy.task.classes)
    assert (predictions.probabilities[:, absent] == 0).all()
    others = np.delete(np.arange(3), absent)
    seen = np.isin(toy.test_labels, others)
    found = predictions.probabilities.argmax(1)
    assert (found[seen] == toy.test_labels[seen]).all()


def test_the_state_restores_the_predictions(make_toy, new_run, tmp_path):
    toy, run = make_toy(absent=2), new_run()
    method = fitted(toy, run)
    expected = method.predict(toy.test, run)
    save_state(tmp_path / "state.npz", method.state())
    other = method_of()
    other.load_state(read_state(tmp_path / "state.npz"))
    found = other.predict(toy.test, run)
    assert np.array_equal(found.probabilities, expected.probabilities)
    assert np.array_equal(found.embeddings, expected.embeddings)


def test_two_runs_agree(make_toy, new_run):
    toy = make_toy()
    one, two = (fitted(toy, new_run(name)).state() for name in "ab")
    for name, array in one.items():
        assert np.array_equal(array, two[name]), name


def test_radii_may_be_set(make_toy):
    config = configured(LbpSvmConfig, [{"radii": [1, 2, 3], "rows": 2, "columns": 2}], "lbp-svm")
    features = method_of(config)._features(np.zeros((1, 48, 48, 1), np.uint8))
    assert features.shape == (1, 3 * 2 * 2 * 59)
