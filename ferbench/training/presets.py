"""The presets of every method on the inception trunk: the same trunk, views, schedule and epochs.

Only so is a difference between two of them one of their losses. A method's own settings (the
weight of its loss) come beside these.
"""

from collections.abc import Mapping
from typing import Any

from ferbench.contracts.method import Preparation, one_input

INCEPTION_PRESETS: Mapping[str, Mapping[str, Any]] = {
    "tiny": {"divisor": 16, "crop": 40, "epochs": 2},
    "lite": {},
    "study": {"epochs": 120},
    "paper": {
        "normalisation": "equalise_plane_standardise",
        "crop": 48,
        "batches": "shuffled",
        "batch": 144,
        "epochs": 100,
        "lr": 1e-4,
        "weight_decay": 1e-4,
        "decoupled_decay": False,
        "schedule": "constant",
        "label_smoothing": 0.0,
        "clip": None,
        "divisor": 1,
        "batch_norm": False,
        "first_pool": True,
    },
}

INCEPTION_INPUTS: Mapping[str, Mapping[str, Preparation]] = {
    "tiny": one_input(48, 48),
    "lite": one_input(48, 48),
    "study": one_input(48, 48),
    "paper": one_input(60, 60),
}

BELOW_PAPER = (
    "below `paper`: widths / 8 (`tiny` / 16), batch norm, no first pool, 48 x 48 images, one-cycle "
    "learning rate, gradients clipped, and batches of whole people where the corpus names them"
)
"""The deviation that all methods on the trunk share."""
