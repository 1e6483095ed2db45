"""`ferbench check`: the conformance kit."""

from typing import Annotated

import typer

from ferbench.cli import options


def check(
    names: Annotated[list[str], typer.Argument(help="Methods to check, or `all`.")],
    plugins_dir: options.PluginsDirs = [],  # noqa: B006
) -> None:
    """Check that methods keep the contract, in the `tiny` preset; exit code 1 if one does not."""
