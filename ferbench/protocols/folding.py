"""Fold makers: subjects to groups, and groups to training, validation and test."""

import itertools
from collections.abc import Sequence
from typing import Literal

from ferbench.errors import UsageError

Folding = Literal["stride", "block", "loso", "split"]
"""stride: sorted subjects [i::k]. block: contiguous runs of sorted subjects. loso: one subject a
fold. split: the corpus's own split."""


def groups(subjects: Sequence[str], folding: Folding, count: int) -> list[list[str]]:
    """Sorted subjects cut into disjoint groups that together hold all of them."""
    ordered = sorted(subjects)
    if len(ordered) < 2:
        raise UsageError(
            f"folds need at least 2 subjects, not {len(ordered)}: the images to train on and those "
            "to test on must be of different people"
        )
    if folding == "loso":
        count = len(ordered)
    if count < 2:
        raise UsageError(f"a protocol needs at least 2 folds, not {count}: use kfold:2 or more")
    if len(ordered) < count:
        raise UsageError(
            f"{len(ordered)} subjects cannot be cut into {count} folds: use fewer folds, "
            f"such as --protocol kfold:{len(ordered)}, or more subjects"
        )
    if folding in ("stride", "loso"):
        return [ordered[i::count] for i in range(count)]
    bounds = [round(i * len(ordered) / count) for i in range(count + 1)]
    return [ordered[start:end] for start, end in itertools.pairwise(bounds)]


def roles(fold: int, count: int, validation: bool) -> dict[int, str]:
    """What each group is in one fold: the test group, the next one for validation, or training."""
    if validation and count < 3:
        raise UsageError(
            f"a protocol with a validation fold needs at least 3 folds, not {count}: "
            "drop `-val` or use more folds"
        )
    part = dict.fromkeys(range(count), "train")
    part[fold] = "test"
    if validation:
        part[(fold + 1) % count] = "validation"
    return part
