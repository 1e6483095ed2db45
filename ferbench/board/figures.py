"""Figures of a board, as PNG and SVG: confusion matrices, and curves of each row and of all."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from ferbench.board.build import Ranking
from ferbench.board.confusion_figure import confusion_figure
from ferbench.board.curve_figures import ranking_figure, row_figure
from ferbench.board.drawing import caption, file_name, folder_name, save, styled

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ALL = "all-curves"
"""The file with the curves of every row of a ranking."""


def draw(rankings: Iterable[Ranking], folder: Path) -> list[Path]:
    """Draw every row with results, and all together, into one folder a ranking; the files."""
    written = []
    with styled():
        for ranking in rankings:
            below = folder / folder_name(ranking.key)
            drawn: dict[str, tuple[str, Figure]] = {}
            for entry in ranking.entries:
                if entry.scored is None:
                    continue
                label, name = entry.row.label, file_name(entry.row.label)
                drawn[f"{name}-confusion"] = label, confusion_figure(entry)
                if any(cell.curve for cell in entry.group.done):
                    drawn[f"{name}-curves"] = label, row_figure(entry)
            curved = [e for e in ranking.entries if any(cell.curve for cell in e.group.done)]
            if curved:
                drawn[ALL] = "", ranking_figure(curved)
            for stem, (label, figure) in drawn.items():
                caption(figure, ranking.key, label)
                written += save(figure, below / stem)
    return written
