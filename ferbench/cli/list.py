"""`ferbench list`: what is registered."""

from typing import Annotated, Any

import typer

from ferbench.cli import options

KINDS = ("methods", "datasets", "protocols", "metrics")


def _said(entry: Any) -> str:
    """An entry in a line: a metric by its unit, the others in their own words."""
    if hasattr(entry, "higher_is_better"):
        return f"{entry.unit}, {'higher' if entry.higher_is_better else 'lower'} is better"
    return str(getattr(entry, "summary", None) or getattr(entry, "facts", ""))


def list_(
    kind: Annotated[
        str, typer.Argument(help="methods, datasets, protocols or metrics.")
    ] = "methods",
    plugins_dir: options.PluginsDirs = [],  # noqa: B006
    json: options.Json = False,
) -> None:
    """List methods, datasets, protocols or metrics."""
    from ferbench.errors import unknown
    from ferbench.host import discover
    from ferbench.settings import read_settings

    if kind not in KINDS:
        raise unknown("kind", kind, KINDS)
    registry = discover(read_settings(plugins_dirs=plugins_dir).plugins)
    rows = [
        {
            "name": name,
            "summary": _said(entry),
            "plugin": registry.owner[kind, name].distribution,
        }
        for name, entry in sorted(getattr(registry, kind).items())
    ]
    if json:
        options.print_json(rows)
        return
    width = max((len(row["name"]) for row in rows), default=0)
    for row in rows:
        typer.echo(f"{row['name']:{width}}  {row['summary']}")
    for broken in registry.broken:
        typer.echo(str(broken), err=True)
