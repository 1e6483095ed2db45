"""The revision of the code: the git commit that the package lies in, if it does."""

import subprocess
from pathlib import Path
from typing import Any

import ferbench


def git_revision() -> dict[str, Any]:
    """`git_commit` and `git_dirty` of the tree that holds ferbench; None where it is installed."""
    root = Path(ferbench.__file__).parents[1]
    if not (root / ".git").exists():
        return {"git_commit": None, "git_dirty": None}
    commit = _git(root, "rev-parse", "HEAD")
    changes = _git(root, "status", "--porcelain", "--untracked-files=no")
    return {"git_commit": commit, "git_dirty": None if changes is None else bool(changes)}


def _git(root: Path, *arguments: str) -> str | None:
    try:
        done = subprocess.run(
            ["git", "-C", str(root), *arguments], capture_output=True, text=True, timeout=10
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
