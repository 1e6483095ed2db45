"""`ferbench new`: a plugin to begin with."""

from pathlib import Path
from typing import Annotated

import typer

from ferbench.cli import options


def new(
    kind: Annotated[str, typer.Argument(help="method, dataset, protocol or metric.")],
    name: Annotated[str, typer.Argument(help="Its name, such as my-method.")],
    plugins_dir: options.PluginsDirs = [],  # noqa: B006
) -> None:
    """Write a plugin that works into the current folder, and say what to do with it."""
    from ferbench.host import discover
    from ferbench.settings import read_settings
    from ferbench.starters.writing import STARTERS, write_starter

    registry = discover(read_settings(plugins_dirs=plugins_dir).plugins)
    path = write_starter(kind, name, Path.cwd(), registry)
    typer.echo(f"wrote {path.name}, a {kind} that works; change it as you like")
    for number, command in enumerate(STARTERS[kind].next):
        typer.echo(f"{'' if number else 'next:':6}{command.format(name=name)}")
