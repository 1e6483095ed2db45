"""Checks of what a method registers, and of what it says that it needs."""

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import polars as pl

from ferbench.errors import FerbenchError
from ferbench.settings import configured, plain
from ferbench.testing.bench import Bench, NotConforming

WITHOUT_TORCH = """
import json, sys
from pathlib import Path
sys.modules["torch"] = None
from ferbench.host import discover
found = discover(Path(folder) for folder in json.loads(sys.argv[1]))
reasons = {plugin.name: plugin.reason for plugin in found.broken}
print(json.dumps([sorted(found.methods), reasons]))
"""
"""Registers every plugin in a process where importing torch fails."""

WITHOUT = {
    "subject_id": pl.col("subject").is_not_null(),
    "neutral": pl.col("part") == "neutral",
    "validation": pl.col("part") == "validation",
}
"""What `MethodSpec.needs` may name, and the rows of a table of labels that have it."""


@cache
def _registered_without_torch(folders: tuple[Path, ...]) -> tuple[list[str], dict[str, str]]:
    """The methods that register where torch is missing, and why plugins did not."""
    given = json.dumps([str(folder) for folder in folders])
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, given], capture_output=True, text=True
    )
    if done.returncode:
        raise NotConforming(f"the plugins do not load: {done.stderr.strip().splitlines()[-1]}")
    methods, reasons = json.loads(done.stdout.splitlines()[-1])
    return methods, reasons


def registers_without_torch(bench: Bench) -> None:
    """The module that registers the method imports no torch, so that `ferbench list` is quick."""
    methods, reasons = _registered_without_torch(tuple(bench.registry.folders))
    if bench.method not in methods:
        plugin = bench.registry.owner["methods", bench.method]
        reason = reasons.get(plugin.name, "it registers other methods then")
        raise NotConforming(
            f"plugin {plugin.name} does not register it where torch is missing ({reason}): import "
            "torch inside functions, or in the module that `factory` names"
        )


def configuration_round_trips(bench: Bench) -> None:
    """Each preset's configuration is the same again after it was written to JSON and read."""
    for preset, values in bench.spec.presets.items():
        try:
            config = configured(bench.spec.config, [values], bench.method)
            again = configured(bench.spec.config, [plain(config)], bench.method)
        except FerbenchError as error:
            raise NotConforming(f"preset {preset}: {error}") from None
        if plain(again) != plain(config):
            changed = [k for k, v in plain(config).items() if plain(again)[k] != v]
            raise NotConforming(
                f"preset {preset}: {', '.join(changed)} read back from a record is not what was "
                "written: a configuration holds plain values and computes nothing from them"
            )


def unmet_needs_are_skipped(bench: Bench) -> None:
    """On faces without what it needs the method is skipped, and the reason says why."""
    for need in sorted(bench.spec.needs):
        if need not in WITHOUT:
            raise NotConforming(f"`needs` has {need!r}; known: {', '.join(sorted(WITHOUT))}")
        record = bench.attempt(f"without-{need}", bench.altered(need, _without(bench, need)))
        if record.status != "skipped" or need not in (record.reason or ""):
            raise NotConforming(f"without {need} the cell ended {record.status}: {record.reason}")


def needs_are_declared(bench: Bench) -> None:
    """Without what it does not declare to need the method runs, or is skipped with a reason."""
    spare = sorted(WITHOUT.keys() - bench.spec.needs)
    if not spare:
        return
    record = bench.attempt("spare", bench.altered("spare", _without(bench, *spare)))
    if not record.finished:
        raise NotConforming(
            f"on faces without {', '.join(spare)} the cell ended {record.status}: {record.reason}; "
            "name what the method needs in `needs`, or raise Unsupported with the reason"
        )


def _without(bench: Bench, *facts: str) -> pl.DataFrame:
    """The labels of the bench's faces without some of these facts."""
    table = pl.read_parquet(bench.cell().material.table)
    for fact in facts:
        if fact == "subject_id":
            table = table.with_columns(subject=pl.lit(None, dtype=pl.String))
        else:
            table = table.filter(~WITHOUT[fact])
    return table
