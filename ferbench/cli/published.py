"""`ferbench published`: the figures that the papers print."""

from typing import Annotated

import typer

from ferbench.cli import options


def published(
    dataset: Annotated[
        str | None, typer.Option("--dataset", help="Only figures of this dataset.", metavar="NAME")
    ] = None,
    paper: Annotated[
        str | None, typer.Option("--paper", help="Only tables of this paper.", metavar="KEY")
    ] = None,
    json: options.Json = False,
) -> None:
    """Show the accuracy and training-time tables of the papers, as printed."""
    from ferbench.board.published.listing import as_tables, as_values, chosen, heading
    from ferbench.board.published.read import published_papers
    from ferbench.board.tables import render_tables

    figures = chosen(published_papers(), paper, dataset)
    if json:
        options.print_json([as_values(printed) for printed in figures])
        return
    for one in dict.fromkeys(printed.paper.key for printed in figures):
        own = [printed for printed in figures if printed.paper.key == one]
        typer.echo(f"{heading(own[0].paper)}\n")
        typer.echo(render_tables(as_tables(own), "table", ""))
