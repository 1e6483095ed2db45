"""Runs the studies of `leaderboards/studies.toml` seed by seed, and archives after each seed.

`python ci/regenerate.py`; then `python ci/tables.py`. What is recorded already, in the archives or
in `runs/studies`, is not run again, so that a killed command continues. Cells that newer ones
replace (the same row, fold and seed, run with newer code) leave the archive, and rows that no run
of the study asks for any more: those of a preset's earlier settings.
"""

import io
import json
import shlex
import sys
import tomllib
from collections.abc import Sequence
from contextlib import redirect_stdout
from itertools import product
from pathlib import Path
from typing import Any

from ferbench.board.grouping import rankings
from ferbench.cli import app
from ferbench.errors import FerbenchError, Interrupted
from ferbench.results.archive import open_results, write_archive
from ferbench.results.store import Store

ROOT = Path(__file__).resolve().parents[1]


def restore(archive: Path, store: Store) -> None:
    """Put the archived cells that the store lacks into it, so that they are not run again."""
    if not archive.is_dir():
        return
    results = open_results(archive)
    for record in results.records():
        if store.record(record.cell_id) is None:
            ok = record.status == "ok"
            store.save(record, results.predictions(record.cell_id) if ok else None)


def asked(runs: Sequence[str]) -> list[dict[str, Any]]:
    """The rows that these runs fill, see `ferbench plan --json`."""
    rows: list[dict[str, Any]] = []
    for run in runs:
        with redirect_stdout(io.StringIO()) as printed:
            app(["plan", *run.split(), "--json"], standalone_mode=False)
        rows += json.loads(printed.getvalue())["rows"]
    return rows


def archive_newest(store: Store, archive: Path, wanted: Sequence[dict[str, Any]]) -> None:
    """Write the cells of the wanted rows into an archive, the newest of each fold and seed."""
    rows = [row for _, found in rankings(store.records()) for row in found]
    cells = [
        record
        for row in rows
        for record in row.cells
        if any(all(getattr(record, k) == v for k, v in want.items()) for want in wanted)
    ]
    write_archive(
        archive,
        [(r, store.predictions(r.cell_id) if r.status == "ok" else None) for r in cells],
    )


def regenerate(leaderboards: Path, work: Path) -> list[str]:
    """Run every study to its end, below `work`; what did not end well."""
    failed = []
    studies = tomllib.loads((leaderboards / "studies.toml").read_text(encoding="utf-8"))
    for name, study in studies.items():
        try:
            failed += _run(study, Store(work / name), leaderboards / "records" / name)
        except Interrupted:
            raise
        except FerbenchError as error:
            failed.append(f"[{name}] {error}")
    return failed


def _run(study: dict[str, Any], store: Store, archive: Path) -> list[str]:
    """Make a study's corpora, then run it seed by seed; the commands that did not end well."""
    restore(archive, store)
    failed = [command for command in study.get("prepare", []) if not _ended_well(command)]
    wanted = asked(study["runs"])
    for seeds, run in product(range(1, study["seeds"] + 1), study["runs"]):
        command = f"run {run} --seeds {seeds} --out {shlex.quote(str(store.root))}"
        if not _ended_well(command):
            failed.append(command)
        if store.cells.is_dir():
            archive_newest(store, archive, wanted)
    return failed


def _ended_well(command: str) -> bool:
    """Whether a command of `ferbench` did all that was asked. What it refuses is printed."""
    try:
        return not app(shlex.split(command), standalone_mode=False)
    except Interrupted:
        raise
    except FerbenchError as error:
        print(f"ferbench: {error}", file=sys.stderr)
        return False


if __name__ == "__main__":
    failed = regenerate(ROOT / "leaderboards", ROOT / "runs" / "studies")
    if failed:
        sys.exit("\n".join(["these did not end well; what they finished is archived:", *failed]))
