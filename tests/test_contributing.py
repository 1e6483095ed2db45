"""CONTRIBUTING.md is true: its example is a plugin that passes the kit and gets its row."""

import json
import re
from pathlib import Path

GUIDE = Path(__file__).parents[1] / "CONTRIBUTING.md"


def test_every_hook_is_told_of():
    from ferbench.host import Registry

    hooks = vars(Registry().hooks.hook)
    names = [name for name in hooks if not name.startswith("_")]
    assert "register_panels" in names
    assert [name for name in names if f"`{name}`" not in GUIDE.read_text()] == []


def test_the_example_passes_the_kit_and_gets_a_row(ferbench, corpus, tmp_path):
    (code,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), flags=re.DOTALL)
    assert len([line for line in code.splitlines() if line.strip()]) < 60
    folder = tmp_path / "my_plugins"
    folder.mkdir()
    (folder / "centroid.py").write_text(code)
    status, out, err = ferbench("check", "centroid", "--plugins-dir", folder)
    assert status == 0, out + err
    status, out, err = ferbench(
        *("run", "--methods", "centroid", "--plugins-dir", folder, "--executor", "inline"),
        *("--datasets", "manifest", "--set", f"dataset.manifest.root={corpus()}", "--json"),
    )
    assert status == 0, err
    (row,) = json.loads(out)
    assert row["method"] == "centroid"
    assert row["accuracy"] > 0.9, "the drawn corpus is easy"
