"""A cell: one method on one fold of one dataset with one seed, ready to be run anywhere."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

CONTRACT_VERSION = 1
"""Raised when the harness changes what a cell computes; part of every cell's identity."""


def identity_hash(facts: Mapping[str, Any]) -> str:
    """The id of what these JSON facts describe."""
    text = json.dumps({"contract": CONTRACT_VERSION, **facts}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Material:
    """Where a worker finds the images and labels of one corpus.

    table:  a Parquet file with columns `sample, subject, sequence, expression` and, for an
            evaluated dataset, `fold, part, unit`.
    images: input name -> folder of prepared images.
    pseudo_ids: whether training images without a subject get a guessed one.
    """

    table: Path
    images: Mapping[str, Path]
    pseudo_ids: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One unit of work. `identity` is the identity part of its Record, cell_id included."""

    identity: Mapping[str, Any]
    material: Material
    auxiliary: Mapping[str, Material] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The cell id."""
        return str(self.identity["cell_id"])

    @property
    def label(self) -> str:
        """The cell in a few words, for progress and errors."""
        i = self.identity
        return f"{i['method']} {i['dataset']} fold {i['fold']} seed {i['seed']}"


@dataclass(frozen=True, slots=True)
class StageCell:
    """One stage to be trained: what `StageSpec` declares, on a given fold or auxiliary corpus.

    fold: the fold whose training faces it learns from, or None on an auxiliary corpus.
    after: stage name -> id of the stages it reads.
    """

    id: str
    name: str
    method: str
    factory: str
    config: Mapping[str, Any]
    corpus: str
    seed: int
    fold: int | None
    classes: tuple[str, ...]
    material: Material
    after: Mapping[str, str] = field(default_factory=dict)

    @property
    def label(self) -> str:
        """The stage in a few words."""
        where = self.corpus if self.fold is None else f"fold {self.fold}"
        return f"stage {self.name} of {self.method} on {where}"
