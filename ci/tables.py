"""Makes every committed table again from the committed records, with the figures.

`python ci/tables.py`; then `ferbench board --check` finds nothing to say.
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
    *(f"{name}-confusion" for name in ("softmax", "2b-nm", "triplet", "idferm", "ed2l", "adfl")),
)


def main() -> None:
    """Write every table and the figures."""
    for table in committed_tables(ROOT / LEADERBOARDS):
        table.path.parent.mkdir(exist_ok=True)
        table.path.write_text(table.text(), encoding="utf-8", newline="\n")
        print(f"wrote {table.path.relative_to(ROOT)}")
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
