"""Errors that a person reads: one line that says what is wrong, where, and what to do."""

import difflib
from collections.abc import Iterable


class FerbenchError(Exception):
    """Base of the errors raised on purpose; the command line prints their text alone."""


class UsageError(FerbenchError):
    """The command, the configuration or the data handed in is wrong (exit code 2)."""


class Interrupted(FerbenchError):
    """The user stopped the program (exit code 130)."""


class PluginError(FerbenchError):
    """A plugin could not be loaded or registered something unusable."""


class Unsupported(FerbenchError):
    """A method cannot run on this data for a reason of principle: the cell is `skipped`."""


class InvalidPredictions(FerbenchError):
    """A method returned probabilities of the wrong shape, or not finite."""


class CellTimeout(FerbenchError):
    """A cell ran longer than `--cell-timeout` allows."""


def unknown(kind: str, name: str, known: Iterable[str]) -> UsageError:
    """An error for a name that does not exist, with the nearest one that does."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1, cutoff=0.5)
    hint = f"did you mean {close[0]!r}?" if close else f"known: {', '.join(names) or 'none'}"
    return UsageError(f"unknown {kind} {name!r}: {hint}")
