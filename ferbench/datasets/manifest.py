"""`manifest`: any folder of one's own with a `manifest.csv`."""

import csv
import difflib
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

import numpy as np

from ferbench.contracts.dataset import Available, Missing, Origin
from ferbench.contracts.faces import EXPRESSIONS
from ferbench.errors import UsageError

if TYPE_CHECKING:
    import polars as pl

MANIFEST = "manifest.csv"
COLUMNS = ("file", "expression", "subject_id", "sequence_id", "frame", "split")
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
        index = pl.DataFrame(
            {
                "sample": rows["file"],
                "subject": rows["subject_id"],
                "sequence": rows["sequence_id"].fill_null(rows["file"]),
                "frame": rows["frame"].cast(pl.Int64),
                "expression": rows["expression"],
                "file_hash": [_sha256(self.root / name) for name in rows["file"]],
                "split": rows["split"],
            }
        )
        by_name = {name: place for place, name in enumerate(sorted(rows["file"], key=_natural))}
        place = pl.col("sample").replace_strict(by_name, return_dtype=pl.Int64)
        in_order = place.rank("ordinal").over("sequence").cast(pl.Int64) - 1
        return index.with_columns(frame=pl.coalesce("frame", in_order)).sort("sample")

    def load(self, samples: Sequence[str]) -> Iterator[np.ndarray]:
        """The pictures, decoded to RGB."""
        from ferbench.imaging.decode import read_rgb

        assert self.root is not None, "load() before availability()"
        for sample in samples:
            yield read_rgb(self.root / sample)


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _natural(name: str) -> list[str | int]:
    """A key that sorts names as people do: `2.png` before `10.png`."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name)]


def _read(path: Path) -> "pl.DataFrame":
    """The manifest's columns as text, null where there is none; each rule checked."""
    import polars as pl

    rows = _lines(path)
    _refuse(path, rows, pl.col("file").is_null(), "has no file name")
    outside = [name.startswith("/") or ".." in name.split("/") for name in rows["file"]]
    _refuse(
        path,
        rows,
        pl.Series(outside),
        "names {file}, which is not below the folder: write paths relative to it, without `..`",
    )
    rows = rows.with_columns(file=pl.Series([str(PurePosixPath(name)) for name in rows["file"]]))
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
    _refuse(
        path,
        rows,
        ~pl.col("split").is_in(SPLITS),
        "({file}) has the unknown split {split!r}; known: " + ", ".join(SPLITS),
    )
    frame = pl.col("frame")
    _refuse(
        path,
        rows,
        frame.is_not_null() & frame.cast(pl.Int64, strict=False).is_null(),
        "({file}) has the frame {frame!r}, which is not a whole number",
    )
    recorded = rows.filter(pl.col("sequence_id").is_not_null())
    _refuse(
        path,
        recorded,
        (pl.col("subject_id").n_unique() > 1).over("sequence_id"),
        "({file}): the sequence {sequence_id!r} has more than one subject_id; a recording shows "
        "one person, so make sequence ids unique",
    )
    _refuse(
        path,
        recorded,
        frame.is_null() & frame.is_not_null().any().over("sequence_id"),
        "({file}) has no frame, and others of the sequence {sequence_id!r} have one",
    )
    return rows


def _lines(path: Path) -> "pl.DataFrame":
    """`COLUMNS` and the number of the `line`; cells stripped, blank lines left out."""
    import polars as pl

    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, strict=True)
            names = [name.strip() for name in next(reader, [])]
            cells = [(reader.line_num, [cell.strip() for cell in line]) for line in reader]
    except UnicodeDecodeError:
        raise UsageError(f"{path} is not UTF-8 text: save it as CSV in UTF-8") from None
    except csv.Error as error:
        raise UsageError(f"{path}, line {reader.line_num} is not readable CSV: {error}") from None
    _refuse_columns(path, names)
    rows = []
    for number, line in cells:
        if any(line[len(names) :]):
            raise UsageError(
                f"{path}, line {number} has {len(line)} cells for {len(names)} columns: "
                "put a name with a comma in quotes"
            )
        if any(line):
            cell = dict(zip(names, line, strict=False))
            rows.append((number, *(cell.get(name) or None for name in COLUMNS)))
    if not rows:
        raise UsageError(f"{path} lists no images: add a line for each")
    schema = {"line": pl.Int64, **dict.fromkeys(COLUMNS, pl.String)}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _refuse_columns(path: Path, names: Sequence[str]) -> None:
    """Raise if a needed column is absent, or one that was meant is misspelt: it would be ignored,
    and without subjects no split could be trusted."""
    for name in COLUMNS[:2]:
        if name not in names:
            raise UsageError(
                f"{path} has no column {name!r} in its first line; found {', '.join(names)!r} "
                "(a comma separates columns)"
            )
    for name in COLUMNS:
        if names.count(name) > 1:
            raise UsageError(f"{path} has the column {name!r} more than once")
    absent = [name for name in COLUMNS if name not in names]
    for name in names:
        meant = difflib.get_close_matches(name.lower(), absent, n=1, cutoff=0.8)
        if meant:
            raise UsageError(
                f"{path} has a column {name!r} and no {meant[0]!r}: rename it if that is meant, "
                "or else to something less alike"
            )


def _refuse(path: Path, rows: "pl.DataFrame", bad: "pl.Expr | pl.Series", says: str) -> None:
    """Raise on the first line for which `bad` holds, and say how many more there are."""
    found = rows.filter(bad)
    if found.is_empty():
        return
    first = found.row(0, named=True)
    others = len(found) - 1
    more = f" (and {others} more {'line' if others == 1 else 'lines'} like it)" if others else ""
    raise UsageError(f"{path}, line {first['line']} {says.format(**first)}{more}")
