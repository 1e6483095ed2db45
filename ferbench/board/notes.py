"""What a reader must know beside the numbers of one ranking, in sentences."""

from collections.abc import Sequence

from ferbench.board.comparison import Entry
from ferbench.board.model import RANKS_NOTHING, RankingKey
from ferbench.board.statistics import SEEDS_FOR_A_CLAIM
from ferbench.results.record import Record


def notes(key: RankingKey, entries: Sequence[Entry]) -> tuple[str, ...]:
    """The notes in a fixed order."""
    cells = [cell for entry in entries for cell in entry.group.cells]
    done = [cell for entry in entries for cell in entry.group.done]
    intervals = [entry.row.interval for entry in entries if entry.row.interval]
    found = []
    if not key.ranks:
        found.append(f"{RANKS_NOTHING.format(key.preset)}.")
    if any(not interval.over_seeds for interval in intervals):
        found.append(
            "Intervals of rows with one seed are over subjects only: they speak of the trained "
            "models, and another seed may well lie outside."
        )
    if key.ranks and any(entry.row.standing == "no claim" for entry in entries):
        found.append(
            f"With fewer than {SEEDS_FOR_A_CLAIM} seeds no difference from the leader is claimed."
        )
    if any(not cell.subjects_provable for cell in cells):
        found.append(
            "Subject disjointness is not provable: people are not named, so intervals treat every "
            "unit as another person and are too short."
        )
    if any(cell.dataset_config.get("pseudo_ids") for cell in cells):
        found.append(
            "Training images without a subject have pseudo-identities (clusters of look-alikes): "
            "methods that need subject ids are adapted here, and nothing is proved of people."
        )
    older = sum(entry.group.superseded for entry in entries)
    if older:
        found.append(
            f"{older} older cell{'s' if older > 1 else ''} left out: a newer one has the same "
            "method, configuration, seed and fold."
        )
    mixed = [e.row.label for e in entries if len({c.source_hash for c in e.group.done}) > 1]
    if mixed:
        found.append(f"Cells of more than one source version: {', '.join(mixed)}.")
    hardware = sorted({_hardware(cell) for cell in done})
    if hardware:
        found.append(f"Hardware: {'; '.join(hardware)}.")
    if len({cell.hardware_class for cell in done}) > 1:
        found.append("Trained on different hardware: training times do not compare.")
    if any(cell.shared_device for cell in done):
        found.append("Cells ran beside others: training times are no timing claim.")
    return tuple(found)


def _hardware(cell: Record) -> str:
    """Its class, the threads of a cell and the version of torch."""
    threads = f"{cell.threads} thread{'s' if cell.threads > 1 else ''}"
    return f"{cell.hardware_class}, {threads}, torch {cell.versions.get('torch', 'unknown')}"
