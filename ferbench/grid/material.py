"""Material: tables of labels and prepared images, made before the workers that read them run."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from ferbench.contracts.method import Preparation
from ferbench.files import whole_file
from ferbench.grid.cell import Material
from ferbench.grid.corpus import Corpus
from ferbench.imaging.finding import faces_of
from ferbench.imaging.prepared import image_folder, not_found
from ferbench.imaging.preparing import prepare
from ferbench.protocols.split import Split
from ferbench.training.threads import limited_threads

Preparing = Callable[[int], AbstractContextManager[Callable[[int], None]]]
"""Tells of so many images that are prepared; what it yields is called with how many more are."""


@dataclass(frozen=True)
class ImageNeed:
    """Samples of a corpus that are needed in one preparation, and where they are kept."""

    folder: Path
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
            folder = image_folder(
                self.cache, corpus.fingerprint, samples, preparation, corpus.alignment
            )
            self.images.setdefault(folder, ImageNeed(folder, corpus, samples, preparation))
            folders[input_name] = folder
        return Material(path, folders, corpus.pseudo_ids)

    def evaluated(
        self, corpus: Corpus, split: Split, preparations: Mapping[str, Preparation]
    ) -> Material:
        """Note that all folds of `split` are needed."""
        table = pl.concat([f.samples.with_columns(fold=pl.lit(f.number)) for f in split.folds])
        return self.order(corpus, f"{corpus.fingerprint}-{split.fingerprint}", table, preparations)

    def missing(self) -> int:
        """How many images are still to be decoded, each for all its preparations at once."""
        return sum(len(needs[0].samples) for needs in self._to_do())

    def make(self, advance: Callable[[int], None] = lambda count: None, workers: int = 1) -> None:
        """Write the tables and prepare the images that the cache does not hold yet."""
        for path, table in self.tables.items():
            if not path.exists():
                with whole_file(path) as draft:
                    table.write_parquet(draft)
        with limited_threads(1):  # rendering is faster so: its steps are small
            for needs in self._to_do():
                first = needs[0]
                preparations = {need.folder: need.preparation for need in needs}
                corpus = first.corpus
                faces = faces_of(corpus.alignment, corpus.index)
                prepare(corpus.dataset, first.samples, preparations, advance, workers, faces)

    def folders(self, corpus: Corpus) -> list[Path]:
        """Where the prepared images of a corpus lie."""
        return [folder for folder, need in self.images.items() if need.corpus is corpus]

    def faces_not_found(self) -> dict[str, list[str]]:
        """The pictures used whole since no face was found in them, by dataset."""
        found: dict[str, set[str]] = {}
        for folder, need in self.images.items():
            found.setdefault(need.corpus.name, set()).update(not_found(folder))
        return {name: sorted(samples) for name, samples in found.items() if samples}

    def _to_do(self) -> list[list[ImageNeed]]:
        """What the cache lacks, in groups that need the same samples of the same corpus."""
        groups: dict[tuple[str, str, tuple[str, ...]], list[ImageNeed]] = {}
        for folder, need in self.images.items():
            if not folder.is_dir():
                key = (need.corpus.fingerprint, need.corpus.alignment, need.samples)
                groups.setdefault(key, []).append(need)
        return list(groups.values())
