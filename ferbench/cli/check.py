"""`ferbench check`: the conformance kit."""

from typing import Annotated

import typer

from ferbench.cli import options


def check(
    names: Annotated[list[str], typer.Argument(help="Methods to check, or `all`.")],
    set_: options.Set = [],  # noqa: B006
    plugins_dir: options.PluginsDirs = [],  # noqa: B006
) -> None:
    """Check that methods keep the contract, in the `tiny` preset; exit code 1 if one does not."""
    from pathlib import Path
    from tempfile import TemporaryDirectory

    from ferbench.settings import read_settings
    from ferbench.testing.conformance import Bench, examine

    settings = read_settings(set_, plugins_dir)
    registry = options.plugins(settings, *names)
    failed = []
    for name in sorted(registry.methods) if names == [options.ALL] else names:
        registry.method(name)
        typer.echo(name)
        told: set[str] = set()
        with TemporaryDirectory(prefix="ferbench-check-") as folder:
            for verdict in examine(Bench(name, registry, settings, Path(folder))):
                typer.echo(f"  {'ok  ' if verdict.reason is None else 'FAIL'}  {verdict.check}")
                if verdict.reason is not None:
                    again = verdict.reason in told
                    typer.echo(f"        {'as above' if again else verdict.reason}")
                    told.add(verdict.reason)
        if told:
            failed.append(name)
    for broken in registry.broken:
        typer.echo(str(broken), err=True)
    if failed:
        typer.echo(f"the contract is not kept by {', '.join(failed)}", err=True)
        raise typer.Exit(1)
