"""CONTRIBUTING.md is true: its code is what `ferbench new` writes, which `test_new.py` runs."""

import re
import textwrap
import tomllib
from pathlib import Path

from ferbench.host import GROUP
from ferbench.starters.writing import STARTERS

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text()


def python_blocks(text: str) -> list[str]:
    """The Python code that a page shows."""
    return re.findall(r"```python\n(.*?)```", text, flags=re.DOTALL)


BLOCKS = python_blocks(TEXT)


def starter(kind: str) -> str:
    """The text of what `ferbench new KIND` writes."""
    return (ROOT / "ferbench" / "starters" / f"{STARTERS[kind].module}.py").read_text()


def test_the_method_is_shown_whole_and_is_under_60_lines():
    assert BLOCKS[0] == starter("method")
    assert len([line for line in BLOCKS[0].splitlines() if line.strip()]) < 60


def test_the_readme_shows_the_same_method():
    assert python_blocks((ROOT / "README.md").read_text()) == [starter("method")]


def test_dataset_protocol_and_metric_are_shown_as_they_are_written():
    kinds = [kind for kind in STARTERS if kind != "method"]
    for kind, block in zip(kinds, BLOCKS[1:], strict=True):
        text = starter(kind)
        assert any(textwrap.indent(block, indent) in text for indent in ("", "    ")), kind


def test_every_kind_of_plugin_is_begun_by_the_command_that_is_told():
    for kind, begun in STARTERS.items():
        assert f"`ferbench new {kind} {begun.module}` writes `{begun.module}.py`" in TEXT


def test_the_distribution_lists_its_plugin_where_ferbench_looks():
    (code,) = re.findall(r"```toml\n(.*?)```", TEXT, flags=re.DOTALL)
    project = tomllib.loads(code)
    assert project["project"]["entry-points"] == {GROUP: {"centroid": "centroid"}}
    assert project["tool"]["setuptools"]["py-modules"] == ["centroid"]
