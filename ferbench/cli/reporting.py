"""What `ferbench run` says when it ends: the table, what failed and why, and what to do next."""

import os
from collections.abc import Iterable
from pathlib import Path

import typer

from ferbench.board.build import build_board, build_rankings
from ferbench.board.render import render
from ferbench.grid.plan import Plan
from ferbench.grid.run import Outcome
from ferbench.grid.versions import version_warnings
from ferbench.grid.workplace import Workplace
from ferbench.host import Registry
from ferbench.results.record import Record


def report(
    plan: Plan,
    place: Workplace,
    outcome: Outcome,
    registry: Registry,
    *,
    figures: Path | None,
    json: bool,
) -> None:
    """The leaderboard of the plan's cells on standard output, all else on standard error."""
    store = place.store
    records = [record for cell in plan.cells if (record := store.record(cell.id)) is not None]
    rankings = build_rankings(records, store.predictions)
    typer.echo(render(build_board(rankings), "json" if json else "table"), nl=False)
    if figures is not None:
        from ferbench.board.figures import draw

        draw(rankings, figures)
        _say(f"figures: {figures}")
    for record in outcome.unfinished:
        _say(
            f"{record.status}: {record.method} on {record.dataset}, fold {record.fold}, seed "
            f"{record.seed}: {record.reason}"
        )
    for broken in registry.broken:
        _say(str(broken))
    for dataset, samples in plan.supplies.faces_not_found().items():
        shown = ", ".join(samples[:3]) + (", .." if len(samples) > 3 else "")
        _say(f"{dataset}: no face was found in {len(samples)} pictures, used whole: {shown}")
    for corpus, split in plan.splits:
        if split.certificate.near_duplicates:
            _say(f"{corpus.name}: {split.certificate.lines()[-1]}")
        if corpus.alignment == "whole" and not corpus.framed:
            _say(
                f"{corpus.name}: faces were not aligned, whole pictures were used; "
                "pip install 'ferbench[align]' installs the detector"
            )
    for warning in version_warnings(records):
        _say(warning)
    _say(_summary(plan, outcome, records[0].hardware_class if records else ""))
    _say(f"next: {_next_command(plan, place, outcome)}")


def _summary(plan: Plan, outcome: Outcome, hardware: str) -> str:
    ran, failed = len(outcome.ran), len(outcome.unfinished)
    on_cpu = ran > failed and hardware.startswith("cpu")
    where = " on the CPU (no CUDA device is visible)" if on_cpu else ""
    return (
        f"{len(plan.cells)} cells: {outcome.already} had been done, {ran - failed} done now"
        f"{where}, {failed} failed"
    )


def _next_command(plan: Plan, place: Workplace, outcome: Outcome) -> str:
    folder = os.path.relpath(place.out)
    if outcome.unfinished:
        traces = _traces(place, outcome.unfinished)
        see = f"see {os.path.relpath(traces[0])}, then " if traces else ""
        return f"{see}run the same command again"
    methods = sorted({cell.identity["method"] for cell in plan.cells})
    if len(methods) > 1:
        return f"ferbench compare {methods[-1]} {methods[0]} {folder}"
    return f"ferbench board {folder} --figures {folder}/figures"


def _traces(place: Workplace, unfinished: Iterable[Record]) -> list[Path]:
    """The tracebacks of these cells and of the stages that block them; a dead worker left none."""
    found = []
    for record in unfinished:
        stages = [place.stages.trace(stage_id) for stage_id in record.stages.values()]
        found += [path for path in (place.store.trace(record.cell_id), *stages) if path.exists()]
    return found


def _say(line: str) -> None:
    typer.echo(line, err=True)
