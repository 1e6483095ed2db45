"""`ferbench data`: simulate, inspect, index and prepare corpora."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ferbench.cli import options
from ferbench.cli.prepare import Root, Workers, prepare
from ferbench.cores import cores

if TYPE_CHECKING:
    from ferbench.contracts.dataset import DatasetSpec
    from ferbench.settings import Settings

data_app = typer.Typer(
    help="Simulate, inspect, index and prepare corpora.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Name = Annotated[str, typer.Argument(help="The dataset's name.", metavar="NAME")]


@data_app.command("simulate")
def simulate(
    name: Name,
    root: Annotated[
        Path | None, typer.Option("--root", help="The folder to write.", metavar="DIR")
    ] = None,
    subjects: Annotated[int | None, typer.Option(help="People. Default: the corpus's.")] = None,
    level: Annotated[
        str | None,
        typer.Option(help="easy, medium, hard or wild. Default: medium, or hard for photographs."),
    ] = None,
    size: Annotated[
        int | None,
        typer.Option(help="The pictures' shorter side. Default: the corpus's.", metavar="PX"),
    ] = None,
    seed: Annotated[int, typer.Option(help="Another seed is another population.", min=0)] = 0,
    workers: Workers = None,
    gallery: Annotated[
        Path | None,
        typer.Option(help="For simfaces: draw a sheet of its faces.", metavar="FILE"),
    ] = None,
) -> None:
    """Render a corpus of simulated people in the layout of the real one, resuming what is there."""
    from ferbench.errors import Interrupted, UsageError

    if name == "simfaces":
        from ferbench.cli.simfaces import simulate_simfaces

        asked: dict[str, Any] = {"subjects": subjects, "level": level, "size": size, "seed": seed}
        given = {name: value for name, value in asked.items() if value is not None}
        simulate_simfaces(root, gallery, given, workers or cores())
        return
    if gallery is not None:
        raise UsageError("--gallery is for simfaces; other corpora are written as files to look at")
    from ferbench.cli.progress import counting
    from ferbench.datasets.simulated.corpora.marker import claim
    from ferbench.datasets.simulated.corpora.writing import open_corpus

    if root is None:
        raise UsageError(f"say where to write: ferbench data simulate {name} --root DIR")
    corpus = open_corpus(name, root, subjects=subjects, level=level, size=size, seed=seed)
    claim(corpus.root, corpus.order)
    try:
        with counting("rendering pictures", len(corpus.missing())) as advance:
            made = corpus.write(workers or cores(), advance)
    except KeyboardInterrupt:
        raise Interrupted(
            "interrupted; finished files are kept, the same command continues"
        ) from None
    typer.echo(
        f"{corpus.root} holds simulated {name}: {made} pictures rendered now, "
        f"{corpus.order.subjects} people, level {corpus.order.level}, seed {seed}",
        err=True,
    )
    typer.echo(f"next: ferbench data inspect {name} --root {root}", err=True)


@data_app.command("inspect")
def inspect(
    name: Name,
    root: Root = None,
    set_: options.Set = [],  # noqa: B006
    plugins_dir: options.PluginsDirs = [],  # noqa: B006
    json: options.Json = False,
) -> None:
    """Count what an adapter reads by class, subject and split, and what it leaves out and why."""
    from ferbench.datasets.counts import count
    from ferbench.datasets.counts_text import lines
    from ferbench.grid.corpus import open_corpus

    spec, settings = _dataset(name, root, set_, plugins_dir)
    corpus = open_corpus(spec, settings.datasets.get(name, {}))
    counted = count(corpus.dataset, corpus.index)
    if json:
        options.print_json({"dataset": name, "origin": corpus.origin, **counted.facts()})
        return
    typer.echo(f"{name} ({corpus.origin})")
    for line in lines(counted):
        typer.echo(f"  {line}")


@data_app.command("index")
def index(
    name: Name,
    root: Root = None,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", help="A .parquet or .csv file. Default: NAME.parquet here.", metavar="FILE"
        ),
    ] = None,
    set_: options.Set = [],  # noqa: B006
    plugins_dir: options.PluginsDirs = [],  # noqa: B006
) -> None:
    """Write the index of a corpus; for MMI without one, draft the csv to be completed."""
    from ferbench.contracts.dataset import Missing
    from ferbench.errors import UsageError
    from ferbench.grid.corpus import open_corpus, open_dataset

    spec, settings = _dataset(name, root, set_, plugins_dir)
    chosen = settings.datasets.get(name, {})
    if name == "mmi" and chosen.get("root"):
        dataset, _ = open_dataset(spec, chosen)
        if isinstance(dataset.availability(), Missing):
            _draft(Path(chosen["root"]).expanduser().absolute(), out or Path("index.csv"))
            return
    out = out or Path(f"{name}.parquet")
    if out.suffix not in (".parquet", ".csv"):
        raise UsageError(f"--out {out}: end its name in .parquet or .csv")
    made = open_corpus(spec, chosen).index
    out.parent.mkdir(parents=True, exist_ok=True)
    if out.suffix == ".parquet":
        made.write_parquet(out)
    else:
        flat = [n for n, kind in made.schema.items() if not kind.is_nested()]
        made.select(flat).write_csv(out)
    typer.echo(f"wrote {out}: {len(made)} images", err=True)


data_app.command("prepare")(prepare)


def _dataset(
    name: str, root: Path | None, assignments: list[str], plugins: list[Path]
) -> "tuple[DatasetSpec, Settings]":
    """The registered dataset, and the settings with `--root` in them."""
    from ferbench.settings import read_settings

    settings = read_settings(assignments, plugins)
    spec = options.plugins(settings, name).dataset(name)
    if root is not None:
        settings.datasets.setdefault(name, {})["root"] = str(root)
    return spec, settings


def _draft(root: Path, out: Path) -> None:
    """Draft MMI's index; a file that is there may have been completed, and is left alone."""
    from ferbench.datasets.mmi_draft import draft_index
    from ferbench.errors import UsageError

    if out.exists():
        raise UsageError(f"{out} exists; name another file with --out")
    text = draft_index(root)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(text, encoding="utf-8")
    typer.echo(
        f"drafted {out}: {text.count(chr(10)) - 1} sequences; write the expressions into it, then "
        f"--set dataset.mmi.root={root} --set dataset.mmi.index={out.absolute()}",
        err=True,
    )
