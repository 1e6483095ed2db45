"""A corpus: a dataset opened with the user's settings, its index and its fingerprint."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl

from ferbench.contracts.dataset import INDEX_COLUMNS, Dataset, DatasetSpec, Missing, Origin
from ferbench.errors import PluginError, UsageError
from ferbench.imaging.finding import Alignment, resolve
from ferbench.loading import load_object
from ferbench.settings import configured, plain

ALIGN = "align"
"""The setting that every dataset has: `auto`, `whole` or `detected` (see `imaging.finding`)."""
LOCAL_SETTINGS = ("root",)
"""Settings that say where data lie, not what they are; kept out of records and identities."""


@dataclass(frozen=True)
class Corpus:
    """An indexed dataset. The fingerprint changes with any row of the index, and with no path.

    alignment: how its faces are brought onto the template; part of every cell's identity.
    """

    spec: DatasetSpec
    config: dict[str, Any]
    dataset: Dataset
    index: pl.DataFrame
    fingerprint: str
    alignment: Alignment = "whole"

    @property
    def name(self) -> str:
        """The dataset's registered name."""
        return self.spec.name

    @property
    def origin(self) -> Origin:
        """Whether the images are real or simulated."""
        return self.dataset.origin


def open_dataset(spec: DatasetSpec, overrides: Mapping[str, Any]) -> tuple[Dataset, dict[str, Any]]:
    """The dataset with the user's settings, and those settings but for the local ones."""
    own = {key: value for key, value in overrides.items() if key != ALIGN}
    config = configured(spec.config, [own], f"dataset.{spec.name}")
    dataset: Dataset = load_object(spec.factory)(config)
    shown = {key: value for key, value in plain(config).items() if key not in LOCAL_SETTINGS}
    return dataset, shown


def open_corpus(spec: DatasetSpec, overrides: Mapping[str, Any]) -> Corpus:
    """Index a dataset; UsageError where the data are missing or bad."""
    dataset, shown = open_dataset(spec, overrides)
    state = dataset.availability()
    if isinstance(state, Missing):
        raise UsageError(f"dataset {spec.name}: {state.reason}; {state.how_to_obtain}")
    index = dataset.index()
    absent = [name for name in INDEX_COLUMNS if name not in index.columns]
    if absent:
        raise PluginError(f"dataset {spec.name}: its index has no column {', '.join(absent)}")
    if index.is_empty():
        raise UsageError(f"dataset {spec.name}: no images in {state.where}")
    alignment = resolve(str(overrides.get(ALIGN, "auto")), spec.framed, index, spec.name)
    shown = {**shown, ALIGN: alignment}
    return Corpus(spec, shown, dataset, index, fingerprint(spec.name, index), alignment)


def fingerprint(name: str, index: pl.DataFrame) -> str:
    """SHA-256 over the dataset's name and the contract's columns of its index, in order."""
    rows = index.select(list(INDEX_COLUMNS)).sort("sample").write_csv()
    return hashlib.sha256(f"{name}\n{rows}".encode()).hexdigest()[:16]
