"""A record with every field away from its default."""

import pytest

from ferbench.results.record import Record


def full(**changes) -> Record:
    """A record in which no field has its default value."""
    values = {
        "cell_id": "0123456789abcdef",
        "method": "softmax",
        "dataset": "manifest",
        "protocol": "kfold:5-val",
        "preset": "tiny",
        "fold": 3,
        "seed": 2,
        "origin": "simulated",
        "dataset_fingerprint": "d" * 16,
        "protocol_fingerprint": "p" * 16,
        "dataset_config": {"subjects": 5, "nested": {"a": [1, 2.5, None]}},
        "config": {"width": 8, "network": "cnn", "radii": [1, 2]},
        "classes": ("anger", "fear"),
        "folds_total": 5,
        "scoring_unit": "sequence",
        "scoring_join": "max",
        "scoring_pooling": "folds",
        "certificate": {"fold_hash": "abc", "near_duplicates": 0},
        "subjects_provable": True,
        "source_hash": "s" * 16,
        "plugin": "ferbench",
        "plugin_version": "0.1",
        "fidelity": "adapted",
        "placebo_of": "another",
        "baseline": "softmax",
        "stages": {"generator": "g" * 16},
        "git_commit": "abc",
        "git_dirty": False,
        "status": "failed",
        "reason": 'RuntimeError: two words, a "quote" and ü',
        "train_images": 1,
        "validation_images": 2,
        "test_images": 3,
        "test_units": 4,
        "test_subjects": 5,
        "accuracy_image_last": 1 / 3,
        "accuracy_image_selected": 0.25,
        "accuracy_unit_last": 0.5,
        "accuracy_unit_selected": 1.0,
        "epochs": 6,
        "epoch_selected": 0,
        "probes": {"identity": {"accuracy": 0.1, "chance": 0.2}},
        "curve": [{"epoch": 0, "loss": 1.5}, {"epoch": 1, "loss": 1e-300}],
        "fit_wall_seconds": 1.25,
        "fit_cpu_seconds": 0.1,
        "predict_wall_seconds": 2.0,
        "phase_cpu_seconds": {"fit": 0.1, "mining": 3.0},
        "stage_cpu_seconds": 9.5,
        "comparisons": 10**15,
        "comparisons_expected": 0,
        "batches": 7,
        "input_passes": 8,
        "parameters": 7_348_233,
        "macs": 25_084_480,
        "peak_memory_bytes": 2**40,
        "resumed": 1,
        "hardware_class": "cpu x86 avx2",
        "shared_device": True,
        "threads": 2,
        "executor": "inline",
        "auxiliary": {"simpairs": {"subjects": 9, "fingerprint": "ab"}},
        "deterministic": False,
        "decoder": "Pillow 13",
        "versions": {"torch": "2.14", "python": "3.11"},
        "started": "2026-01-01T00:00:00+00:00",
    }
    return Record(**{**values, **changes})


@pytest.fixture(scope="session")
def make_record():
    """See `full`."""
    return full
