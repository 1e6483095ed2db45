"""A corpus: a dataset opened with the user's settings, its index and its fingerprint."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from ferbench.contracts.dataset import INDEX_COLUMNS, Dataset, DatasetSpec, Missing, Origin
from ferbench.errors import PluginError, UsageError
from ferbench.imaging.finding import Alignment, resolve
from ferbench.loading import load_object
from ferbench.results.record import Record
from ferbench.settings import Settings, configured, plain

ALIGN = "align"
"""The setting that every dataset has: one of `imaging.finding.CHOICES`."""
PSEUDO_IDS = "pseudo_ids"
"""The setting by which training images without a subject get a guessed one: `cluster`, or empty."""
SETTINGS = (ALIGN, PSEUDO_IDS)
"""The settings that every dataset has."""
FINGERPRINT = "fingerprint"
"""Beside the settings of an auxiliary corpus in a record: which index they gave."""
LOCAL_SETTINGS = ("root", "index")
"""Settings that say where data or their lists lie, not what they are; kept out of records and
identities, which what is read there decides."""


@dataclass(frozen=True)
class Corpus:
    """An indexed dataset. The fingerprint changes with any row of the index, and with no path.

    alignment: how its faces are brought onto the template; part of every cell's identity.
    framed: whether its pictures are framed on the face already.
    pseudo_ids: whether training images without a subject get a guessed one.
    """

    spec: DatasetSpec
    config: dict[str, Any]
    dataset: Dataset
    index: pl.DataFrame
    fingerprint: str
    alignment: Alignment = "whole"
    pseudo_ids: bool = False
    framed: bool = False

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
    own = {key: value for key, value in overrides.items() if key not in SETTINGS}
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
    framed = getattr(dataset, "framed", spec.framed)  # one with two kinds of pictures knows better
    alignment = resolve(str(overrides.get(ALIGN, "auto")), framed, index, spec.name)
    pseudo_ids = _wants_guesses(str(overrides.get(PSEUDO_IDS) or ""), index, spec.name)
    shown = {**shown, ALIGN: alignment} | ({PSEUDO_IDS: "cluster"} if pseudo_ids else {})
    known_as = fingerprint(spec.name, index, pseudo_ids)
    return Corpus(spec, shown, dataset, index, known_as, alignment, pseudo_ids, framed)


def as_recorded(record: Record, settings: Settings) -> Settings:
    """The settings with those of a record's corpora; where they lie is still the user's to say."""
    datasets = dict(settings.datasets)
    for name, recorded in {**record.auxiliary, record.dataset: record.dataset_config}.items():
        dataset = name.partition(":")[0]
        local = {k: v for k, v in datasets.get(dataset, {}).items() if k in LOCAL_SETTINGS}
        kept = {key: value for key, value in recorded.items() if key != FINGERPRINT}
        datasets[dataset] = {**kept, **local}
    return replace(settings, datasets=datasets)


def fingerprint(name: str, index: pl.DataFrame, pseudo_ids: bool = False) -> str:
    """SHA-256 over the dataset's name, every column of its index, and whether ids are guessed.

    The contract's columns come first and in order, those that the dataset adds by name.
    """
    added = sorted(set(index.columns) - set(INDEX_COLUMNS))
    nested = [column for column in added if index.schema[column].is_nested()]
    flat = index.select([*INDEX_COLUMNS, *added]).with_columns(
        pl.col(column).map_elements(_flat, return_dtype=pl.String) for column in nested
    )
    rows = flat.sort("sample").write_csv()
    guessed = "\npseudo ids" if pseudo_ids else ""
    return hashlib.sha256(f"{name}\n{rows}{guessed}".encode()).hexdigest()[:16]


def _flat(values: pl.Series) -> str:
    """A nested cell as text."""
    return json.dumps(values.to_list())


def _wants_guesses(choice: str, index: pl.DataFrame, name: str) -> bool:
    """What `dataset.NAME.pseudo_ids` means for a corpus; UsageError where it makes no sense."""
    if choice not in ("", "cluster"):
        raise UsageError(f"setting {PSEUDO_IDS} of dataset.{name} is {choice!r}; known: cluster")
    if choice and not index["subject"].is_null().any():
        raise UsageError(
            f"setting {PSEUDO_IDS} of dataset.{name}: every image has a subject; take it out"
        )
    return bool(choice)
