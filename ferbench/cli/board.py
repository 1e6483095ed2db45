"""`ferbench board`: the leaderboards of a results folder."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ferbench.cli import options

LEADERBOARDS = Path("leaderboards")
"""Where tables are committed."""

if TYPE_CHECKING:
    from ferbench.board.build import Ranking
    from ferbench.results.archive import Results


def board(
    directory: Annotated[
        Path | None,
        typer.Argument(help="The results folder. Default: runs/default.", metavar="DIR"),
    ] = None,
    file: Annotated[
        Path | None, typer.Argument(help="Of --check: the table.", metavar="FILE")
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    format_: options.TableFormat = None,
    output: options.Output = None,
    figures: Annotated[
        Path | None,
        typer.Option("--figures", help="Draw figures into this folder.", metavar="DIR"),
    ] = None,
    metrics: Annotated[
        str, typer.Option("--metrics", help="Print these metrics instead; `all`.", metavar="NAMES")
    ] = "",
    plateau: Annotated[
        bool, typer.Option("--plateau", help="Tell instead whether methods still improve.")
    ] = False,
    reach: Annotated[
        str | None,
        typer.Option(
            "--reach",
            help="Print instead how soon methods reach the plateau of METHOD.",
            metavar="METHOD",
        ),
    ] = None,
    relative_to: Annotated[
        str | None,
        typer.Option(
            "--relative-to", help="Of --reach: divide by the times of METHOD.", metavar="METHOD"
        ),
    ] = None,
    plugins_dir: options.PluginsDirs = [],  # noqa: B006
    check: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Exit with 1 unless FILE is what --format markdown writes, byte by byte; without "
            "FILE: unless every table committed in DIR (default: leaderboards) is.",
        ),
    ] = False,
) -> None:
    """Print the leaderboards made from the records in DIR."""
    _refuse(
        {
            "FILE": file is not None,
            "--check": check,
            "--json": json,
            "--format": format_ is not None,
            "--output": output is not None,
            "--figures": figures is not None,
            "--metrics": bool(metrics),
            "--plateau": plateau,
            "--reach": reach is not None,
            "--relative-to": relative_to is not None,
        }
    )
    if check and file is None:
        _check_committed(directory or LEADERBOARDS)
        return
    directory = directory or options.DEFAULT_OUT
    from ferbench.board.build import build_board, build_rankings
    from ferbench.board.render import render
    from ferbench.results.archive import open_results

    results = open_results(directory)
    rankings = build_rankings(results.records(), results.predictions)
    if metrics:
        _print_metrics(metrics, rankings, results, plugins_dir, json)
        return
    kind = options.Format.json if json else format_ or options.Format.table
    if plateau or reach is not None:
        options.write(_training(rankings, reach, relative_to, kind), output)
        return
    made = build_board(rankings)
    if figures is not None:
        from ferbench.board.figures import draw

        for path in draw(rankings, figures):
            typer.echo(f"drew {path}", err=True)
    if file is not None:
        _check(file, render(made, "markdown"), directory)
        return
    options.write(render(made, kind), output)


ALONE = {
    "--check": {"FILE"},
    "--metrics": {"--json"},
    "--plateau": {"--json", "--format", "--output"},
    "--reach": {"--json", "--format", "--output", "--relative-to"},
}
"""Options that print something else than the board, or nothing, and what goes with each."""
PARTS = {"FILE": "--check", "--relative-to": "--reach"}
"""What has no meaning without another option."""


def _refuse(given: Mapping[str, bool]) -> None:
    """Rather one line than an option that is passed over."""
    from ferbench.errors import UsageError

    named = [name for name, is_given in given.items() if is_given]
    for name in named:
        if name in PARTS and PARTS[name] not in named:
            raise UsageError(f"{name} has no meaning without {PARTS[name]}")
        for other in named:
            if name in ALONE and other not in {name, *ALONE[name]}:
                raise UsageError(f"{name} and {other} do not go together: leave one of them out")


def _training(
    rankings: "tuple[Ranking, ...]", reference: str | None, relative_to: str | None, kind: str
) -> str:
    """The table of plateaus, or of the times until one is reached."""
    from ferbench.board.plateau import plateaus
    from ferbench.board.reach import reach
    from ferbench.board.tables import render_tables
    from ferbench.board.training_tables import plateau_tables, reach_tables

    if reference is None:
        return render_tables(plateau_tables(plateaus(rankings)), kind, "Plateaus")
    found = reach(rankings, reference, relative_to or reference)
    return render_tables(reach_tables(found), kind, f"Training until the plateau of {reference}")


def _check_committed(folder: Path) -> None:
    """One line for each committed table that is not what its records say."""
    from ferbench.cli.committed import committed_tables, differences

    found = list(differences(folder))
    for line in found:
        typer.echo(line, err=True)
    if found:
        raise typer.Exit(1)
    typer.echo(f"all {len(committed_tables(folder))} tables of {folder} are what the records say")


def _check(path: Path, expected: str, directory: Path) -> None:
    from ferbench.errors import UsageError

    if not path.is_file():
        raise UsageError(f"{path} is not a file: nothing to check")
    if path.read_bytes() != expected.encode():
        typer.echo(
            f"{path} is not what the records say: "
            f"run `ferbench board {directory} --format markdown --output {path}`",
            err=True,
        )
        raise typer.Exit(1)
    typer.echo(f"{path} is what the records say")


def _print_metrics(
    names: str,
    rankings: "tuple[Ranking, ...]",
    results: "Results",
    plugins_dir: list[Path],
    json: bool,
) -> None:
    """Registered metrics over the recorded predictions, one line a method and metric."""
    from dataclasses import asdict

    from ferbench.board.metric_table import metric_values
    from ferbench.host import not_registered
    from ferbench.settings import read_settings

    registered = options.plugins(read_settings(plugins_dirs=plugins_dir), names).metrics
    wanted = sorted(registered) if names == options.ALL else options.names(names)
    for name in wanted:
        if name not in registered:
            raise not_registered("metric", name, registered)
    values = metric_values(rankings, [registered[name] for name in wanted], results.predictions)
    if json:
        options.print_json([asdict(value) for value in values])
        return
    for value in values:
        number = "not defined" if value.mean is None else f"{value.mean:.4f}"
        spread = "" if value.sd is None else f" +- {value.sd:.4f} over {value.cells} cells"
        typer.echo(f"{value.ranking}  {value.method}  {value.metric}  {number}{spread}")
