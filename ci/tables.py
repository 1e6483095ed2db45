"""The committed tables, and the command that makes each from the committed records.

`python ci/tables.py` makes all of them again, with the figures; a test holds them to the byte.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LEADERBOARDS = Path("leaderboards")
FIGURES = ("all-curves", "softmax-confusion", "2b-nm-confusion", "triplet-confusion")


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
    with tempfile.TemporaryDirectory() as folder:
        drawing = ["--figures", folder, "--output", str(Path(folder) / "board")]
        board = [*ferbench, "board", str(records("simfaces")), *drawing]
        subprocess.run(board, cwd=ROOT, check=True)
        for name in FIGURES:
            (drawn,) = Path(folder).glob(f"*/{name}.png")
            shutil.copy(drawn, ROOT / LEADERBOARDS / "simfaces" / drawn.name)


if __name__ == "__main__":
    main()
