"""`ferbench doctor`: what works here, what does not, and what to do about it."""

import typer

from ferbench.cli import options


def doctor(
    set_: options.Set = [],  # noqa: B006
    plugins_dir: options.PluginsDirs = [],  # noqa: B006
) -> None:
    """Check plugins, datasets, devices and folders; exit code 1 if a plugin is broken."""
    from ferbench.contracts.dataset import Missing
    from ferbench.errors import FerbenchError
    from ferbench.grid.corpus import open_dataset
    from ferbench.grid.environment import device_for_cell, hardware_class, versions
    from ferbench.host import discover
    from ferbench.settings import read_settings

    settings = read_settings(set_, plugins_dir)
    registry = discover(settings.plugins)
    typer.echo("plugins")
    for plugin in registry.plugins:
        typer.echo(f"  ok       {plugin.name} ({plugin.distribution} {plugin.version})")
    for broken in registry.broken:
        typer.echo(f"  broken   {broken.name} ({broken.distribution}): {broken.reason}")
    typer.echo("datasets")
    for name, spec in sorted(registry.datasets.items()):
        try:
            dataset, _ = open_dataset(spec, settings.datasets.get(name, {}))
            state = dataset.availability()
        except FerbenchError as error:
            typer.echo(f"  bad      {name}: {error}")
            continue
        if isinstance(state, Missing):
            typer.echo(f"  missing  {name}: {state.reason}; {state.how_to_obtain}")
        else:
            typer.echo(f"  found    {name}: {state.where}")
    typer.echo("device")
    device = device_for_cell()
    note = "" if device.type == "cuda" else " (no CUDA device is visible: everything runs here)"
    typer.echo(f"  {hardware_class(device)}{note}")
    typer.echo("versions")
    typer.echo("  " + ", ".join(f"{name} {number}" for name, number in versions().items()))
    typer.echo("cache")
    typer.echo(f"  {settings.cache}")
    if registry.broken:
        raise typer.Exit(1)
