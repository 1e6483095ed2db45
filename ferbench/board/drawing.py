"""How figures look and are written: PNG and SVG, the same values to the same bytes."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ferbench.board.model import RankingKey
from ferbench.errors import UsageError

if TYPE_CHECKING:
    from matplotlib.figure import Figure

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


@contextmanager
def styled() -> Iterator[None]:
    """Draw in this style inside; UsageError without matplotlib."""
    try:
        import matplotlib
    except ImportError as error:
        raise UsageError(
            "figures need matplotlib: install it, or `pip install 'ferbench[report]'`"
        ) from error
    with matplotlib.rc_context(STYLE):
        yield


def save(figure: "Figure", stem: Path) -> list[Path]:
    """Write `stem.png` and `stem.svg`."""
    stem.parent.mkdir(parents=True, exist_ok=True)
    png, svg = (stem.with_name(f"{stem.name}.{kind}") for kind in ("png", "svg"))
    figure.savefig(png)
    figure.savefig(svg, metadata={"Date": None})
    return [png, svg]


def folder_name(key: RankingKey) -> str:
    """The folder of a ranking's figures."""
    prints = key.dataset_fingerprint[:6], key.protocol_fingerprint[:6]
    return file_name("-".join((key.dataset, key.protocol, key.preset, *prints, key.alignment)))


def file_name(text: str) -> str:
    """A file name of letters, digits, `.`, `=`, `_` and `-`."""
    return re.sub(r"[^\w.=-]+", "-", text).strip("-")


def caption(figure: "Figure", key: RankingKey, name: str, cell: str = "") -> None:
    """What is drawn, above what the figure itself says. cell: which one, if it is of one alone."""
    where = (key.dataset, key.protocol, key.preset, cell)
    lines = (name, " \N{MIDDLE DOT} ".join(filter(None, where)), figure.get_suptitle())
    figure.suptitle("\n".join(filter(None, lines)), fontsize=9)
