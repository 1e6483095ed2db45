"""Start-up: `ferbench --help` may take no longer than `python -m pytest --version`."""

import subprocess
import sys
from pathlib import Path

import pytest

COMMANDS = {
    "ferbench --help": [str(Path(sys.executable).parent / "ferbench"), "--help"],
    "pytest --version": [sys.executable, "-m", "pytest", "--version"],
}


@pytest.mark.benchmark(group="start-up")
@pytest.mark.parametrize("command", COMMANDS)
def test_startup(benchmark, command):
    benchmark.pedantic(
        subprocess.run,
        args=(COMMANDS[command],),
        kwargs={"check": True, "capture_output": True},
        rounds=15,
        warmup_rounds=2,
    )
