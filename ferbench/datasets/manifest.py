"""`manifest`: any folder of one's own with a `manifest.csv`."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ferbench.contracts.dataset import Available, Missing, Origin
from ferbench.contracts.faces import EXPRESSIONS
from ferbench.errors import UsageError

if TYPE_CHECKING:
    import polars as pl

MANIFEST = "manifest.csv"
SPLITS = ("train", "validation", "test")
SIMULATED_MARK = ".ferbench-simulated.json"
"""A folder with this file holds rendered pictures, and every record then says so."""

HOW = (
    "point it at a folder with a manifest.csv (columns file, expression; optionally subject_id, "
    "sequence_id, frame, split): --set dataset.manifest.root=DIR"
)


@dataclass
class ManifestConfig:
    """root: the folder that holds `manifest.csv`; the file column is relative to it."""

    root: str = ""


class Manifest:
    """A folder of images listed in a `manifest.csv`."""

    def __init__(self, config: ManifestConfig) -> None:
        self.root = Path(config.root).expanduser().absolute() if config.root else None

    @property
    def origin(self) -> Origin:
        """`simulated` where the folder says so, else `real`."""
        root = self.root
        return "simulated" if root is not None and (root / SIMULATED_MARK).exists() else "real"

    def availability(self) -> Available | Missing:
        """Whether the folder and its manifest exist."""
        if self.root is None:
            return Missing("no folder given", HOW)
        if not self.root.is_dir():
            return Missing(f"folder {self.root} does not exist", HOW)
        if not (self.root / MANIFEST).is_file():
            return Missing(f"folder {self.root} has no {MANIFEST}", HOW)
        return Available(str(self.root))

    def index(self) -> "pl.DataFrame":
        """One row a line of the manifest; every problem is an error that names its line."""
        import polars as pl

        assert self.root is not None, "index() before availability()"
        rows = _read(self.root / MANIFEST)
        text = pl.String
        column = {name: rows[name] for name in rows.columns}
        nulls = pl.Series([None] * len(rows), dtype=text)
        index = pl.DataFrame(
            {
                "sample": column["file"],
                "subject": column.get("subject_id", nulls),
                "sequence": column.get("sequence_id", nulls),
                "frame": column.get("frame", nulls).cast(pl.Int64),
                "expression": column["expression"],
                "file_hash": [_sha256(self.root / name) for name in column["file"]],
                "split": column.get("split", nulls),
            }
        ).with_columns(sequence=pl.coalesce("sequence", "sample"))
        in_order = pl.col("sample").rank("ordinal").over("sequence").cast(pl.Int64) - 1
        return index.with_columns(frame=pl.coalesce("frame", in_order)).sort("sample")

    def load(self, samples: Sequence[str]) -> Iterator[np.ndarray]:
        """The pictures, decoded to RGB."""
        from ferbench.imaging.decode import read_rgb

        assert self.root is not None, "load() before availability()"
        for sample in samples:
            yield read_rgb(self.root / sample)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _read(path: Path) -> "pl.DataFrame":
    """The manifest as text columns, every cell stripped, each rule checked."""
    import polars as pl

    try:
        rows = pl.read_csv(path, infer_schema=False)
    except pl.exceptions.PolarsError as error:
        raise UsageError(
            f"{path} is not a readable CSV file: {str(error).splitlines()[0]}"
        ) from None
    rows = rows.with_columns(pl.all().str.strip_chars().replace("", None))
    for name in ("file", "expression"):
        if name not in rows.columns:
            raise UsageError(f"{path} has no column {name!r}; found {', '.join(rows.columns)}")
    if rows.is_empty():
        raise UsageError(f"{path} lists no images: add a line for each")
    rows = rows.with_row_index("line", offset=2)
    _refuse(path, rows, pl.col("file").is_null(), "has no file name")
    _refuse(path, rows, pl.col("file").is_duplicated(), "lists {file} more than once")
    absent = [not (path.parent / name).is_file() for name in rows["file"]]
    _refuse(path, rows, pl.Series(absent), "names {file}, which does not exist")
    _refuse(path, rows, pl.col("expression").is_null(), "({file}) has no expression")
    _refuse(
        path,
        rows,
        ~pl.col("expression").is_in(EXPRESSIONS),
        "({file}) has the unknown expression {expression!r}; known: " + ", ".join(EXPRESSIONS),
    )
    if "split" in rows.columns:
        bad = pl.col("split").is_not_null() & ~pl.col("split").is_in(SPLITS)
        _refuse(
            path,
            rows,
            bad,
            "({file}) has the unknown split {split!r}; known: train, validation, test",
        )
    if "frame" in rows.columns:
        bad = pl.col("frame").is_not_null() & pl.col("frame").cast(pl.Int64, strict=False).is_null()
        _refuse(path, rows, bad, "({file}) has the frame {frame!r}, which is not a whole number")
    return rows.drop("line")


def _refuse(path: Path, rows: "pl.DataFrame", bad: "pl.Expr | pl.Series", says: str) -> None:
    """Raise on the first line for which `bad` holds, and say how many more there are."""
    found = rows.filter(bad)
    if found.is_empty():
        return
    first = found.row(0, named=True)
    more = f" (and {len(found) - 1} more lines like it)" if len(found) > 1 else ""
    raise UsageError(f"{path}, line {first['line']} {says.format(**first)}{more}")
