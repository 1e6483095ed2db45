"""`manifest`: any folder of one's own with a `manifest.csv`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from ferbench.contracts.dataset import Missing
from ferbench.contracts.faces import EXPRESSIONS
from ferbench.datasets.folder import LANDMARKS, FolderDataset
from ferbench.datasets.row import Row
from ferbench.datasets.survey import Survey, natural
from ferbench.datasets.table import read_table
from ferbench.errors import UsageError

if TYPE_CHECKING:
    import polars as pl

MANIFEST = "manifest.csv"
NEEDED = ("file", "expression")
OPTIONAL = ("subject_id", "sequence_id", "frame", "split")
POINTS = ("left_eye", "right_eye", "nose", "left_mouth", "right_mouth")
"""Landmark columns: `x y` in pixels, left as seen in the picture; all five in a line, or none."""
COLUMNS = (*NEEDED, *OPTIONAL, *POINTS)
SPLITS = ("train", "validation", "test")


@dataclass
class ManifestConfig:
    """root: the folder that holds `manifest.csv`; the file column is relative to it."""

    root: str = ""


class Manifest(FolderDataset):
    """A folder of images listed in a `manifest.csv`."""

    name = "manifest"
    layout = "a manifest.csv"
    obtain = (
        "point it at a folder with a manifest.csv (columns file, expression; optionally "
        "subject_id, sequence_id, frame, split and landmarks)"
    )

    _pointed = False

    def added(self) -> Mapping[str, str]:
        """Landmarks, where the manifest that was read has them."""
        return {LANDMARKS: "points"} if self._pointed else {}

    @property
    def how(self) -> str:
        """How to write one and point at it."""
        return f"{self.obtain}: --set dataset.manifest.root=DIR"

    def fits(self, folder: Path) -> bool:
        """The list lies in it."""
        return (folder / MANIFEST).is_file()

    def scan(self, survey: Survey) -> Iterator[Row]:
        """One image a line; every problem is an error that names its line."""
        import polars as pl

        lines = _read(survey)
        by_name = {name: n for n, name in enumerate(sorted(lines["file"], key=natural))}
        place = pl.col("file").replace_strict(by_name, return_dtype=pl.Int64)
        lines = lines.with_columns(
            sequence_id=pl.coalesce("sequence_id", "file"), frame=pl.col("frame").cast(pl.Int64)
        ).with_columns(
            frame=pl.coalesce("frame", place.rank("ordinal").over("sequence_id").cast(pl.Int64) - 1)
        )
        pointed = any(lines[name].is_not_null().any() for name in POINTS)
        self._pointed = pointed
        path = survey.root / MANIFEST
        for line in lines.iter_rows(named=True):
            yield Row(
                sample=line["file"],
                expression=line["expression"],
                subject=line["subject_id"],
                sequence=line["sequence_id"],
                frame=line["frame"],
                split=line["split"],
                extra={LANDMARKS: _landmarks(path, line)} if pointed else {},
            )

    def _find(self) -> Path | Missing:
        """The root alone: a manifest further down is another corpus."""
        root = self.root
        if root is not None and root.is_dir():
            return (
                root if self.fits(root) else Missing(f"folder {root} has no {MANIFEST}", self.how)
            )
        return super()._find()


def _landmarks(path: Path, line: dict[str, Any]) -> list[float] | None:
    """The five points of a line as ten numbers, or None where it has none."""
    given = [line[name] for name in POINTS]
    if not any(given):
        return None
    where = f"{path}, line {line['line']} ({line['file']})"
    values = []
    for name, text in zip(POINTS, given, strict=True):
        try:
            x, y = map(float, (text or "").split())
        except ValueError:
            raise UsageError(f"{where} has {text!r} for {name}; expected `x y`") from None
        if not (abs(x) < 1e6 and abs(y) < 1e6):
            raise UsageError(f"{where} has {text!r} for {name}, which is no place in an image")
        values += [x, y]
    return values


def _read(survey: Survey) -> "pl.DataFrame":
    """The manifest's columns as text, null where there is none; each rule checked."""
    import polars as pl

    path = survey.root / MANIFEST
    rows = _lines(path)
    _refuse(path, rows, pl.col("file").is_null(), "has no file name")
    outside = [survey.escapes(name) for name in rows["file"]]
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
    """`COLUMNS` as text and the number of the `line`."""
    import polars as pl

    rows = [
        (line.number, *(line[name] for name in COLUMNS))
        for line in read_table(path, NEEDED, (*OPTIONAL, *POINTS))
    ]
    if not rows:
        raise UsageError(f"{path} lists no images: add a line for each")
    schema = {"line": pl.Int64, **dict.fromkeys(COLUMNS, pl.String)}
    return pl.DataFrame(rows, schema=schema, orient="row")


def _refuse(path: Path, rows: "pl.DataFrame", bad: "pl.Expr | pl.Series", says: str) -> None:
    """Raise on the first line for which `bad` holds, and say how many more there are."""
    found = rows.filter(bad)
    if found.is_empty():
        return
    first = found.row(0, named=True)
    others = len(found) - 1
    more = f" (and {others} more {'line' if others == 1 else 'lines'} like it)" if others else ""
    raise UsageError(f"{path}, line {first['line']} {says.format(**first)}{more}")
