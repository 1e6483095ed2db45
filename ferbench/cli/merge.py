"""`ferbench merge`: results of several runs into one archive."""

from pathlib import Path
from typing import Annotated

import typer


def merge(
    sources: Annotated[list[Path], typer.Argument(help="Results folders.", metavar="DIR...")],
    into: Annotated[Path, typer.Option("--into", help="The archive to write.", metavar="DIR")],
) -> None:
    """Merge results into an archive of two Parquet files, as leaderboards/records holds them."""
    from ferbench.results.archive import open_results, write_archive
    from ferbench.results.merge import merge as merged

    cells = merged([(source, open_results(source)) for source in sources])
    write_archive(into, cells)
    typer.echo(f"{len(cells)} cells in {into}", err=True)
