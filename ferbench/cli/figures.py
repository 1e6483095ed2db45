"""`ferbench figures`: what kept models make of test faces."""

from pathlib import Path
from typing import Annotated

import typer

from ferbench.cli import options


def figures(
    directory: Annotated[
        Path, typer.Argument(help="The results folder of a run with --keep-models.", metavar="DIR")
    ] = options.DEFAULT_OUT,
    methods: options.Methods = "all",
    fold: Annotated[int, typer.Option("--fold", help="Whose test faces.", min=0)] = 0,
    seed: Annotated[int, typer.Option("--seed", help="Of which cells.", min=0)] = 0,
    faces: Annotated[int, typer.Option("--faces", help="Faces whose panels are drawn.", min=1)] = 6,
    into: Annotated[
        Path, typer.Option("--into", help="Where figures are written.", metavar="DIR")
    ] = Path("figures"),
    set_: options.Set = [],  # noqa: B006
    plugins_dir: options.PluginsDirs = [],  # noqa: B006
) -> None:
    """Draw the features of test faces, side by side, and what each method shows of some faces."""
    from ferbench.cli.progress import preparing
    from ferbench.gallery.choosing import Wanted
    from ferbench.gallery.draw import Gallery
    from ferbench.grid.workplace import Workplace
    from ferbench.settings import read_settings

    settings = read_settings(set_, plugins_dir)
    place = Workplace(directory.absolute(), "inline")
    wanted = Wanted(options.labels(methods), fold, seed)
    gallery = Gallery(
        place,
        options.plugins_of(settings, place.store.records()),
        settings,
        preparing,
        lambda line: typer.echo(line, err=True),
    )
    for path in gallery.draw(wanted, faces, into):
        typer.echo(f"drew {path}", err=True)
