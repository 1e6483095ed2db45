"""Figures of a board, as PNG and SVG: confusion matrices, and curves of each row and of all."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ferbench.board.build import Ranking
from ferbench.board.confusion_figure import confusion_figure
from ferbench.board.curve_figures import ranking_figure, row_figure
from ferbench.errors import UsageError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ALL = "all-curves"
"""The file with the curves of every row of a ranking."""

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
    """Draw every row with results, and all together, into one folder a ranking; the files."""
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
            drawn: dict[str, tuple[str, Figure]] = {}
            for entry in ranking.entries:
                if entry.scored is None:
                    continue
                label, name = entry.row.label, _slug(entry.row.label)
                drawn[f"{name}-confusion"] = label, confusion_figure(entry)
                if any(cell.curve for cell in entry.group.done):
                    drawn[f"{name}-curves"] = label, row_figure(entry)
            curved = [e for e in ranking.entries if any(cell.curve for cell in e.group.done)]
            if curved:
                drawn[ALL] = "", ranking_figure(curved)
            for stem, (label, figure) in drawn.items():
                _caption(figure, ranking, label)
                below.mkdir(parents=True, exist_ok=True)
                written += _save(figure, below / stem)
    return written


def _caption(figure: "Figure", ranking: Ranking, name: str) -> None:
    """What is drawn, above what the figure itself says."""
    key = ranking.key
    lines = (name, f"{key.dataset} · {key.protocol} · {key.preset}", figure.get_suptitle())
    figure.suptitle("\n".join(line for line in lines if line), fontsize=9)


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
