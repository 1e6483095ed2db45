"""Which finished cells figures are drawn of."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ferbench.board.grouping import RowCells, pick, rankings, require_known
from ferbench.board.model import RankingKey
from ferbench.errors import UsageError
from ferbench.grid.reopening import kept_state
from ferbench.grid.workplace import Workplace
from ferbench.results.record import Record

ALL = "all"


@dataclass(frozen=True, slots=True)
class Wanted:
    """names: labels or methods, or `all` whose models were kept; of this fold and seed."""

    names: Sequence[str]
    fold: int = 0
    seed: int = 0

    @property
    def cell(self) -> str:
        """The fold and the seed in words."""
        return f"fold {self.fold}, seed {self.seed}"


@dataclass(frozen=True, slots=True)
class Chosen:
    """Cells of one ranking, by label."""

    key: RankingKey
    cells: dict[str, Record]


def choose(records: Iterable[Record], wanted: Wanted, place: Workplace) -> list[Chosen]:
    """The cells wanted, in every ranking that has them; UsageError where one is not to be had."""
    found = rankings(records)
    groups = [group for _, rows in found for group in rows]
    everything = list(wanted.names) == [ALL]
    for name in () if everything else wanted.names:
        require_known(name, groups)
    chosen = []
    for key, rows in found:
        cells: dict[str, Record] = {}
        for row in rows if everything else _named(wanted.names, rows):
            record = _cell(row, wanted)
            if record is not None and kept_state(place, record) is not None:
                cells[row.label] = record
            elif not everything:
                raise _lacking(row, key, wanted, place, finished=record is not None)
        if cells:
            chosen.append(Chosen(key, cells))
    if not chosen:
        raise UsageError(
            f"{place.out} kept no models of {wanted.cell}: run with --keep-models into a new "
            "--out, since finished cells are not run again"
        )
    return chosen


def _named(names: Sequence[str], rows: Sequence[RowCells]) -> list[RowCells]:
    """The rows of these names that a ranking has, in the order of the names."""
    return [row for name in names if (row := pick(name, rows)) is not None]


def _cell(row: RowCells, wanted: Wanted) -> Record | None:
    """The row's finished cell of the fold and the seed."""
    of = [cell for cell in row.done if (cell.fold, cell.seed) == (wanted.fold, wanted.seed)]
    return of[0] if of else None


def _lacking(
    row: RowCells, key: RankingKey, wanted: Wanted, place: Workplace, finished: bool
) -> UsageError:
    if finished:
        return UsageError(
            f"{place.out} kept no model of {row.label}, {wanted.cell}: run it with --keep-models "
            "into a new --out, since finished cells are not run again"
        )
    there = sorted({f"{cell.fold}/{cell.seed}" for cell in row.done})
    return UsageError(
        f"{place.out} has no finished cell of {row.label} on {key.dataset}, {wanted.cell}; it has "
        f"(fold/seed) {', '.join(there) or 'none'}"
    )
