"""`ferbench compare`: the difference of methods, and whether it may be claimed."""

from pathlib import Path
from typing import Annotated

import typer

from ferbench.cli import options


def compare(
    method_a: Annotated[str, typer.Argument(help="A method of the board.", metavar="A")],
    method_b: Annotated[
        str,
        typer.Argument(help="Those it is compared with, comma-separated; `all`.", metavar="B"),
    ],
    directory: Annotated[
        Path, typer.Argument(help="The results folder.", metavar="DIR")
    ] = options.DEFAULT_OUT,
    json: options.Json = False,
    format_: options.TableFormat = None,
    output: options.Output = None,
) -> None:
    """Print the accuracy of A minus that of B, paired by subject and seed; p adjusted for many."""
    from ferbench.board.pair import compare_methods, to_tables, to_text
    from ferbench.board.tables import render_tables
    from ferbench.results.archive import open_results

    results = open_results(directory)
    others = options.labels(method_b)
    found = compare_methods(method_a, others, results.records(), results.predictions)
    kind = options.Format.json if json else format_
    if kind is None and all(len(asked.comparisons) == 1 for asked in found):
        text = to_text(found)
    else:
        kind = kind or options.Format.table
        text = render_tables(to_tables(found), kind, f"{method_a} against {', '.join(others)}")
    options.write(text, output)
