"""The committed tables, and the command that makes each from the committed records.

`python ci/tables.py` makes all of them again, with the figures; a test holds them to the byte.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LEADERBOARDS = Path("leaderboards")


def records(name: str) -> Path:
    """The folder of a board's records."""
    return LEADERBOARDS / "records" / name


def tables() -> dict[Path, list[str]]:
    """Each table's file -> the arguments of `ferbench` that print it."""
    names = sorted(path.name for path in (ROOT / LEADERBOARDS / "records").iterdir())
    boards = {LEADERBOARDS / f"{name}.md": ["board", str(records(name))] for name in names}
    simfaces, folder = str(records("simfaces")), LEADERBOARDS / "simfaces"
    studies = {
        folder / "2b-nm-against-all.md": ["compare", "2b-nm", "all", simfaces],
        folder / "softmax-against-all.md": ["compare", "softmax", "all", simfaces],
        folder / "plateaus.md": ["board", simfaces, "--plateau"],
        folder / "time-to-softmax.md": [
            *("board", simfaces, "--reach", "softmax", "--relative-to", "2b-nm"),
        ],
    }
    return {path: [*args, "--format", "markdown"] for path, args in (boards | studies).items()}


def main() -> None:
    """Write every table and the figures."""
    ferbench = [sys.executable, "-m", "ferbench"]
    for path, arguments in tables().items():
        (ROOT / path).parent.mkdir(exist_ok=True)
        subprocess.run([*ferbench, *arguments, "--output", str(path)], cwd=ROOT, check=True)
    figures = ["--figures", str(LEADERBOARDS / "simfaces" / "figures"), "--output", "/dev/null"]
    subprocess.run([*ferbench, "board", str(records("simfaces")), *figures], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
