"""Planning stages: from a method's declarations to trainings with ids, shared where they may be."""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import polars as pl

from ferbench.contracts.method import AuxiliaryNeed, MethodSpec, Preparation, StageSpec
from ferbench.contracts.protocol import Fold
from ferbench.errors import PluginError, UsageError
from ferbench.grid.cell import Material, StageCell, identity_hash
from ferbench.grid.corpus import Corpus
from ferbench.grid.pairing import PAIRS, paired, split_need
from ferbench.grid.source import source_hash
from ferbench.imaging.prepared import IMAGING_VERSION
from ferbench.protocols import frames
from ferbench.protocols.split import EVALUATED, Split

TRAIN = "train"
"""The corpus of a stage that learns from the fold's own training faces."""


@dataclass(frozen=True)
class AuxiliaryCorpus:
    """Another corpus, with the classes a method asked for."""

    need: AuxiliaryNeed
    corpus: Corpus
    table: pl.DataFrame

    @property
    def fingerprint(self) -> dict[str, Any]:
        """Part of the identity of every cell and stage that learns from it."""
        facts = {
            "corpus": self.corpus.fingerprint,
            "alignment": self.corpus.alignment,
            "classes": dict(self.need.classes),
        }
        return {**facts, "as": PAIRS} if split_need(self.need)[1] else facts

    @property
    def classes(self) -> tuple[str, ...]:
        """The class names, sorted by name."""
        return tuple(self.table["expression"].unique().sort())


def auxiliary_corpus(need: AuxiliaryNeed, corpus: Corpus) -> AuxiliaryCorpus:
    """The apex and onset frames of `corpus`, their classes renamed and dropped as `need` says.

    All its faces, as `pairing.paired` gives them, where the need is one of pairs.
    """
    if split_need(need)[1]:
        return AuxiliaryCorpus(need, corpus, paired(corpus.index, corpus.name))
    labelled = frames.labelled(corpus.index)
    rows = pl.concat([frames.pick(labelled, "apex"), frames.references(labelled)])
    rows = rows.unique("sample").sort("sample")
    if need.classes:
        mapped = pl.col("expression").replace_strict(dict(need.classes), default=None)
        rows = rows.with_columns(expression=mapped).filter(pl.col("expression").is_not_null())
    if rows.is_empty():
        raise UsageError(
            f"the auxiliary corpus {corpus.name} has no image of the classes that the method "
            f"learns from ({', '.join(need.classes) or 'any'}): see `ferbench data inspect`"
        )
    return AuxiliaryCorpus(need, corpus, rows.select("sample", "subject", "sequence", "expression"))


def refuse_overlap(auxiliary: AuxiliaryCorpus, corpus: Corpus, fold: Fold) -> None:
    """Raise if an auxiliary corpus holds a picture or a person of the validation or test fold."""
    held_out = fold.samples.filter(pl.col("part").is_in(EVALUATED))
    hashes = corpus.index.select("sample", "file_hash")
    pictures = set(held_out.join(hashes, on="sample")["file_hash"])
    other = auxiliary.corpus.index.filter(
        pl.col("sample").is_in(auxiliary.table["sample"].implode())
    )
    clash = other.filter(pl.col("file_hash").is_in(pictures))["sample"].to_list()
    if auxiliary.corpus.name == corpus.name:
        people = held_out["subject"].drop_nulls().unique()
        clash += other.filter(pl.col("subject").is_in(people.implode()))["sample"].to_list()
    if clash:
        raise UsageError(
            f"the auxiliary corpus {auxiliary.corpus.name} holds {clash[0]}, a person or picture "
            f"that fold {fold.number} of {corpus.name} validates or tests on: refused"
        )


@dataclass
class StagePlanner:
    """Turns the stages of one method into StageCells; equal ones get equal ids.

    corpus:   the evaluated corpus, on whose folds the stages named `train` learn.
    inputs:   the method's image preparations, for stages that name none.
    material: from the name of a corpus and image preparations to what a worker reads.
    cells:    where the stage cells are collected, by id.
    """

    spec: MethodSpec
    corpus: Corpus
    declared: tuple[StageSpec, ...]
    inputs: Mapping[str, Preparation]
    auxiliary: Mapping[str, AuxiliaryCorpus]
    material: Callable[[str, Mapping[str, Preparation]], Material]
    cells: dict[str, StageCell]

    def plan(self, fold: Fold, seed: int, split: Split) -> dict[str, str]:
        """Stage name -> id for one fold and seed."""
        ids: dict[str, str] = {}
        for stage in self.declared:
            after = {name: self._known(stage, name, ids) for name in stage.after}
            own = stage.corpus == TRAIN
            inputs = stage.inputs or self.inputs
            seed_used = seed if stage.seeded else 0
            facts = {
                "stage": stage.name,
                "factory": stage.factory,
                "config": dict(stage.config),
                "inputs": {name: asdict(p) for name, p in inputs.items()},
                "imaging": IMAGING_VERSION,
                "corpus": [
                    *(self.corpus.fingerprint, self.corpus.alignment),
                    *(split.fingerprint, fold.number),
                ]
                if own
                else self._auxiliary(stage).fingerprint,
                "seed": seed_used,
                "after": after,
                "source": source_hash(stage.factory.partition(":")[0]),
            }
            stage_id = ids[stage.name] = identity_hash(facts)
            if stage_id not in self.cells:
                self.cells[stage_id] = StageCell(
                    id=stage_id,
                    name=stage.name,
                    method=self.spec.name,
                    factory=stage.factory,
                    config=dict(stage.config),
                    corpus=stage.corpus,
                    seed=seed_used,
                    fold=fold.number if own else None,
                    classes=split.classes if own else self._auxiliary(stage).classes,
                    material=self.material(stage.corpus, inputs),
                    after=after,
                )
        return ids

    def _auxiliary(self, stage: StageSpec) -> AuxiliaryCorpus:
        if stage.corpus not in self.auxiliary:
            raise PluginError(
                f"stage {stage.name} of {self.spec.name} learns from {stage.corpus}, which the "
                "method's `auxiliary` does not name"
            )
        return self.auxiliary[stage.corpus]

    def _known(self, stage: StageSpec, name: str, ids: Mapping[str, str]) -> str:
        if name not in ids:
            raise PluginError(
                f"stage {stage.name} of {self.spec.name} reads {name}, which is not declared "
                "before it"
            )
        return ids[name]


def waves(stages: Mapping[str, StageCell]) -> list[list[StageCell]]:
    """Stages in topological order: each comes in a later wave than those of `stages` it reads."""
    left, ordered = dict(stages), list[list[StageCell]]()
    while left:
        ready = [cell for cell in left.values() if not left.keys() & set(cell.after.values())]
        ordered.append(ready)
        left = {name: cell for name, cell in left.items() if cell not in ready}
    return ordered
