"""`ferbench plan`: what a run would do."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import typer

from ferbench.cli import options

if TYPE_CHECKING:
    from ferbench.grid.cell import Cell

ROW = (
    "dataset",
    "dataset_fingerprint",
    "protocol",
    "protocol_fingerprint",
    "preset",
    "method",
    "config",
    "auxiliary",
)
"""The facts that the cells of a leaderboard's row share."""


def plan(
    methods: options.Methods = "all",
    datasets: options.Datasets = "simfaces",
    protocol: options.Protocol = None,
    preset: options.Preset = "lite",
    folds: options.Folds = None,
    seeds: options.Seeds = 1,
    set_: options.Set = [],  # noqa: B006
    out: options.Out = options.DEFAULT_OUT,
    plugins_dir: options.PluginsDirs = [],  # noqa: B006
    json: options.Json = False,
) -> None:
    """Count the cells of a grid, and those still to do; nothing is run."""
    from ferbench.grid.plan import make_plan
    from ferbench.grid.versions import version_warnings
    from ferbench.results.store import Store
    from ferbench.settings import read_settings

    settings = read_settings(set_, plugins_dir)
    registry = options.plugins(settings, methods, datasets, protocol)
    request = options.request(methods, datasets, preset, protocol, folds, seeds)
    made = make_plan(request, registry, settings)
    store = Store(out)
    to_do = made.to_do(store)
    failed = [cell for cell in to_do if store.record(cell.id) is not None]
    stages = made.stages_for(to_do)
    if json:
        options.print_json(
            {
                "cells": len(made.cells),
                "to_do": len(to_do),
                "failed_before": len(failed),
                "stages": len(stages),
                "images_to_prepare": made.supplies.missing(),
                "rows": _rows(made.cells),
            }
        )
        return
    for corpus, split in made.splits:
        typer.echo(f"{corpus.name} ({corpus.origin}): {split.protocol.name}")
        for line in split.certificate.lines():
            typer.echo(f"  {line}")
    typer.echo(
        f"{len(made.cells)} cells, {len(to_do)} to do ({len(failed)} of them failed before), "
        f"{len(stages)} stages, {made.supplies.missing()} images to prepare"
    )
    for cell in failed:
        record = store.record(cell.id)
        assert record is not None
        typer.echo(f"  failed before: {cell.label}: {record.reason}")
    found = [record for cell in made.cells if (record := store.record(cell.id)) is not None]
    for warning in version_warnings(found):
        typer.echo(f"  {warning}")


def _rows(cells: "Iterable[Cell]") -> list[dict[str, Any]]:
    """The leaderboard's rows that these cells would fill."""
    rows: list[dict[str, Any]] = []
    for cell in cells:
        row = {name: cell.identity[name] for name in ROW}
        if row not in rows:
            rows.append(row)
    return rows
