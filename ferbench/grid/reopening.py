"""A finished cell, opened again: its trained method, its test faces, and what it predicts of them.

Its corpus is indexed anew with the settings of its record (where its data lie is the user's to
say), and its images come from the cache or are prepared again.
"""

from dataclasses import dataclass

import polars as pl

from ferbench.contracts.faces import Faces, Predictions
from ferbench.contracts.method import Method, MethodSpec
from ferbench.contracts.run import RunContext
from ferbench.errors import UsageError
from ferbench.grid.attempt import LAST, SELECTED
from ferbench.grid.building import build
from ferbench.grid.cell import Material
from ferbench.grid.corpus import Corpus, as_recorded, open_corpus
from ferbench.grid.environment import device_for_cell
from ferbench.grid.gather import fold_table, unlabelled
from ferbench.grid.workplace import Workplace
from ferbench.host import Registry
from ferbench.protocols.named import find
from ferbench.protocols.split import Split, cut
from ferbench.results.agreement import compare
from ferbench.results.predictions import check, frame
from ferbench.results.record import Record
from ferbench.settings import Settings
from ferbench.training.context import Run
from ferbench.training.states import read_state

AGREEMENT = 0.02
"""By how much a probability may differ from the stored one: another device computes with other
bits, changed code or images with other numbers."""


@dataclass(frozen=True, slots=True)
class Reopened:
    """A cell's method as it was kept, and its test faces: one of `rows` and `predictions` each."""

    record: Record
    method: Method
    run: RunContext
    faces: Faces
    rows: pl.DataFrame
    predictions: Predictions


def kept_state(place: Workplace, record: Record) -> str | None:
    """The best state that was kept of a cell: the selected one, the last one, or None."""
    states = (SELECTED, LAST)
    return next((state for state in states if place.model(record.cell_id, state).exists()), None)


def evaluated_on(record: Record, registry: Registry, settings: Settings) -> tuple[Corpus, Split]:
    """The corpus and the folds of a cell; UsageError where they are no longer what they were."""
    name = record.dataset
    corpus = open_corpus(registry.dataset(name), as_recorded(record, settings).datasets[name])
    split = cut(find(record.protocol, name, registry.protocols), corpus.index)
    if corpus.fingerprint != record.dataset_fingerprint:
        raise UsageError(
            f"dataset {name} is not what the run was made on: its index has changed, or "
            f"`dataset.{name}.root` names another folder"
        )
    if split.fingerprint != record.protocol_fingerprint:
        raise UsageError(
            f"protocol {record.protocol} no longer cuts {name} into the folds of the run: use the "
            "version of ferbench that made it"
        )
    return corpus, split


def reopen(record: Record, spec: MethodSpec, material: Material, place: Workplace) -> Reopened:
    """The kept method of a cell, once it has predicted what the cell's predictions say."""
    state = kept_state(place, record)
    assert state is not None, "ask `kept_state` first"
    run = Run(
        axes=(record.seed, record.fold),
        device=device_for_cell(),
        checkpoint=place.checkpoint(record.cell_id),
        stages={name: place.stages.read(stage) for name, stage in record.stages.items()},
    )
    rows = fold_table(material, record.fold).filter(pl.col("part") == "test")
    faces = unlabelled(material, rows)
    method = build(spec, record)
    try:
        method.load_state(read_state(place.model(record.cell_id, state)))
        predictions = method.predict(faces, run)
        check(predictions, len(faces), record.classes)
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else ""
        raise _changed(record, f"{type(error).__name__}: {reason}") from error
    stored = place.store.predictions(record.cell_id).filter(pl.col("state") == state)
    off = compare(frame(predictions, rows, record.classes, state), stored).farthest
    if off > AGREEMENT:
        raise _changed(record, f"it predicts otherwise, by up to {off:.2f}")
    return Reopened(record, method, run, faces, rows, predictions)


def _changed(record: Record, how: str) -> UsageError:
    return UsageError(
        f"the kept model of {record.method}, fold {record.fold}, seed {record.seed} is not what "
        f"the run had ({how}): the code has changed since; run it again into another --out"
    )
