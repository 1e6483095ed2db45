"""Figures of a board: each row's confusion matrix and training curves, as PNG and SVG."""

import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from ferbench.board.build import Ranking
from ferbench.board.comparison import Entry
from ferbench.errors import UsageError
from ferbench.metrics.confusion import confusion_matrix

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

EPOCH = "epoch"
"""The key of a record's curve that is not a scalar of the epoch."""

STYLE: Any = {
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "figure.dpi": 150,
    "legend.frameon": False,
    # The same records give the same file: element ids come from this, not from chance.
    "svg.hashsalt": "ferbench",
}


def draw(rankings: Iterable[Ranking], folder: Path) -> list[Path]:
    """Draw every row with results into one folder a ranking; the files written, in order."""
    try:
        import matplotlib
    except ImportError as error:
        raise UsageError(
            "figures need matplotlib: install it, or `pip install 'ferbench[report]'`"
        ) from error
    written = []
    with matplotlib.rc_context(STYLE):
        for ranking in rankings:
            below = folder / _folder_name(ranking)
            for entry in ranking.entries:
                if entry.scored is None:
                    continue
                below.mkdir(parents=True, exist_ok=True)
                name = _slug(entry.row.label)
                written += _save(_confusion(ranking, entry), below / f"{name}-confusion")
                if any(cell.curve for cell in entry.group.done):
                    written += _save(_curves(ranking, entry), below / f"{name}-curves")
    return written


def mean_curve(curves: Sequence[Sequence[dict[str, float]]], name: str) -> np.ndarray:
    """One scalar over epochs, (epochs, 3): epoch, mean over cells, standard deviation over cells.

    An epoch counts the cells that reached it and reported the scalar.
    """
    values: dict[float, list[float]] = {}
    for curve in curves:
        for point in curve:
            if point.get(name) is not None:
                values.setdefault(point[EPOCH], []).append(point[name])
    rows = [(epoch, np.mean(found), np.std(found)) for epoch, found in sorted(values.items())]
    return np.array(rows, dtype=float).reshape(-1, 3)


def _confusion(ranking: Ranking, entry: Entry) -> "Figure":
    from matplotlib.figure import Figure

    assert entry.scored is not None
    classes = entry.group.cells[0].classes
    counts = confusion_matrix(entry.scored.ranked, classes)
    share = 100 * counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    side = 1.4 + 0.5 * len(classes)
    figure = Figure(figsize=(max(side, 3.6), side + 0.6), layout="constrained")
    axes = figure.subplots()
    axes.imshow(share, cmap="Blues", vmin=0, vmax=100)
    axes.spines[:].set_visible(False)
    axes.set_xticks(range(len(classes)), classes, rotation=40, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(classes)), classes)
    axes.tick_params(length=0)
    axes.set_xlabel("predicted")
    axes.set_ylabel("true")
    for row, column in np.ndindex(*share.shape):
        value = share[row, column]
        if counts[row].sum():
            colour = "white" if value > 55 else "black"
            axes.text(column, row, f"{value:.0f}", ha="center", va="center", color=colour)
    _caption(figure, ranking, entry, "% of each true class")
    return figure


def _curves(ranking: Ranking, entry: Entry) -> "Figure":
    from matplotlib.figure import Figure

    curves = [cell.curve for cell in entry.group.done if cell.curve]
    names = sorted({name for curve in curves for point in curve for name in point} - {EPOCH})
    losses = [name for name in ("loss", *names) if name in names and "accuracy" not in name]
    losses = list(dict.fromkeys(losses))
    scores = [name for name in names if "accuracy" in name]
    panels = [(title, part) for title, part in (("loss", losses), ("accuracy", scores)) if part]
    figure = Figure(figsize=(1.0 + 3.2 * max(len(panels), 1), 3.3), layout="constrained")
    axes = figure.subplots(1, max(len(panels), 1), squeeze=False)[0]
    for ax, (title, part) in zip(axes, panels, strict=True):
        _panel(ax, title, [(name, mean_curve(curves, name)) for name in part])
    cells = f"mean of {len(curves)} cell{'s' if len(curves) != 1 else ''}"
    _caption(figure, ranking, entry, cells + (", band: sd" if len(curves) > 1 else ""))
    return figure


def _panel(axes: "Axes", title: str, lines: Sequence[tuple[str, np.ndarray]]) -> None:
    from matplotlib.ticker import MaxNLocator

    scale = 100 if title == "accuracy" else 1
    for name, points in lines:
        epochs, mean, sd = points[:, 0] + 1, scale * points[:, 1], scale * points[:, 2]
        (line,) = axes.plot(
            epochs, mean, label=name.replace("_", " "), marker="." if len(epochs) == 1 else None
        )
        axes.fill_between(epochs, mean - sd, mean + sd, color=line.get_color(), alpha=0.2, lw=0)
    axes.set_xlabel("epoch")
    axes.set_ylabel("accuracy, %" if title == "accuracy" else title)
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.grid(alpha=0.25, lw=0.5)
    axes.legend()


def _caption(figure: "Figure", ranking: Ranking, entry: Entry, what: str) -> None:
    key = ranking.key
    where = f"{key.dataset} · {key.protocol} · {key.preset}"
    figure.suptitle(f"{entry.row.label}\n{where}\n{what}", fontsize=9)


def _save(figure: "Figure", stem: Path) -> list[Path]:
    png, svg = (stem.with_name(f"{stem.name}.{kind}") for kind in ("png", "svg"))
    figure.savefig(png)
    figure.savefig(svg, metadata={"Date": None})
    return [png, svg]


def _folder_name(ranking: Ranking) -> str:
    key = ranking.key
    prints = key.dataset_fingerprint[:6], key.protocol_fingerprint[:6]
    return _slug("-".join((key.dataset, key.protocol, key.preset, *prints)))


def _slug(text: str) -> str:
    """A file name of letters, digits, `.`, `=`, `_` and `-`."""
    return re.sub(r"[^\w.=-]+", "-", text).strip("-")
