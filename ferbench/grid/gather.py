"""From the material in the cache to the faces that a method gets."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

import numpy as np
import polars as pl

from ferbench.contracts.faces import Faces, LabelledFaces, TrainingFaces
from ferbench.errors import UsageError
from ferbench.grid.cell import Material
from ferbench.grid.guessing import TAUGHT, with_guesses
from ferbench.imaging.prepared import open_prepared
from ferbench.protocols.frames import NEUTRAL


@lru_cache(maxsize=32)
def _images(folder: Path) -> tuple[np.ndarray, dict[str, int]]:
    _require(folder)
    return open_prepared(folder)


@lru_cache(maxsize=32)
def _table(path: Path) -> pl.DataFrame:
    _require(path)
    return pl.read_parquet(path)


def _require(path: Path) -> None:
    if not path.exists():
        raise UsageError(
            f"{path} does not exist on this machine: cache and results folders must lie on storage "
            "that every machine of the cluster shares (see `cache` in ferbench.yaml)"
        )


def fold_table(material: Material, fold: int) -> pl.DataFrame:
    """The rows of one fold, sorted by part and sample."""
    return _table(material.table).filter(pl.col("fold") == fold).sort("part", "sample")


def training_faces(
    material: Material,
    fold: int,
    classes: Sequence[str],
    auxiliary: Mapping[str, Material] | None = None,
) -> TrainingFaces:
    """Everything that a method may learn from in one fold."""
    table = fold_table(material, fold)
    taught = pl.col("part").is_in(TAUGHT)
    table = pl.concat([with_guesses(material, table.filter(taught)), table.filter(~taught)])
    part = {name: rows for (name,), rows in table.group_by("part", maintain_order=True)}
    people = _people(table.filter(pl.col("part") != "test"))

    def faces(name: str, names: Sequence[str]) -> LabelledFaces | None:
        return labelled(material, part[name], names, people) if name in part else None

    train = faces("train", classes)
    assert train is not None, "a fold without training faces"
    return TrainingFaces(
        train=train,
        validation=faces("validation", classes),
        neutral=faces("neutral", (NEUTRAL,)),
        auxiliary={name: auxiliary_faces(other) for name, other in (auxiliary or {}).items()},
    )


def auxiliary_faces(material: Material) -> LabelledFaces:
    """All faces of an auxiliary corpus."""
    table = with_guesses(material, _table(material.table))
    return labelled(material, table, tuple(table["expression"].unique().sort()))


def unlabelled(material: Material, rows: pl.DataFrame) -> Faces:
    """The images of `rows` and nothing else."""
    return Faces(*_stores(material, rows))


def labelled(
    material: Material,
    rows: pl.DataFrame,
    classes: Sequence[str],
    people: Mapping[str, int] | None = None,
) -> LabelledFaces:
    """The images of `rows` with their labels; subjects become the numbers that `people` gives."""
    people = _people(rows) if people is None else people
    code = {name: number for number, name in enumerate(classes)}
    stores, positions = _stores(material, rows)
    return LabelledFaces(
        stores,
        positions,
        classes=classes,
        expression=np.array([code[name] for name in rows["expression"]], dtype=np.int64),
        subject=None
        if rows["subject"].is_null().any()
        else np.array([people[name] for name in rows["subject"]], dtype=np.int64),
        sequence=_numbers(rows["sequence"]),
    )


def _stores(material: Material, rows: pl.DataFrame) -> tuple[dict[str, np.ndarray], np.ndarray]:
    opened = {name: _images(folder) for name, folder in material.images.items()}
    row_of = next(iter(opened.values()))[1]
    positions = np.array([row_of[sample] for sample in rows["sample"]], dtype=np.int64)
    return {name: images for name, (images, _) in opened.items()}, positions


def _people(rows: pl.DataFrame) -> dict[str, int]:
    """A number for each subject, in order of name."""
    return {
        name: number for number, name in enumerate(rows["subject"].unique().drop_nulls().sort())
    }


def _numbers(names: pl.Series) -> np.ndarray:
    """Names as numbers without gaps, in order of name."""
    return names.rank("dense").to_numpy().astype(np.int64) - 1
