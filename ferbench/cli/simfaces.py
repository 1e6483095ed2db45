"""What `ferbench data simulate simfaces` does."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

if TYPE_CHECKING:
    from ferbench.datasets.simulated.config import SimFacesConfig


def simulate_simfaces(
    root: Path | None, gallery: Path | None, given: dict[str, Any], workers: int
) -> None:
    """Draw a contact sheet of `simfaces`, or write its pictures and the truth behind them.

    `given` are fields of `SimFacesConfig`; those of a contact sheet have defaults of their own.
    """
    from ferbench.datasets.simulated.config import SimFacesConfig
    from ferbench.errors import UsageError

    if root is None and gallery is None:
        raise UsageError(
            "simfaces is rendered on demand and needs no folder; --gallery FILE draws its faces, "
            "--root DIR writes pictures and truth.parquet"
        )
    if gallery is not None:
        from ferbench.datasets.simulated.contact_sheet import draw_gallery
        from ferbench.training.threads import limited_threads

        with limited_threads(1):
            draw_gallery(gallery, SimFacesConfig(**{"subjects": 8, "size": 128, **given}))
        typer.echo(f"drew {gallery}", err=True)
    if root is not None:
        _album(root.expanduser().absolute(), SimFacesConfig(**given), workers)


def _album(root: Path, config: "SimFacesConfig", workers: int) -> None:
    """Write the folder of pictures and truth, resuming what is there."""
    from ferbench.cli.progress import counting
    from ferbench.datasets.simulated.album import missing_people, write_album
    from ferbench.errors import Interrupted

    try:
        with counting("rendering people", len(missing_people(config, root))) as advance:
            made = write_album(config, root, workers, advance)
    except KeyboardInterrupt:
        raise Interrupted(
            "interrupted; finished people are kept, the same command continues"
        ) from None
    typer.echo(
        f"{root} holds simfaces and truth.parquet: {made} people rendered now, {config.subjects} "
        f"in all, level {config.level}, seed {config.seed}",
        err=True,
    )
