"""Reads and checks the files of published figures, one a paper."""

import tomllib
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import get_args

from ferbench.board.published.model import Kind, Paper, PaperProtocol, PrintedTable, Unit
from ferbench.board.published.node import Node
from ferbench.board.published.rows import read_row
from ferbench.errors import UsageError

HERE = Path(__file__).resolve().parent
FOLDERS = (HERE / "papers", HERE.parents[2] / "leaderboards" / "published")
"""Where the files are: in an installed ferbench, and in its repository."""

UNITS: tuple[Unit, ...] = get_args(Unit)
KINDS: tuple[Kind, ...] = get_args(Kind)

PAPER_KEYS = (
    *("key", "name", "authors", "title", "venue", "year", "doi", "remarks"),
    *("protocols", "tables"),
)
PROTOCOL_KEYS = (
    *("dataset", "registered", "stated", "classes", "frames", "folds", "unit"),
    *("subjects", "sequences", "images", "remarks"),
)
TABLE_KEYS = ("number", "kind", "caption", "columns", "hardware", "remarks", "left_out", "rows")


def published_papers() -> tuple[Paper, ...]:
    """The papers of the literature that ferbench reproduces, oldest first."""
    for folder in FOLDERS:
        if folder.is_dir():
            return read_folder(folder)
    raise UsageError(f"no published figures: neither {' nor '.join(map(str, FOLDERS))} exists")


@cache
def read_folder(folder: Path) -> tuple[Paper, ...]:
    """Every paper of a folder."""
    found = [read_paper(path) for path in sorted(folder.glob("*.toml"))]
    return tuple(sorted(found, key=lambda paper: (paper.year, paper.key)))


def read_paper(path: Path) -> Paper:
    """One file; UsageError in one line where it is not as it must be."""
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is not readable as TOML: {error}") from None
    node = Node(str(path), values)
    node.only(PAPER_KEYS)
    key = node.need("key", str)
    if key != path.stem:
        raise node.wrong(f"key is {key!r}; it must be the name of the file, {path.stem!r}")
    protocols = {name: _protocol(name, part) for name, part in node.tables("protocols").items()}
    tables = tuple(_table(part, protocols) for part in node.listed("tables"))
    numbers = [table.number for table in tables]
    if len(set(numbers)) < len(numbers):
        raise node.wrong(f"two tables have the same number among {numbers}")
    return Paper(
        key=key,
        name=node.need("name", str),
        authors=node.all("authors", str),
        title=node.need("title", str),
        venue=node.need("venue", str),
        year=node.need("year", int),
        doi=node.get("doi", str),
        remarks=node.all("remarks", str),
        tables=tables,
    )


def _protocol(key: str, node: Node) -> PaperProtocol:
    node.only(PROTOCOL_KEYS)
    stated = node.get("stated", bool)
    return PaperProtocol(
        key=key,
        dataset=node.need("dataset", str),
        registered=node.all("registered", str),
        stated=True if stated is None else stated,
        classes=node.need("classes", int),
        frames=node.need("frames", str),
        folds=node.need("folds", str),
        unit=node.one_of("unit", UNITS),
        subjects=node.get("subjects", int),
        sequences=node.get("sequences", int),
        images=node.get("images", int),
        remarks=node.all("remarks", str),
    )


def _table(node: Node, protocols: dict[str, PaperProtocol]) -> PrintedTable:
    node.only(TABLE_KEYS)
    kind = node.one_of("kind", KINDS)
    names = node.all("columns", str)
    for name in names:
        if name not in protocols:
            raise node.wrong(f"column {name!r} is none of the protocols {', '.join(protocols)}")
    columns = {name: protocols[name] for name in names}
    hardware = node.get("hardware", str)
    if (hardware is None) == (kind == "training time"):
        raise node.wrong("hardware belongs to every table of training times, and to no other")
    return PrintedTable(
        number=node.need("number", int),
        kind=kind,
        caption=node.need("caption", str),
        hardware=hardware,
        columns=tuple(columns.values()),
        rows=tuple(read_row(part, kind, columns) for part in node.listed("rows")),
        remarks=node.all("remarks", str),
        left_out=node.all("left_out", str),
    )
