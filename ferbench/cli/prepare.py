"""`ferbench data prepare`: what a run would decode and check first."""

from pathlib import Path
from typing import Annotated

import typer

from ferbench.cli import options
from ferbench.cores import cores

Root = Annotated[
    Path | None,
    typer.Option("--root", help="Its folder. Default: as ferbench.yaml says.", metavar="DIR"),
]
Workers = Annotated[
    int | None, typer.Option("--workers", help="Processes. Default: one a CPU core.", min=1)
]


def prepare(
    name: Annotated[
        str,
        typer.Argument(
            help="The dataset's name; or give --datasets. Default: simfaces.", metavar="NAME"
        ),
    ] = "",
    root: Root = None,
    datasets: options.Datasets = "",
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
    from ferbench.settings import read_settings

    datasets = ",".join(filter(None, (name, datasets))) or "simfaces"
    settings = read_settings(set_, plugins_dir)
    if root is not None:
        settings.datasets.setdefault(only(datasets), {})["root"] = str(root)
    request = options.request(methods, datasets, preset, protocol, folds, seeds=1)
    registry = options.plugins(settings, methods, datasets, protocol)
    plan = make_plan(request, registry, settings)
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


def only(datasets: str) -> str:
    """The one dataset that `--root` is the folder of."""
    from ferbench.errors import UsageError

    found = options.names(datasets)
    if len(found) != 1:
        raise UsageError(f"--root is the folder of one dataset, not of {datasets}: use --set")
    return found[0]
