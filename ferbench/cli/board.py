"""`ferbench board`: the leaderboards of a results folder."""

import enum
from pathlib import Path
from typing import Annotated

import typer

from ferbench.cli import options


class Format(enum.StrEnum):
    """How a board is written."""

    table = "table"
    markdown = "markdown"
    csv = "csv"
    json = "json"


def board(
    directory: Annotated[
        Path, typer.Argument(help="The results folder.", metavar="DIR")
    ] = options.DEFAULT_OUT,
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    format_: Annotated[Format, typer.Option("--format", help="How to write it.")] = Format.table,
    output: Annotated[
        Path | None,
        typer.Option("--output", help="Write to this file.", metavar="FILE"),
    ] = None,
    figures: Annotated[
        Path | None,
        typer.Option("--figures", help="Draw figures into this folder.", metavar="DIR"),
    ] = None,
    check: Annotated[
        Path | None,
        typer.Option(
            "--check",
            help="Exit with 1 unless FILE is what --format markdown writes, byte by byte.",
            metavar="FILE",
        ),
    ] = None,
) -> None:
    """Print the leaderboards made from the records in DIR."""
    from ferbench.board.build import build_board, build_rankings
    from ferbench.board.render import render
    from ferbench.results.store import Store

    store = Store(directory)
    rankings = build_rankings(store.records(), store.predictions)
    made = build_board(rankings)
    if figures is not None:
        from ferbench.board.figures import draw

        for path in draw(rankings, figures):
            typer.echo(f"drew {path}", err=True)
    if check is not None:
        _check(check, render(made, "markdown"), directory)
        return
    text = render(made, Format.json if json else format_)
    if output is None:
        typer.echo(text, nl=False)
    else:
        output.parent.mkdir(parents=True, exist_ok=True)
        output.write_text(text, encoding="utf-8", newline="\n")
        typer.echo(f"wrote {output}", err=True)


def _check(path: Path, expected: str, directory: Path) -> None:
    from ferbench.errors import UsageError

    if not path.is_file():
        raise UsageError(f"{path} is not a file: nothing to check")
    if path.read_bytes() != expected.encode():
        typer.echo(
            f"{path} is not what the records say: "
            f"run `ferbench board {directory} --format markdown --output {path}`",
            err=True,
        )
        raise typer.Exit(1)
    typer.echo(f"{path} is what the records say")
