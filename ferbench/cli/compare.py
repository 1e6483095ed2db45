"""`ferbench compare`: the difference of two methods, and whether it may be claimed."""

from pathlib import Path
from typing import Annotated

import typer

from ferbench.cli import options


def compare(
    method_a: Annotated[str, typer.Argument(help="A method of the board.", metavar="A")],
    method_b: Annotated[str, typer.Argument(help="The one it is compared with.", metavar="B")],
    directory: Annotated[
        Path, typer.Argument(help="The results folder.", metavar="DIR")
    ] = options.DEFAULT_OUT,
    json: options.Json = False,
) -> None:
    """Print the accuracy of A minus that of B, paired by subject and seed."""
    from ferbench.board.pair import compare_methods, to_json, to_text
    from ferbench.results.archive import open_results

    results = open_results(directory)
    found = compare_methods(method_a, method_b, results.records(), results.predictions)
    typer.echo(to_json(found) if json else to_text(found), nl=False)
