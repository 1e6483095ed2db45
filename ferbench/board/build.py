"""Records and predictions into a board: a pure function, the same records give the same board."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import polars as pl

from ferbench.board.comparison import Entry, controls, standings
from ferbench.board.grouping import RowCells, pick, rankings
from ferbench.board.model import Board, RankingKey, Section
from ferbench.board.notes import notes
from ferbench.board.published.beside import beside
from ferbench.board.published.read import published_papers
from ferbench.board.rows import make_entry
from ferbench.board.scores import PredictionsOf
from ferbench.board.statistics import resolution
from ferbench.errors import UsageError
from ferbench.results.record import Record


@dataclass(frozen=True, slots=True)
class Ranking:
    """One ranking with what its rows are compared and drawn by, in the order of the board."""

    key: RankingKey
    entries: tuple[Entry, ...]

    def entry(self, name: str) -> Entry | None:
        """The row of that label or method, if this ranking has it."""
        group = pick(name, [entry.group for entry in self.entries])
        return next((entry for entry in self.entries if entry.group is group), None)


def build_rankings(records: Iterable[Record], predictions: PredictionsOf) -> tuple[Ranking, ...]:
    """Every ranking in the records; `predictions` is asked for each finished cell once."""
    found = [Ranking(key, _ranked(key, groups, predictions)) for key, groups in rankings(records)]
    if not found:
        raise UsageError("there are no results yet: run `ferbench run` first")
    return tuple(found)


def build_board(rankings_: Iterable[Ranking]) -> Board:
    """The board of these rankings."""
    return Board(tuple(_section(ranking) for ranking in rankings_))


def _ranked(
    key: RankingKey, groups: Sequence[RowCells], predictions: PredictionsOf
) -> tuple[Entry, ...]:
    entries = sorted((make_entry(key, group, predictions) for group in groups), key=_order)
    ranked: list[Entry] = []
    for place, entry in enumerate(entries, start=1):
        if entry.row.unranked is None:
            same = bool(ranked) and ranked[-1].row.accuracy == entry.row.accuracy
            rank = ranked[-1].row.rank if same else place
            entry = replace(entry, row=replace(entry.row, rank=rank))
        ranked.append(entry)
    standing = standings(key, ranked)
    return tuple(
        replace(entry, row=replace(entry.row, standing=standing.get(entry.row.label)))
        for entry in ranked
    )


def _order(entry: Entry) -> tuple[object, ...]:
    """Rows that rank first; then by accuracy, highest first, none last; then by name."""
    row = entry.row
    return row.unranked is not None, row.accuracy is None, -(row.accuracy or 0.0), row.label


def _section(ranking: Ranking) -> Section:
    cell = ranking.entries[0].group.cells[0]
    frames = [entry.scored.ranked for entry in ranking.entries if entry.scored]
    tested = pl.concat(frames).select("fold", "unit", "subject").unique() if frames else None
    units = tested.height if tested is not None else 0
    known = tested is not None and not tested["subject"].is_null().any()
    return Section(
        key=ranking.key,
        dataset_config=cell.dataset_config,
        classes=cell.classes,
        unit=cell.scoring_unit,
        join=cell.scoring_join,
        pooling=cell.scoring_pooling,
        units=units,
        subjects=tested["subject"].n_unique() if tested is not None and known else None,
        resolution=resolution(units),
        rows=tuple(entry.row for entry in ranking.entries),
        controls=controls(ranking.key, ranking.entries),
        notes=notes(ranking.key, ranking.entries),
        published=beside(ranking.key, ranking.entries, published_papers()),
    )
