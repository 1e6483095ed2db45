"""Makes every committed table again from the committed records, with curves and confusions.

`python ci/tables.py`; then `ferbench board --check` finds nothing to say. The README's table is a
part of the board of `simfaces`.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from ferbench.cli.committed import committed_tables

ROOT = Path(__file__).resolve().parents[1]
LEADERBOARDS = Path("leaderboards")
FIGURES = (
    "all-curves",
    *(f"{name}-confusion" for name in ("2b-nm", "idferm", "ed2l")),
)
README = ROOT / "README.md"
SHOWN = (
    "rank",
    "method",
    "accuracy",
    "interval",
    "training a cell",
    "comparisons an epoch",
    "identity leakage",
)
"""Columns of the board that the README shows."""


def excerpt(board: str) -> str:
    """The first table of a board, of the columns `SHOWN`."""
    start = board.index("\n| rank |") + 1
    lines = board[start : board.index("\n\n", start)].splitlines()
    head, *rest = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    places = [head.index(name) for name in SHOWN]
    return "".join(f"| {' | '.join(line[at] for at in places)} |\n" for line in (head, *rest))


def with_table(readme: str, table: str) -> str:
    """The README with the table in the place of the one that has its head."""
    start = readme.index(table.splitlines()[0])
    return readme[:start] + table + readme[readme.index("\n\n", start) + 1 :]


def main() -> None:
    """Write every table and the figures."""
    for table in committed_tables(ROOT / LEADERBOARDS):
        table.path.parent.mkdir(exist_ok=True)
        table.path.write_text(table.text(), encoding="utf-8", newline="\n")
        print(f"wrote {table.path.relative_to(ROOT)}")
    board = (ROOT / LEADERBOARDS / "simfaces.md").read_text(encoding="utf-8")
    changed = with_table(README.read_text(encoding="utf-8"), excerpt(board))
    README.write_text(changed, encoding="utf-8", newline="\n")
    with tempfile.TemporaryDirectory() as folder:
        records = LEADERBOARDS / "records" / "simfaces"
        drawing = ["--figures", folder, "--output", str(Path(folder) / "board")]
        board = [sys.executable, "-m", "ferbench", "board", str(records), *drawing]
        subprocess.run(board, cwd=ROOT, check=True)
        for name in FIGURES:
            (drawn,) = Path(folder).glob(f"*/{name}.png")
            shutil.copy(drawn, ROOT / LEADERBOARDS / "simfaces" / drawn.name)


if __name__ == "__main__":
    main()
