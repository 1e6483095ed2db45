"""`ferbench run`: run a grid and print its leaderboard."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from ferbench.cli import options

QUICK = ("dataset.simfaces.subjects=30",)
"""What `--quick` sets, besides one fold and the inline executor where neither is asked for."""
AUTO_RAY_CELLS = 6
"""From this many cells to do, `--executor auto` takes Ray: starting it costs several seconds."""


def run(
    methods: options.Methods = "all",
    datasets: options.Datasets = "simfaces",
    protocol: options.Protocol = None,
    preset: options.Preset = "lite",
    folds: options.Folds = None,
    seeds: options.Seeds = 1,
    set_: options.Set = [],  # noqa: B006
    out: options.Out = options.DEFAULT_OUT,
    executor: Annotated[
        str, typer.Option(help="ray, inline, or auto: Ray for larger grids.")
    ] = "auto",
    workers: Annotated[
        int | None, typer.Option(help="CPU cores to use. Default: all.", min=1)
    ] = None,
    threads: Annotated[int, typer.Option(help="Threads a cell.", min=1)] = 1,
    gpus: Annotated[
        int | None, typer.Option(help="GPUs to schedule on. Default: those found.", min=0)
    ] = None,
    gpus_per_cell: Annotated[
        float | None, typer.Option(help="Share of a GPU a cell. Default: the method's.")
    ] = None,
    address: Annotated[
        str, typer.Option(help="An existing Ray cluster, `auto` to find it.")
    ] = "local",
    timing: Annotated[
        bool, typer.Option("--timing", help="Cells one at a time, for timing claims.")
    ] = False,
    cell_timeout: Annotated[
        float | None,
        typer.Option(help="Seconds a cell's training may take, looked at after each epoch."),
    ] = None,
    keep_models: Annotated[
        bool, typer.Option("--keep-models", help="Keep the trained states.")
    ] = False,
    figures: Annotated[Path | None, typer.Option(help="Draw figures into this folder.")] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="A small first table: one fold, 30 people.")
    ] = False,
    plugins_dir: options.PluginsDirs = [],  # noqa: B006
    json: options.Json = False,
) -> None:
    """Run methods on datasets, resuming where an earlier run stopped, and print the leaderboard."""
    from ferbench.cli import reporting
    from ferbench.cli.progress import RichMonitor, preparing
    from ferbench.cores import cores
    from ferbench.errors import Interrupted, UsageError
    from ferbench.grid.certifying import search
    from ferbench.grid.executor import LOCAL, Workforce, make_executor
    from ferbench.grid.plan import make_plan
    from ferbench.grid.run import run_plan
    from ferbench.grid.workplace import Workplace
    from ferbench.results.archive import RECORDS
    from ferbench.results.lock import only_run
    from ferbench.results.store import Store
    from ferbench.settings import read_settings

    elsewhere = address != LOCAL
    of_ray = elsewhere or gpus is not None or gpus_per_cell is not None
    if elsewhere and (workers is not None or gpus is not None):
        raise UsageError(
            f"--workers and --gpus say what a Ray started here may use, and --address {address} "
            "names one that is running: leave them out"
        )
    if executor == "inline" and of_ray:
        raise UsageError(
            "--executor inline runs one cell after the other here: leave out --address, --gpus and "
            "--gpus-per-cell, or take --executor ray"
        )
    if timing and gpus_per_cell is not None:
        raise UsageError("--timing gives each cell a GPU of its own: leave out --gpus-per-cell")
    if quick:
        folds = 1 if folds is None else folds
        executor = "inline" if executor == "auto" and not of_ray else executor
        set_ = [*QUICK, *set_]
    settings = read_settings(set_, plugins_dir)
    registry = options.plugins(settings, methods, datasets, protocol)
    request = options.request(methods, datasets, preset, protocol, folds, seeds)
    plan = make_plan(request, registry, settings)
    out = out.absolute()
    if (out / RECORDS).is_file():
        raise UsageError(f"--out {out} is an archive, which would hide what is run: name another")
    to_do = plan.to_do(Store(out))
    spread = (workers or 1) > 1 or (gpus or 1) > 1
    least = 1 if elsewhere or gpus == 0 else 2 if spread else AUTO_RAY_CELLS
    chosen = _choose(executor, len(to_do), least)
    place = Workplace(
        out=out,
        executor=chosen,
        threads=threads,
        shared_device=chosen == "ray" and not timing,
        keep_models=keep_models,
        timeout=cell_timeout,
    )
    force = Workforce(
        cpus=workers,
        gpus=gpus,
        gpus_per_cell=1.0 if timing else gpus_per_cell,
        address=address,
        alone=timing,
    )
    workers_of = make_executor(chosen, registry, place, force)
    workers_of.require_room({cell.identity["method"] for cell in to_do})
    try:
        with preparing(plan.supplies.missing()) as advance:
            plan.supplies.make(advance, workers or cores())
        if search(plan.splits, plan.supplies):
            plan = make_plan(request, registry, settings)
        with only_run(out), RichMonitor(len(to_do), show_epochs=chosen == "inline") as monitor:
            outcome = run_plan(plan, workers_of, place, monitor)
    except KeyboardInterrupt:
        raise Interrupted(
            "interrupted; prepared images and finished cells are kept, the same command continues"
        ) from None
    reporting.report(plan, place, outcome, registry, figures=figures, json=json)
    if outcome.unfinished or registry.broken:
        raise typer.Exit(1)


def _choose(executor: str, to_do: int, least: int) -> Literal["inline", "ray"]:
    """The executor meant, `auto` being Ray from so many cells; nothing to do needs no Ray."""
    from ferbench.errors import unknown

    if executor not in ("auto", "ray", "inline"):
        raise unknown("executor", executor, ("auto", "ray", "inline"))
    if to_do and (executor == "ray" or (executor == "auto" and to_do >= least)):
        return "ray"
    return "inline"
