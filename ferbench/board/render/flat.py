"""The board as flat rows: JSON for programs, CSV for spreadsheets."""

from collections.abc import Sequence

from ferbench.board.model import NO_PROBE, Board, FeatureProbes, Probe, Row, Section
from ferbench.board.published.text import published_values
from ferbench.board.render.writers import Value

DIGITS = 6
"""Decimals of every share and second, so that the last bits of a sum never show."""


def rows(board: Board) -> list[dict[str, Value]]:
    """Every row of every section, with the same keys in the same order."""
    every = [row for section in board.sections for row in section.rows]
    features = sorted({found.feature for row in every for found in row.further})
    return [_row(section, row, features) for section in board.sections for row in section.rows]


def _row(section: Section, row: Row, features: Sequence[str]) -> dict[str, Value]:
    key, interval, cost = section.key, row.interval, row.cost
    values: dict[str, Value] = {
        **key.values(),
        "dataset_fingerprint": key.dataset_fingerprint,
        "protocol_fingerprint": key.protocol_fingerprint,
        "alignment": key.alignment,
        "method": row.label,
        "method_name": row.method,
        "placebo_of": row.placebo_of,
        "fidelity": row.fidelity,
        "status": row.status,
        "rank": row.rank,
        "unranked": row.unranked,
        "standing": row.standing,
        "accuracy": row.accuracy,
        "accuracy_low": interval.low if interval else None,
        "accuracy_high": interval.high if interval else None,
        "interval_over": _interval_over(row),
        "accuracy_state": row.state,
    }
    for level in ("image", "unit"):
        for state in ("last", "selected"):
            found = row.way(level, state)
            name = f"accuracy_{level}_{state}"
            values[f"{name}_pooled"] = found.pooled if found else None
            values[f"{name}_folds"] = found.folds_mean if found else None
            values[f"{name}_folds_sd"] = found.folds_sd if found else None
    values |= {
        "seed_sd": row.seed_sd,
        "macro_f1": row.macro_f1,
        "folds_done": row.folds_done,
        "folds_required": row.folds_required,
        "seeds_done": row.seeds_done,
        "seeds": row.seeds,
        "train_seconds": cost.train_seconds,
        "train_seconds_kind": cost.train_seconds_kind if cost.train_seconds is not None else None,
        "stage_seconds": cost.stage_seconds,
        "comparisons_per_epoch": cost.comparisons_per_epoch,
        "parameters": cost.parameters,
        "macs": cost.macs,
        **_probe("identity", "identity_leakage", row.identity),
        **_probe("expression", "expression_probe", row.expression),
        **published_values(section, row),
        "failures": "; ".join(f"{f.status}: {f.reason} ({f.cells})" for f in row.failures) or None,
    }
    further = {probed.feature: probed for probed in row.further}
    for name in features:
        probed = further.get(name, FeatureProbes(name, NO_PROBE, NO_PROBE))
        values |= _probe(f"{name}_identity", f"{name}_identity_leakage", probed.identity)
        values |= _probe(f"{name}_expression", f"{name}_expression_probe", probed.expression)
    return {name: rounded(value) for name, value in values.items()}


def _probe(name: str, accuracy: str, probe: Probe) -> dict[str, Value]:
    return {
        accuracy: probe.accuracy,
        f"{name}_chance": probe.chance,
        f"{name}_shuffled": probe.shuffled,
        f"{name}_untrained": probe.untrained,
    }


def _interval_over(row: Row) -> str | None:
    if row.interval is None:
        return None
    return "subjects and seeds" if row.interval.over_seeds else "subjects"


def rounded(value: Value) -> Value:
    """A number as files hold it."""
    return round(value, DIGITS) if isinstance(value, float) else value
