"""`ferbench verify`: recorded cells run again."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ferbench.cli import options

if TYPE_CHECKING:
    from ferbench.grid.verifying import Verified

SEEDS = 10_000
"""How many draws there are."""


def verify(
    directory: Annotated[
        Path, typer.Argument(help="Results of a run, or an archive of them.", metavar="DIR")
    ],
    sample: Annotated[int, typer.Option("--sample", help="How many cells.", min=1)] = 3,
    draw: Annotated[
        int | None, typer.Option("--draw", help="Which random cells. Default: others each time.")
    ] = None,
    set_: options.Set = [],  # noqa: B006
    plugins_dir: options.PluginsDirs = [],  # noqa: B006
) -> None:
    """Run random recorded cells again and compare predictions; exit code 1 if one differs.

    On the same kind of machine, torch and threads they must be the same bits; elsewhere it is told
    how far they agree. Cells that this code cannot run again are named.
    """
    import random
    from tempfile import TemporaryDirectory

    from ferbench.cli.progress import RichMonitor, preparing
    from ferbench.errors import UsageError
    from ferbench.grid.verifying import Verifier
    from ferbench.results.archive import open_results
    from ferbench.settings import read_settings

    settings = read_settings(set_, plugins_dir)
    results = open_results(directory)
    records = [record for record in results.records() if record.status == "ok"]
    registry = options.plugins_of(settings, records)
    draw = random.randrange(SEEDS) if draw is None else draw
    random.Random(draw).shuffle(records)
    verified = []
    with (
        TemporaryDirectory(prefix="ferbench-verify-") as folder,
        RichMonitor(sample, show_epochs=True) as monitor,
    ):
        verifier = Verifier(results, registry, settings, Path(folder), monitor, preparing)
        for cell in verifier.verify(records, sample):
            verified.append(cell)
            typer.echo(_line(cell))
    for reason, count in sorted(verifier.refused.items()):
        typer.echo(f"cannot be run again by this code: {count} cells of {reason}")
    if not verified:
        raise UsageError(
            f"no cell of {directory} was verified: it holds {len(records)} finished ones, and this "
            "code can run none of them again"
        )
    failed = sum(not cell.holds for cell in verified)
    typer.echo(
        f"{len(verified) - failed} of {len(verified)} cells run again hold, of {len(records)} "
        f"recorded (the same again: --sample {sample} --draw {draw})"
    )
    if failed:
        raise typer.Exit(1)


def _line(cell: "Verified") -> str:
    """What was found of one cell."""
    r, again, near = cell.recorded, cell.again, cell.agreement
    name = f"{r.method} {r.dataset} {r.preset} fold {r.fold} seed {r.seed}"
    if again.status != "ok":
        return f"FAIL  {name}: it ended {again.status} ({again.reason})"
    here = _environment(again.environment_class())
    if near is None:
        return f"ok    {name}: identical predictions ({here})"
    figures = (
        f"{near.alike:.1%} of the images get the same class, probabilities differ by up to "
        f"{near.farthest:.2g}"
    )
    if cell.must_agree:
        others = [
            f"{library} {number} recorded, {again.versions.get(library, 'none')} here"
            for library, number in r.versions.items()
            if again.versions.get(library) != number
        ]
        return f"FAIL  {name}: other predictions on the same environment ({here}): " + "; ".join(
            [figures, *others]
        )
    recorded = _environment(r.environment_class())
    why = "" if recorded != here else "; torch warned of operations whose bits may differ"
    return f"near  {name}: {figures} (recorded on {recorded}; here {here}{why})"


def _environment(found: tuple[str, str, int]) -> str:
    hardware, torch, threads = found
    return f"{hardware}, torch {torch}, {threads} threads"
