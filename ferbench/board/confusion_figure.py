"""A row's confusion matrix: the share of each true class, and the counts behind it."""

from typing import TYPE_CHECKING, Any

import numpy as np

from ferbench.board.comparison import Entry
from ferbench.metrics.confusion import confusion_matrix

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DARK = 55
"""Percent above which a cell is so dark that its text is white."""


def confusion_figure(entry: Entry) -> "Figure":
    """True classes down, predicted ones across; each cell in % of its row, with its count."""
    from matplotlib.figure import Figure

    assert entry.scored is not None
    record = entry.group.cells[0]
    classes, ranked = record.classes, entry.scored.ranked
    counts = confusion_matrix(ranked, classes)
    share = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    side = 1.6 + 0.55 * len(classes)
    figure = Figure(figsize=(max(side, 3.8), side + 0.7), layout="constrained")
    axes = figure.subplots()
    axes.imshow(share, cmap="Blues", vmin=0, vmax=100)
    axes.spines[:].set_visible(False)
    axes.set_xticks(range(len(classes)), classes, rotation=40, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(classes)), classes)
    axes.tick_params(length=0)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    for row, column in np.ndindex(*share.shape):
        if not counts[row].sum():
            continue
        value, colour = share[row, column], "white" if share[row, column] > DARK else "black"
        place: Any = {"ha": "center", "color": colour}
        axes.text(column, row - 0.02, f"{value:.0f}", va="bottom", **place)
        axes.text(column, row + 0.08, f"{counts[row, column]}", va="top", fontsize=6, **place)
    seeds = ranked["seed"].n_unique()
    units = "image" if record.scoring_unit == "image" else "sequence"
    over = f", {seeds} seeds together" if seeds > 1 else ""
    figure.suptitle(f"% of each true class; below, {units}s{over}", fontsize=9)
    return figure
