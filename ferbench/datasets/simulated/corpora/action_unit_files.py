"""MMI's files of action units: when each one of a recording begins, peaks and ends."""

import numpy as np

from ferbench.datasets.simulated.acting.action_units import ACTION_UNITS

CODED = 0.15
"""A unit whose activation changes by at least so much is coded; the strongest always is."""

VISIBLE, FULL = 0.1, 0.9
"""Shares of its greatest change at which a unit has begun, and has reached its apex."""


def unit_times(activations: np.ndarray) -> dict[int, tuple[int, int, int]]:
    """Unit -> its onset, apex and offset, frames counted from 1.

    activations: (frames, 19, 2) of a recording that begins at rest. Onset and offset are the first
    and the last frame in which the unit is visible, apex the first in which it is full.
    """
    change = np.abs(activations - activations[0]).max(axis=2)
    greatest = change.max(axis=0)
    coded = greatest >= min(CODED, greatest.max())
    times = {}
    for row in np.flatnonzero(coded).tolist():
        seen = np.flatnonzero(change[:, row] >= VISIBLE * greatest[row]) + 1
        full = np.flatnonzero(change[:, row] >= FULL * greatest[row]) + 1
        times[ACTION_UNITS[row]] = (int(seen[0]), int(full[0]), int(seen[-1]))
    return times


def units_file(activations: np.ndarray) -> str:
    """The text of `S001-001-oao_aucs.xml`: onset, apex and offset of each unit, in that order."""
    lines = ['<?xml version="1.0" encoding="UTF-8"?>', "<ActionUnits>"]
    for unit, frames in unit_times(activations).items():
        lines.append(f'  <ActionUnit Number="{unit}">')
        lines += [f'    <Marker Frame="{frame}"/>' for frame in frames]
        lines.append("  </ActionUnit>")
    return "\n".join([*lines, "</ActionUnits>", ""])
