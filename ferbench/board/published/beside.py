"""The published figures of a ranking's dataset, beside its rows."""

from collections.abc import Iterable, Sequence

from ferbench.board.comparison import Entry
from ferbench.board.grouping import flatten
from ferbench.board.model import RankingKey
from ferbench.board.published.model import Beside, Paper, Printed


def beside(
    key: RankingKey, entries: Sequence[Entry], papers: Iterable[Paper]
) -> tuple[Beside, ...]:
    """Every published figure of the dataset, once for each row of its method, or once alone."""
    found = []
    for paper in papers:
        for printed in paper.figures():
            if printed.figure.protocol.dataset == key.dataset:
                ours = [entry for entry in entries if _same_method(printed, entry)]
                found += [
                    Beside(printed, entry.row.label, difference(key, entry, printed))
                    for entry in ours
                ] or [Beside(printed, None, None)]
    return tuple(found)


def difference(key: RankingKey, entry: Entry, printed: Printed) -> float | None:
    """Our accuracy minus the published one, as shares; None where they are not of one kind.

    The corpus must be real, the protocol the paper's, as the paper states it, the figure measured
    by the paper itself, and our row a ranked one: every fold of every seed, in a preset that ranks.
    """
    share, accuracy = printed.figure.share, entry.row.accuracy
    if share is None or accuracy is None or entry.row.unranked is not None:
        return None
    protocol = printed.figure.protocol
    same = protocol.stated and key.protocol in protocol.registered
    return accuracy - share if key.origin == "real" and same and printed.row.measured else None


def _same_method(printed: Printed, entry: Entry) -> bool:
    """Whether a row is of the method, in the settings that the published row demands."""
    if printed.row.ours != entry.row.method:
        return False
    config = flatten(entry.group.cells[0].config)
    return all(config.get(name) == value for name, value in printed.row.settings.items())
