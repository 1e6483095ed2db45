"""Options that several verbs share."""

import enum
import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ferbench.grid.plan import Request
    from ferbench.host import Registry
    from ferbench.results.record import Record
    from ferbench.settings import Settings

DEFAULT_OUT = Path("runs/default")
ALL = "all"
"""What stands for every name."""

Methods = Annotated[
    str, typer.Option("--methods", help="Comma-separated names, or `all`.", metavar="NAMES")
]
Datasets = Annotated[
    str, typer.Option("--datasets", help="Comma-separated names.", metavar="NAMES")
]
Protocol = Annotated[
    str | None,
    typer.Option("--protocol", help="Default: the dataset's leaderboard protocol."),
]
Preset = Annotated[str, typer.Option("--preset", help="tiny, lite, study or paper.")]
Folds = Annotated[
    int | None,
    typer.Option(
        "--folds",
        help="How many folds, from the first; 0: all. Default: all; 3 in tiny and lite without "
        "--protocol.",
        min=0,
    ),
]
Seeds = Annotated[int, typer.Option("--seeds", help="How many seeds: 0, 1, ...", min=1)]
Set = Annotated[
    list[str],
    typer.Option(
        "--set",
        help="METHOD.KEY=VALUE or dataset.NAME.KEY=VALUE; repeatable.",
        metavar="ASSIGNMENT",
    ),
]
PluginsDirs = Annotated[
    list[Path],
    typer.Option("--plugins-dir", help="A folder of local plugins; repeatable.", metavar="DIR"),
]
Out = Annotated[Path, typer.Option("--out", help="Where results are kept.", metavar="DIR")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class Format(enum.StrEnum):
    """How a table is written."""

    table = "table"
    markdown = "markdown"
    csv = "csv"
    json = "json"


TableFormat = Annotated[Format | None, typer.Option("--format", help="How to write it.")]
Output = Annotated[
    Path | None, typer.Option("--output", help="Write to this file.", metavar="FILE")
]


def names(text: str) -> list[str]:
    """Comma-separated names as a list."""
    return [name.strip() for name in text.split(",") if name.strip()]


def plugins(settings: "Settings", *wanted: str | None) -> "Registry":
    """Every plugin, and those in the current folder of these names and of names with settings."""
    from ferbench.host import discover

    asked = [name for text in wanted if text for name in names(text)]
    asked += [*settings.methods, *settings.datasets]
    return discover(settings.plugins, [name for name in asked if name != ALL])


def plugins_of(settings: "Settings", records: "Iterable[Record]") -> "Registry":
    """Every plugin, with those of the current folder that these records were made with."""
    named = {name for r in records for name in (r.method, r.dataset, r.protocol)}
    return plugins(settings, *sorted(named))


def labels(text: str) -> list[str]:
    """Comma-separated labels of a board, which may have commas in brackets, and lists in these."""
    parts = re.findall(r"(?:[^,\[]|\[(?:[^\[\]]|\[[^\]]*\])*\])+", text)
    return [part.strip() for part in parts if part.strip()]


def write(text: str, output: Path | None) -> None:
    """Print a finished text, or write it to a file."""
    if output is None:
        typer.echo(text, nl=False)
        return
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_text(text, encoding="utf-8", newline="\n")
    typer.echo(f"wrote {output}", err=True)


FOLDS_OF_A_LOOK = 3
"""Folds of a `tiny` or `lite` run where none are asked for."""


def request(
    methods: str, datasets: str, preset: str, protocol: str | None, folds: int | None, seeds: int
) -> "Request":
    """The options that name a grid, as a request. Folds: 0 means all."""
    from ferbench.errors import UsageError
    from ferbench.grid.plan import Request

    for option, text in (("--methods", methods), ("--datasets", datasets)):
        if not names(text):
            raise UsageError(f"{option} {text!r} has no name: write one, or several with commas")
    look = protocol is None and preset in ("tiny", "lite")
    if folds is None and look:
        folds = FOLDS_OF_A_LOOK
    return Request(
        methods=names(methods),
        datasets=names(datasets),
        preset=preset,
        protocol=protocol,
        folds=folds or None,
        seeds=seeds,
    )


def print_json(value: Any) -> None:
    """Print a JSON value to standard output."""
    import json

    typer.echo(json.dumps(value, indent=1))
