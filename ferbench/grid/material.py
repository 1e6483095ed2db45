"""Material: tables of labels and prepared images, made before the workers that read them run."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from ferbench.contracts.method import Preparation
from ferbench.grid.cell import Material
from ferbench.grid.corpus import Corpus
from ferbench.imaging.prepared import image_folder, prepare
from ferbench.training.threads import limited_threads


@dataclass(frozen=True)
class ImageNeed:
    """Samples of a corpus that are needed in one preparation."""

    corpus: Corpus
    samples: tuple[str, ...]
    preparation: Preparation


@dataclass
class Supplies:
    """What must lie in the cache before the cells of a plan can run."""

    cache: Path
    tables: dict[Path, pl.DataFrame] = field(default_factory=dict)
    images: dict[Path, ImageNeed] = field(default_factory=dict)

    def order(
        self,
        corpus: Corpus,
        name: str,
        table: pl.DataFrame,
        preparations: Mapping[str, Preparation],
    ) -> Material:
        """Note that `table` (known as `name`) and its samples' images are needed."""
        path = self.cache / "tables" / f"{name}.parquet"
        self.tables.setdefault(path, table)
        samples = tuple(table["sample"].unique().sort())
        folders = {}
        for input_name, preparation in preparations.items():
            folder = image_folder(self.cache, corpus.fingerprint, samples, preparation)
            self.images.setdefault(folder, ImageNeed(corpus, samples, preparation))
            folders[input_name] = folder
        return Material(path, folders)

    def missing(self) -> int:
        """How many images are still to be prepared."""
        return sum(len(n.samples) for folder, n in self.images.items() if not folder.is_dir())

    def make(self, advance: Callable[[int], None] = lambda count: None) -> None:
        """Write the tables and prepare the images that the cache does not hold yet."""
        for path, table in self.tables.items():
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                draft = path.with_suffix(f".{os.getpid()}.draft")
                table.write_parquet(draft)
                os.replace(draft, path)
        with limited_threads(1):  # rendering is faster so: its steps are small
            for folder, need in self.images.items():
                if not folder.is_dir():
                    prepare(need.corpus.dataset, need.samples, need.preparation, folder, advance)
