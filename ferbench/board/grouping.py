"""Records into rankings and rows: which cells belong together, and which are superseded."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ferbench.board.model import RANKING_PRESETS, RankingKey
from ferbench.board.text import MISSING
from ferbench.errors import UsageError, unknown
from ferbench.results.record import Record


@dataclass(frozen=True, slots=True)
class RowCells:
    """The cells of one row, in order of seed and fold, and how many older ones they replace."""

    label: str
    method: str
    cells: tuple[Record, ...]
    superseded: int

    @property
    def done(self) -> tuple[Record, ...]:
        """The cells with a result."""
        return tuple(cell for cell in self.cells if cell.status == "ok")


def rankings(records: Iterable[Record]) -> list[tuple[RankingKey, tuple[RowCells, ...]]]:
    """Every ranking with its rows, real corpora first, then by name, the fullest preset first."""
    found: dict[RankingKey, list[Record]] = {}
    for record in records:
        found.setdefault(RankingKey.of(record), []).append(record)
    return [(key, _rows(found[key])) for key in sorted(found, key=_order)]


def pick(name: str, groups: Iterable[RowCells]) -> RowCells | None:
    """The row of that label, else the one of that method; UsageError where it has several."""
    groups = tuple(groups)
    exact = [group for group in groups if group.label == name]
    found = exact or [group for group in groups if group.method == name]
    if len(found) > 1:
        labels = ", ".join(repr(group.label) for group in found)
        raise UsageError(f"{name} was run in several configurations: name one of {labels}")
    return found[0] if found else None


def require_known(name: str, groups: Iterable[RowCells]) -> None:
    """UsageError with a suggestion unless a row has this label or method."""
    known = {known for group in groups for known in (group.label, group.method)}
    if name not in known:
        raise unknown("method in these results", name, known)


def _order(key: RankingKey) -> tuple[object, ...]:
    presets = (*reversed(RANKING_PRESETS), "lite", "tiny")
    preset = presets.index(key.preset) if key.preset in presets else len(presets)
    rest = key.dataset_fingerprint, key.protocol_fingerprint, key.alignment
    return key.origin != "real", key.dataset, key.protocol, preset, key.preset, *rest


def _rows(records: list[Record]) -> tuple[RowCells, ...]:
    variants: dict[tuple[str, str], list[Record]] = {}
    for record in records:
        config = json.dumps({**record.config, **record.auxiliary}, sort_keys=True)
        variants.setdefault((record.method, config), []).append(record)
    rows = []
    for method in sorted({method for method, _ in variants}):
        configs = [config for name, config in sorted(variants) if name == method]
        settings = differing([flatten(json.loads(config)) for config in configs])
        for config, setting in zip(configs, settings, strict=True):
            newest = _newest(variants[method, config])
            superseded = len(variants[method, config]) - len(newest)
            label = f"{method} [{setting}]" if setting else method
            rows.append(RowCells(label, method, newest, superseded))
    return tuple(rows)


def _newest(records: list[Record]) -> tuple[Record, ...]:
    """One record for each seed and fold: the one that was started last."""
    newest: dict[tuple[int, int], Record] = {}
    for record in sorted(records, key=lambda r: (r.seed, r.fold, r.started, r.cell_id)):
        newest[record.seed, record.fold] = record
    return tuple(newest.values())


def flatten(config: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """Nested settings under dotted names, values as compact JSON."""
    flat: dict[str, str] = {}
    for name, value in config.items():
        if isinstance(value, dict):
            flat |= flatten(value, f"{prefix}{name}.")
        else:
            flat[prefix + name] = value if isinstance(value, str) else json.dumps(value)
    return flat


def differing(configs: list[dict[str, str]]) -> list[str]:
    """What tells each configuration from the others, as `name=value, name=value`."""
    names = sorted({name for config in configs for name in config})
    varying = [n for n in names if len({config.get(n) for config in configs}) > 1]
    return [", ".join(f"{n}={config.get(n, MISSING)}" for n in varying) for config in configs]
