"""Comparing the versions that finished cells ran under with those installed now."""

from collections.abc import Iterable

from ferbench.grid.environment import versions
from ferbench.results.record import Record


def version_warnings(records: Iterable[Record]) -> list[str]:
    """A line for each library that some finished cells ran under another version of."""
    now = versions()
    others: dict[str, dict[str, int]] = {}
    for record in records:
        for name, number in record.versions.items():
            if number != now.get(name, number):
                seen = others.setdefault(name, {})
                seen[number] = seen.get(number, 0) + 1
    return [
        f"warning: {count} cells ran under {name} {number}, installed is {now[name]}; use another "
        "--out to run them anew"
        for name, seen in sorted(others.items())
        for number, count in sorted(seen.items())
    ]
