"""A row's costs and probes, summarised over its finished cells."""

from collections.abc import Iterable, Sequence
from statistics import fmean, median

from ferbench.board.model import NO_PROBE, Cost, Failure, FeatureProbes, Probe
from ferbench.metrics.probes import further_features, probe_of
from ferbench.results.record import Record


def cost(cells: Sequence[Record]) -> Cost:
    """Seconds as medians, counts as means; None where a cell has none, so that it is never 0."""
    cpu = all(on_cpu(cell) for cell in cells)
    seconds = _known(c.fit_cpu_seconds if cpu else c.fit_wall_seconds for c in cells)
    stages = [c.stage_cpu_seconds for c in cells]
    counted = [c.comparisons / c.epochs for c in cells if c.comparisons is not None and c.epochs]
    return Cost(
        train_seconds=median(seconds) if seconds else None,
        train_seconds_kind="cpu" if cpu else "wall",
        stage_seconds=median(stages) if stages else None,
        comparisons_per_epoch=fmean(counted) if counted and len(counted) == len(cells) else None,
        parameters=max((c.parameters for c in cells if c.parameters is not None), default=None),
        macs=max((c.macs for c in cells if c.macs is not None), default=None),
    )


def on_cpu(cell: Record) -> bool:
    """Whether a cell was trained without an accelerator."""
    return cell.hardware_class.lower().startswith("cpu") or not cell.hardware_class


def probe(cells: Sequence[Record], name: str) -> Probe:
    """A probe's mean over the cells that have it."""
    found = [cell.probes[name] for cell in cells if name in cell.probes]
    if not found:
        return NO_PROBE
    values = {}
    for part in ("accuracy", "chance", "shuffled", "untrained"):
        known = _known(values_of_cell.get(part) for values_of_cell in found)
        values[part] = fmean(known) if known else None
    return Probe(**values)


def further_probes(cells: Sequence[Record]) -> tuple[FeatureProbes, ...]:
    """The probes of every further feature that a cell has, by the feature's name."""
    names = {name for cell in cells for name in cell.probes}
    return tuple(
        FeatureProbes(
            feature,
            identity=probe(cells, probe_of(feature, "identity")),
            expression=probe(cells, probe_of(feature, "expression")),
        )
        for feature in further_features(names)
    )


def failures(cells: Sequence[Record]) -> tuple[Failure, ...]:
    """How cells without a result ended, the most frequent first."""
    counts: dict[tuple[str, str], int] = {}
    for cell in cells:
        if cell.status != "ok":
            way = cell.status, " ".join((cell.reason or "no reason recorded").split())
            counts[way] = counts.get(way, 0) + 1
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return tuple(Failure(status, reason, number) for (status, reason), number in ordered)


def _known(values: Iterable[float | None]) -> list[float]:
    return [value for value in values if value is not None]
