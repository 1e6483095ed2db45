"""Features of test faces on a plane, methods side by side (ED2L, figure 4)."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from ferbench.contracts.faces import EXPRESSIONS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

PERPLEXITY = 30.0
"""That of the t-SNE paper's examples; at most a third of the faces."""
LEAST = 4
"""Faces below which nothing can be seen."""
PEOPLE = 8
"""How many people have a colour of their own; the others are grey."""
GREY = "0.82"


def plane(features: np.ndarray) -> np.ndarray:
    """t-SNE of (N, D) features: (N, 2), the same on each call on one machine and one thread.

    It starts from the first two principal components. Distances are Euclidean.
    """
    from sklearn.manifold import TSNE

    count = len(features)
    perplexity = min(PERPLEXITY, (count - 1) / 3)
    tsne = TSNE(perplexity=perplexity, init="pca", random_state=0, n_jobs=1)
    placed: np.ndarray = tsne.fit_transform(np.asarray(features, dtype=np.float64))
    return placed


def feature_figure(
    features: Mapping[str, np.ndarray], expression: np.ndarray, subject: np.ndarray | None
) -> "Figure":
    """Each of the named features (N, D) in a column: by expression and, where known, by person.

    expression, subject: (N,) names. Both rows show the same points.
    """
    from matplotlib.figure import Figure

    shown = [name for name in EXPRESSIONS if name in expression]
    expression_colours = {name: f"C{EXPRESSIONS.index(name)}" for name in shown}
    rows = [("by expression", expression, expression_colours)]
    if subject is not None:
        rows.append(("by person", subject, _person_colours(subject)))
    side = 2.5
    size = (1.6 + side * len(features), 0.7 + side * len(rows))
    figure = Figure(figsize=size, layout="constrained")
    grid = figure.subplots(len(rows), len(features), squeeze=False)
    for column, (title, values) in enumerate(features.items()):
        points = plane(values)
        for axes, (_, of, colours) in zip(grid[:, column], rows, strict=True):
            _scatter(axes, points, of, colours)
        grid[0, column].set_title(title, fontsize=9)
    for (first, *_), last, (what, of, colours) in zip(grid, grid[:, -1], rows, strict=True):
        first.set_ylabel(what)
        others = len(set(of)) - len(colours)
        _legend(last, colours, others)
    figure.suptitle(
        f"t-SNE of the features of {len(expression)} test faces; axes and distances between "
        "clusters mean nothing",
        fontsize=9,
    )
    return figure


def _person_colours(subject: np.ndarray) -> dict[str, str]:
    """Colours of the first people by name; another palette than that of expressions."""
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    palette = colormaps["Dark2"]
    return {name: to_hex(palette(n)) for n, name in enumerate(sorted(set(subject))[:PEOPLE])}


def _scatter(axes: "Axes", points: np.ndarray, of: np.ndarray, colours: Mapping[str, str]) -> None:
    """Each point in the colour of its group; those without one below."""
    rest = ~np.isin(of, list(colours))
    axes.scatter(points[rest, 0], points[rest, 1], s=9, color=GREY, lw=0)
    for name, colour in colours.items():
        own = points[of == name]
        axes.scatter(own[:, 0], own[:, 1], s=13, color=colour, lw=0, alpha=0.9)
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set(visible=True, linewidth=0.4, color="0.6")


def _legend(axes: "Axes", colours: Mapping[str, str], others: int) -> None:
    """Beside the last column."""
    from matplotlib.lines import Line2D

    named: Sequence[tuple[str, str]] = [*colours.items()]
    if others:
        named = [*named, (f"{others} others", GREY)]
    dots = [
        Line2D([], [], marker="o", ls="", ms=4, color=colour, label=name) for name, colour in named
    ]
    axes.legend(
        handles=dots, loc="center left", bbox_to_anchor=(1.0, 0.5), fontsize=8, handletextpad=0.1
    )
