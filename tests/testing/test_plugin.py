"""The conformance kit as a pytest plugin, in a test suite of its own."""

import os
import subprocess
import sys
from pathlib import Path

from ferbench.testing.conformance import CHECKS

TOYS = Path(__file__).parents[1] / "data" / "toys" / "toys.py"
SUITE = """
from pathlib import Path

def test_it_keeps_the_contract(conforms):
    conforms({method!r}, plugins_dir=Path({folder!r}))
"""


def run_suite(folder: Path, method: str, plugins: Path, only: str) -> tuple[int, str]:
    """pytest's exit code and what it printed on a suite of one test of one method."""
    (folder / "conftest.py").write_text('pytest_plugins = ["ferbench.testing.plugin"]\n')
    (folder / "test_mine.py").write_text(SUITE.format(method=method, folder=str(plugins)))
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        str(folder),
        "-k",
        only,
    ]
    done = subprocess.run(
        [*command, str(folder)], cwd=folder, env=dict(os.environ), capture_output=True, text=True
    )
    return done.returncode, done.stdout


def test_each_check_is_a_test_and_the_one_that_fails_says_why(tmp_path):
    plugin = tmp_path / "plugin" / "toys.py"
    plugin.parent.mkdir()
    plugin.write_text("import torch\n" + TOYS.read_text())
    code, out = run_suite(tmp_path, "toy", plugin, "registers or configuration")
    assert code == 1
    assert f"1 failed, 1 passed, {len(CHECKS) - 2} deselected" in out
    assert "toy: plugin toys does not register it where torch is missing" in out
