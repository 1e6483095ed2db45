"""Training curves: those of one row, and all methods of a ranking side by side."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from ferbench.board.comparison import Entry
from ferbench.board.curves import mean_curve
from ferbench.contracts.run import CPU_SECONDS, EPOCH, VALIDATION_ACCURACY

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LOSS = "loss"
"""The scalar of a curve that is what a method minimises."""
ERRORS = 1.96
"""Half the width of the band of a mean, in standard errors."""
COLOURS = 10
"""How many colours follow one another before they begin again."""
LEGEND_ROWS, LEGEND_WIDTH = 20, 1.9
"""How many lines of a legend fit one below the other, and how wide such a column is, in inches."""
STROKES: tuple[tuple[Any, Any], ...] = (
    ("-", "--"),
    (":", (0, (9, 2))),
    ("-.", (0, (4, 1, 1, 1, 1, 1))),
)
"""The lines of the first ten rows and of their placebos, of the next ten, and so on."""


def row_figure(entry: Entry) -> "Figure":
    """One row: its accuracies and its other scalars, mean over cells, band: standard deviation."""
    curves = _curves(entry)
    names = sorted({name for curve in curves for point in curve for name in point})
    names = [name for name in names if name not in (EPOCH, CPU_SECONDS)]
    losses = [name for name in (LOSS, *names) if name in names and "accuracy" not in name]
    losses = list(dict.fromkeys(losses))
    scores = [name for name in names if "accuracy" in name]
    panels = [("losses and other scalars", losses), ("accuracy, %", scores)]
    figure, axes = _panels([title for title, part in panels if part])
    for ax, (title, part) in zip(axes, [panel for panel in panels if panel[1]], strict=True):
        scale = 100 if "%" in title else 1
        for name in part:
            points = mean_curve(curves, name)
            mean, spread = scale * points[:, 1], scale * points[:, 2]
            _line(ax, points[:, 0] + 1, mean, spread, label=name.replace("_", " "))
        ax.legend()
    cells = f"mean of {len(curves)} cell{'s' if len(curves) != 1 else ''}"
    figure.suptitle(cells + (", band: sd" if len(curves) > 1 else ""), fontsize=9)
    return figure


def ranking_figure(entries: Sequence[Entry]) -> "Figure":
    """All methods: loss as a share of its first epoch's, validation accuracy by epoch and by time.

    Losses of different methods have different units, so each is divided by its own mean over cells
    in the first epoch. A placebo is dashed, in the colour of its method. Means over cells; band:
    95 % of the mean.
    """
    from matplotlib.ticker import AutoLocator

    figure, (loss, accuracy, timed) = _panels(
        ["loss, share of the first epoch's", "validation accuracy, %", "validation accuracy, %"],
        side=4.4,
    )
    timed.xaxis.set_major_locator(AutoLocator())
    timed.set_xlabel("training, process-CPU seconds (mean over cells)")
    drawn = [entry for entry in entries if _curves(entry)]
    for entry, style in zip(drawn, _styles(drawn), strict=True):
        curves = _curves(entry)
        losses, scores = mean_curve(curves, LOSS), mean_curve(curves, VALIDATION_ACCURACY)
        if len(losses) and losses[0, 1] > 0:
            _line(loss, losses[:, 0] + 1, *_mean_and_error(losses, 1 / losses[0, 1]), **style)
        if len(scores):
            mean, error = _mean_and_error(scores, 100)
            _line(accuracy, scores[:, 0] + 1, mean, error, **style)
            seconds = mean_curve(curves, CPU_SECONDS)
            if seconds[:, 0].tolist() == scores[:, 0].tolist():
                _line(timed, seconds[:, 1], mean, error, **style)
    if all(np.min(line.get_ydata()) > 0 for line in loss.get_lines()):
        loss.set_yscale("log")
    else:
        loss.set_ylim(bottom=0)
    lines = {str(line.get_label()): line for ax in (loss, accuracy) for line in ax.get_lines()}
    columns = -(-len(lines) // LEGEND_ROWS) or 1
    figure.set_figwidth(figure.get_figwidth() + LEGEND_WIDTH * (columns - 1))
    figure.legend(handles=list(lines.values()), loc="outside right center", ncols=columns)
    figure.suptitle("mean over folds and seeds; band: 95 % of the mean", fontsize=9)
    return figure


def _styles(entries: Sequence[Entry]) -> list[dict[str, Any]]:
    """How each row is drawn."""
    rows = [entry.row for entry in entries]
    numbers = {row.label: i for i, row in enumerate(r for r in rows if not r.placebo_of)}
    of_method = {row.method: numbers[row.label] for row in rows if not row.placebo_of}
    absent = dict.fromkeys(
        r.placebo_of for r in rows if r.placebo_of and r.placebo_of not in of_method
    )
    of_method |= {method: len(numbers) + i for i, method in enumerate(absent)}
    styles = []
    for row in rows:
        number = of_method[row.placebo_of] if row.placebo_of else numbers[row.label]
        stroke = STROKES[number // COLOURS % len(STROKES)][bool(row.placebo_of)]
        styles.append({"color": f"C{number % COLOURS}", "linestyle": stroke, "label": row.label})
    return styles


def _curves(entry: Entry) -> list[list[dict[str, float]]]:
    return [cell.curve for cell in entry.group.done if cell.curve]


def _mean_and_error(points: np.ndarray, scale: float) -> tuple[np.ndarray, np.ndarray]:
    """Mean, and half the width of its band, of what `mean_curve` gave."""
    cells = np.maximum(points[:, 3], 2)
    return scale * points[:, 1], scale * ERRORS * points[:, 2] / np.sqrt(cells - 1)


def _panels(titles: Sequence[str], side: float = 3.3) -> "tuple[Figure, Sequence[Axes]]":
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(1.0 + side * max(len(titles), 1), side), layout="constrained")
    axes = figure.subplots(1, max(len(titles), 1), squeeze=False)[0]
    for ax, title in zip(axes, titles, strict=False):
        ax.set_xlabel("epoch")
        ax.set_ylabel(title)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.grid(alpha=0.25, lw=0.5)
    return figure, axes


def _line(axes: "Axes", x: np.ndarray, mean: np.ndarray, half: np.ndarray, **style: Any) -> None:
    (line,) = axes.plot(x, mean, marker="." if len(x) == 1 else None, lw=1.3, **style)
    axes.fill_between(x, mean - half, mean + half, color=line.get_color(), alpha=0.15, lw=0)
