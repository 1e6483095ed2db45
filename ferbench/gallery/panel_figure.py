"""What a method shows of some faces: a row each, a column a panel (ED2L, figure 5)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from ferbench.contracts.faces import EXPRESSIONS
from ferbench.contracts.panels import Panel
from ferbench.errors import PluginError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PEOPLE = 2
"""People whose faces are shown, as in the paper: each with several expressions."""
SIDE, GAP = 1.15, 0.05
"""Height of a picture, and space between two, in inches."""
TOP, BOTTOM, RIGHT = 0.92, 0.1, 0.75
"""Inches for the caption and titles, and for the bar of colours."""
LETTER = 0.07
"""Inches that a letter of a face's name takes at most, on average."""
LEAST_WIDTH = 5.4
"""Inches that the caption needs."""
ABOVE = 0.02
"""Share of the height that matplotlib leaves above a caption."""
HEAT: Any = {"cmap": "turbo", "vmin": 0, "vmax": 1, "alpha": 0.5}


def some_faces(rows: pl.DataFrame, count: int) -> np.ndarray:
    """Positions of `count` faces (or all) in `rows`: of two people, each with several expressions.

    They are the people with the most expressions, then by name; of each, expressions are taken
    evenly from the order of `EXPRESSIONS`. Where they have too few, or nobody has a name, the first
    other faces fill the places.
    """
    order = pl.col("expression").replace_strict(
        {name: number for number, name in enumerate(EXPRESSIONS)}, return_dtype=pl.Int64
    )
    rows = rows.select("sample", "subject", place=pl.int_range(pl.len()), code=order)
    each = rows.sort("subject", "code", "sample", nulls_last=True).unique(
        ["subject", "code"], keep="first", maintain_order=True
    )
    people = (
        each.filter(pl.col("subject").is_not_null())
        .group_by("subject")
        .len()
        .sort("len", "subject", descending=[True, False])["subject"]
        .to_list()[:PEOPLE]
    )
    share = -(-count // max(1, len(people)))
    taken = [place for name in people for place in _evenly(each, name, share)][:count]
    rest = [place for place in rows["place"].to_list() if place not in set(taken)]
    return np.array(taken + rest[: count - len(taken)], dtype=np.int64)


def _evenly(each: pl.DataFrame, subject: str, share: int) -> list[int]:
    """`share` of a person's places (or all), from the first to the last."""
    places = each.filter(pl.col("subject") == subject)["place"].to_list()
    share = min(share, len(places))
    return [places[n] for n in np.linspace(0, len(places) - 1, share).round().astype(int)]


def panel_figure(panels: Sequence[Panel], names: Sequence[str], method: str) -> "Figure":
    """The panels of N faces, whose rows are called `names`."""
    _check(panels, len(names), method)
    height, width = panels[0].pictures.shape[1:3]
    figure, grid = _grid(len(panels), names, width / height)
    heated = None
    for panel, column in zip(panels, grid.T, strict=True):
        column[0].set_title(panel.title, fontsize=8)
        for number, axes in enumerate(column):
            picture = panel.pictures[number]
            axes.imshow(picture, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
            if panel.heat is not None:
                heated = axes.imshow(panel.heat[number], interpolation="nearest", **HEAT)
            axes.set_axis_off()
    for axes, name in zip(grid[:, 0], names, strict=True):
        axes.text(-GAP, 0.5, name, transform=axes.transAxes, ha="right", va="center", fontsize=8)
    if heated is not None:
        last = grid[-1, -1].get_position()
        place = (last.x1 + 0.12 / figure.get_figwidth(), last.y0, 0.1 / figure.get_figwidth())
        bar = figure.colorbar(heated, cax=figure.add_axes((*place, last.height)), ticks=[0, 1])
        bar.ax.set_yticklabels(["least", "most"], fontsize=7)
        bar.ax.tick_params(length=0)
        bar.outline.set_visible(False)
        figure.suptitle("colours: from the least to the most of each picture", fontsize=9)
    return figure


def _grid(columns: int, names: Sequence[str], aspect: float) -> "tuple[Figure, np.ndarray]":
    """Axes of pictures of this aspect with room for all that stands around them."""
    from matplotlib.figure import Figure

    left = 0.1 + LETTER * max(len(line) for name in names for line in name.split("\n"))
    wide = SIDE * aspect * columns + GAP * (columns - 1)
    high = SIDE * len(names) + GAP * (len(names) - 1)
    width = max(LEAST_WIDTH, left + wide + RIGHT)
    height = (TOP + high + BOTTOM) / (1 - ABOVE)
    left += (width - left - wide - RIGHT) / 2
    figure = Figure(figsize=(width, height))
    edges = {
        "left": left / width,
        "right": (left + wide) / width,
        "bottom": BOTTOM / height,
        "top": 1 - ABOVE - TOP / height,
        "wspace": GAP / (SIDE * aspect),
        "hspace": GAP / SIDE,
    }
    return figure, figure.subplots(len(names), columns, squeeze=False, gridspec_kw=edges)


def _check(panels: Sequence[Panel], faces: int, method: str) -> None:
    for panel in panels:
        counts = {len(values) for values in (panel.pictures, panel.heat) if values is not None}
        if counts != {faces}:
            found = " and ".join(str(count) for count in sorted(counts))
            raise PluginError(
                f"panel {panel.title!r} of {method} has {found} pictures for {faces} faces: it "
                "must have one for each"
            )
