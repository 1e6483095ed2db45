"""`ferbench generate`: the frontal neutral face of photographs."""

from pathlib import Path
from typing import Annotated

import typer

from ferbench.cli import options


def generate(
    images: Annotated[
        list[Path], typer.Argument(help="Photographs of one face each.", metavar="IMAGE...")
    ],
    run: Annotated[
        Path,
        typer.Option("--run", help="The results folder whose generator is used.", metavar="DIR"),
    ] = options.DEFAULT_OUT,
    into: Annotated[
        Path | None,
        typer.Option(
            "--into", help="Where faces are written. Default: beside each.", metavar="DIR"
        ),
    ] = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="The pictures are framed on the face already.")
    ] = False,
    dataset: Annotated[
        str | None, typer.Option("--dataset", help="Whose generator, where there are several.")
    ] = None,
    fold: Annotated[
        int | None, typer.Option("--fold", help="Which fold's, where there are several.", min=0)
    ] = None,
    plugins_dir: options.PluginsDirs = [],  # noqa: B006
) -> None:
    """Write the frontal neutral face of each photograph, as IMAGE-neutral.png.

    A photograph without a face, or that cannot be read, is told of and left out; the exit code is
    then 1.
    """
    import numpy as np

    from ferbench.errors import UsageError
    from ferbench.gallery.neutral import choose, framed, open_generator, targets, write_png
    from ferbench.grid.determinism import deterministic_where_possible
    from ferbench.grid.workplace import Workplace
    from ferbench.host import discover
    from ferbench.settings import read_settings
    from ferbench.training.threads import limited_threads

    files = targets(images, into)
    place = Workplace(run.absolute(), "inline")
    registry = discover(read_settings([], plugins_dir).plugins)
    failed = False
    with limited_threads(1), deterministic_where_possible():
        generator = open_generator(choose(place, registry, dataset, fold), place)
        for image, file in zip(images, files, strict=True):
            try:
                face = framed(image, generator.input, whole)
            except UsageError as error:
                typer.echo(f"ferbench: {error}", err=True)
                failed = True
                continue
            write_png(generator.neutral(np.stack([face]))[0], file)
            typer.echo(f"wrote {file}", err=True)
    if failed:
        raise typer.Exit(1)
