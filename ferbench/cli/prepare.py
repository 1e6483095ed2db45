"""`ferbench data prepare`: what a run would decode and check first."""

from typing import Annotated

import typer

from ferbench.cli import options

Workers = Annotated[
    int | None, typer.Option("--workers", help="Processes. Default: one a CPU core.", min=1)
]


def prepare(
    datasets: options.Datasets = "simfaces",
    methods: options.Methods = "all",
    protocol: options.Protocol = None,
    preset: options.Preset = "lite",
    folds: options.Folds = None,
    set_: options.Set = [],  # noqa: B006
    plugins_dir: options.PluginsDirs = [],  # noqa: B006
    workers: Workers = None,
) -> None:
    """Decode the images that a run needs into the cache, resuming, and look for near-duplicates."""
    from ferbench.cli.progress import preparing
    from ferbench.errors import Interrupted
    from ferbench.grid.certifying import certified, search
    from ferbench.grid.plan import make_plan
    from ferbench.host import discover
    from ferbench.settings import read_settings

    settings = read_settings(set_, plugins_dir)
    request = options.request(methods, datasets, preset, protocol, folds, seeds=1)
    plan = make_plan(request, discover(settings.plugins), settings)
    supplies = plan.supplies
    missing = supplies.missing()
    try:
        with preparing(missing) as advance:
            supplies.make(advance, workers or cores())
        search(plan.splits, supplies)
    except KeyboardInterrupt:
        raise Interrupted(
            "interrupted; prepared images are kept, the same command continues"
        ) from None
    typer.echo(
        f"{missing} images prepared now, {len(supplies.images)} preparations in {supplies.cache}",
        err=True,
    )
    for corpus, split in plan.splits:
        found = certified(corpus, split, settings.cache).certificate.lines()[-1]
        parts = f"train, validation and test of {split.protocol.name}"
        typer.echo(f"{corpus.name}, {parts}: {found}", err=True)


def cores() -> int:
    """The CPU cores that this process may use."""
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
