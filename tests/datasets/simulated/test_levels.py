"""The knobs: each is documented, and none makes a harder level easier."""

import itertools
from pathlib import Path

import pytest

from ferbench.datasets.simulated.levels import LEVELS, Level

PAGE = Path(__file__).parents[3] / "docs" / "simfaces.md"
KNOBS = tuple(Level.__dataclass_fields__)


@pytest.mark.parametrize("knob", KNOBS)
def test_a_knob_is_documented_with_its_values(knob: str) -> None:
    assert f"\n    {knob}:" in (Level.__doc__ or "")
    lines = [line for line in PAGE.read_text().splitlines() if line.startswith(f"| `{knob}`:")]
    assert len(lines) == 1
    cells = [cell.strip() for cell in lines[0].split("|")[2:-1]]
    for cell, level in zip(cells, LEVELS.values(), strict=True):
        numbers = [float(part) for part in cell.replace("-", ",").split(",")]
        value = getattr(level, knob)
        assert numbers == list(value if isinstance(value, tuple) else (value,))


@pytest.mark.parametrize("knob", [knob for knob in KNOBS if knob not in ("intensity", "pose")])
def test_no_level_is_easier_in_any_way_than_the_one_before(knob: str) -> None:
    values = [getattr(level, knob) for level in LEVELS.values()]
    assert values == sorted(values)


def test_poses_widen_and_intensities_weaken() -> None:
    for before, after in itertools.pairwise(LEVELS.values()):
        assert all(a < b for a, b in zip(before.pose, after.pose, strict=True))
        assert before.intensity[0] > after.intensity[0]
