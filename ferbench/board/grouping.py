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
    variants: dict[str, dict[tuple[str, str], list[Record]]] = {}
    for record in records:
        setting = _sorted_json(record.config), _sorted_json(record.auxiliary)
        variants.setdefault(record.method, {}).setdefault(setting, []).append(record)
    rows = []
    for method, found in sorted(variants.items()):
        settings = sorted(found)
        for setting, told in zip(settings, _told_apart(settings), strict=True):
            cells = found[setting]
            newest = _newest(cells)
            label = f"{method} [{told}]" if told else method
            rows.append(RowCells(label, method, newest, len(cells) - len(newest)))
    return tuple(rows)


def _told_apart(settings: list[tuple[str, str]]) -> list[str]:
    """What tells each configuration from the others; of its other corpora where that is needed."""
    configs = [json.loads(config) for config, _ in settings]
    found = differing([flatten(config) for config in configs])
    if len(set(found)) == len(found):
        return found
    others = [json.loads(auxiliary) for _, auxiliary in settings]
    return differing([flatten(c | other) for c, other in zip(configs, others, strict=True)])


def _sorted_json(settings: dict[str, Any]) -> str:
    return json.dumps(settings, sort_keys=True)


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
