"""Reads and checks one row of a published table."""

import re
from collections.abc import Mapping
from decimal import Decimal

from ferbench.board.published.model import Figure, Kind, PaperProtocol, PrintedRow
from ferbench.board.published.node import Node

Columns = Mapping[str, PaperProtocol]

KEYS = ("method", "cites", "measured", "ours", "settings", "remark")
TIME = re.compile(r"(?:(\d+) h )?(\d+) ?mins")


def read_row(node: Node, kind: Kind, columns: Columns) -> PrintedRow:
    """One row of a table with these columns."""
    accuracies = kind == "accuracy"
    node.only((*KEYS, *(("percent", "units") if accuracies else ("time",))))
    figures = _accuracies(node, columns) if accuracies else _times(node, columns)
    cites, measured = node.get("cites", int), node.get("measured", bool)
    return PrintedRow(
        method=node.need("method", str),
        cites=cites,
        measured=cites is None if measured is None else measured,
        ours=node.get("ours", str),
        settings=node.each("settings", str),
        figures=figures,
        remark=node.get("remark", str),
    )


def _accuracies(node: Node, columns: Columns) -> tuple[Figure, ...]:
    node.need("percent", dict)
    printed, units = node.each("percent", Decimal), node.each("units", list)
    Node(f"{node.where}: percent", printed).only(columns)
    Node(f"{node.where}: units", units).only(printed)
    figures = []
    for name, protocol in columns.items():
        if name in printed:
            if not printed[name].is_finite() or not 0 <= printed[name] <= 100:
                raise node.wrong(f"percent.{name} is {printed[name]}; give 0 to 100")
            count = _count(node, protocol, units[name], printed[name]) if name in units else ()
            figures.append(Figure(protocol, printed[name], None, *count))
    return tuple(figures)


def _count(
    node: Node, protocol: PaperProtocol, given: list[object], percent: Decimal
) -> tuple[int, int]:
    """k and n, which must give the printed accuracy to its last digit."""
    name = f"units.{protocol.key}"
    match given:
        case [int(correct), int(units)] if 0 <= correct <= units and units > 0:
            pass
        case _:
            raise node.wrong(f"{name} is {given}; give k and n, such as [320, 327]")
    if units not in (protocol.sequences, protocol.images):
        raise node.wrong(f"{name}: {units} is neither the sequences nor the images of its protocol")
    half = Decimal((0, (5,), int(percent.as_tuple().exponent) - 1))
    if abs(Decimal(100 * correct) / units - percent) > half:
        raise node.wrong(
            f"{name}: {correct} of {units} is {100 * correct / units:.4f} %, not {percent} %"
        )
    return correct, units


def _times(node: Node, columns: Columns) -> tuple[Figure, ...]:
    node.need("time", dict)
    printed = node.each("time", str)
    Node(f"{node.where}: time", printed).only(columns)
    figures = []
    for name, protocol in columns.items():
        if name in printed:
            found = TIME.fullmatch(printed[name])
            if found is None:
                raise node.wrong(f"time.{name} is {printed[name]!r}; write it as 1 h 47 mins")
            minutes = 60 * int(found[1] or 0) + int(found[2])
            figures.append(Figure(protocol, minutes=minutes))
    return tuple(figures)
