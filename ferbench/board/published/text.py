"""Published figures as the board shows them: a section of Markdown, values of a flat row."""

from collections.abc import Callable, Sequence

from ferbench.board import text
from ferbench.board.model import RankingKey, Row, Section
from ferbench.board.published.model import Beside, Figure, Printed

SIMULATED = (
    "What the papers print, in percent, of photographs. The faces of this board are simulated: no "
    "difference is given. "
)
REAL = (
    "What the papers print, in percent. A difference, ours minus theirs in points, is given where "
    "this board's protocol is the paper's, the paper states it and measured the figure itself, and "
    "our row ranks. "
)
REMARKS = "`ferbench published --dataset {dataset}` prints the tables with remarks.\n"
REDUCED = (
    "Of preset `{preset}`: networks, pictures and training are not the papers', whose preset is "
    "`paper`.\n"
)
ELSEWHERE = "Copied by the papers from others, whose protocols they do not repeat:\n"
TIMED = "Training times, of other networks on other machines: no ratio is given.\n"

ACCURACIES = ("method", "paper", "published", "protocol of the paper", "ours", "accuracy", "points")
TIMES = (*ACCURACIES[:4], "on", "ours", "training a cell")

Line = tuple[str, ...]
PipeTable = Callable[[Sequence[str], Sequence[Line]], str]


def published_parts(section: Section, pipe_table: PipeTable) -> list[str]:
    """The section's published figures as parts of its Markdown; nothing where there are none.

    pipe_table: makes a table of a head and lines.
    """
    if not section.published:
        return []
    rows = {row.label: row for row in section.rows}
    accuracies = [b for b in section.published if b.published.figure.percent is not None]
    shown = [b for b in accuracies if b.published.row.measured or b.published.row.ours]
    times = [b for b in section.published if b.published.figure.minutes is not None]
    about = REAL if section.key.origin == "real" else SIMULATED
    parts = ["### Published\n", about + REMARKS.format(dataset=section.key.dataset)]
    if any(b.difference is not None for b in shown) and section.key.preset != "paper":
        parts.append(REDUCED.format(preset=section.key.preset))
    parts += [pipe_table(ACCURACIES, [_accuracy(b, rows) for b in shown]), _protocols(shown)]
    copied = [b.published for b in accuracies if b not in shown]
    if copied:
        parts += [ELSEWHERE, _copied(copied)]
    if times:
        parts += [TIMED, pipe_table(TIMES, [_time(b, rows) for b in times])]
    return parts


def published_values(section: Section, row: Row) -> dict[str, str | float | None]:
    """The published accuracy of a row's method: the one that compares, else one that was measured.

    Of several the first in the order of the papers.
    """
    found = [
        b
        for b in section.published
        if b.label == row.label and b.published.figure.percent is not None
    ]
    best = min(found, key=lambda b: _distance(section.key, b), default=None)
    return {
        "published_accuracy": best.published.figure.share if best else None,
        "published_in": best.published.where if best else None,
        "published_protocol": _names(best.published) if best else None,
        "published_difference": best.difference if best else None,
    }


def _distance(key: RankingKey, found: Beside) -> tuple[bool, ...]:
    protocol = found.published.figure.protocol
    return (
        found.difference is None,
        not found.published.row.measured,
        key.protocol not in protocol.registered,
    )


def percent(figure: Figure) -> str:
    """`97.86 (320/327)`: the digits that are printed, and the count that they fit."""
    count = "" if figure.units is None else f" ({figure.correct}/{figure.units})"
    return f"{figure.percent}{count}"


def duration(minutes: int) -> str:
    """`1 h 47 min`."""
    hours, rest = divmod(minutes, 60)
    return f"{hours} h {rest} min" if hours else f"{rest} min"


def _accuracy(found: Beside, rows: dict[str, Row]) -> Line:
    published = found.published
    accuracy = rows[found.label].accuracy if found.label else None
    return (
        published.row.printed,
        published.where,
        percent(published.figure),
        _names(published),
        found.label or text.MISSING,
        text.percent(accuracy),
        text.MISSING if found.difference is None else text.points(found.difference),
    )


def _time(found: Beside, rows: dict[str, Row]) -> Line:
    published = found.published
    return (
        published.row.printed,
        published.where,
        duration(published.figure.minutes or 0),
        _names(published),
        published.table.hardware or text.MISSING,
        found.label or text.MISSING,
        text.train_time(rows[found.label].cost) if found.label else text.MISSING,
    )


def _names(published: Printed) -> str:
    """Our names of the paper's protocol."""
    protocol = published.figure.protocol
    names = " or ".join(f"`{name}`" for name in protocol.registered) or protocol.facts
    return names if protocol.stated else f"unsaid; {names} assumed"


def _protocols(shown: list[Beside]) -> str:
    """What each paper says of its protocols, a line each."""
    lines: dict[str, None] = {}
    for found in shown:
        protocol = found.published.figure.protocol
        said = " ".join((f"{protocol.facts}.", *protocol.remarks))
        lines[f"- {found.published.paper.name}, {_names(found.published)}: {said}\n"] = None
    return "".join(lines)


def _copied(published: list[Printed]) -> str:
    lines: dict[str, list[str]] = {}
    for one in published:
        lines.setdefault(one.where, []).append(f"{one.row.printed} {percent(one.figure)}")
    return "".join(f"- {where}: {', '.join(methods)}\n" for where, methods in lines.items())
