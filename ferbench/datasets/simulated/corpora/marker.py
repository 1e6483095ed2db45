"""The file that says a folder holds a simulated corpus, which one, and whether it is whole."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ferbench.datasets.folder import SIMULATED_MARK
from ferbench.datasets.simulated.corpora.order import Order
from ferbench.datasets.simulated.frames import GENERATOR_VERSION
from ferbench.errors import UsageError
from ferbench.files import only_one

CORPORA_VERSION = 2
"""Raised whenever a file of any corpus changes with the same order and generator."""

DRAFT = ".ferbench-draft"
"""Folder below the root for files that are being written; gone when the corpus is whole."""

LOCK = "lock"
"""The file in it that a writer holds."""


def facts(order: Order) -> dict[str, Any]:
    """What determines the files of a corpus, and their origin."""
    return {
        "origin": "simulated",
        "name": order.name,
        "config": {key: value for key, value in asdict(order).items() if key != "name"},
        "generator": GENERATOR_VERSION,
        "corpora": CORPORA_VERSION,
    }


def claim(root: Path, order: Order) -> None:
    """Refuse a folder that is not ours or holds another corpus; `read` tells if it was whole."""
    found = read(root)
    if found is None:
        if root.exists() and (not root.is_dir() or any(root.iterdir())):
            raise UsageError(
                f"{root} holds other files, and simulated pictures must not mix with them: "
                "name a new or an empty folder"
            )
        return
    state = found.pop("state", None)
    if found != facts(order):
        raise UsageError(
            f"{root} holds another simulated corpus ({_difference(found, facts(order))}; {state}): "
            "repeat that order, or name another folder"
        )


def mark(root: Path, order: Order, state: str) -> None:
    """Write the marker; it replaces an earlier one in one step."""
    root.mkdir(parents=True, exist_ok=True)
    draft = root / f"{SIMULATED_MARK}.draft"
    draft.write_text(json.dumps({**facts(order), "state": state}, indent=1) + "\n")
    draft.replace(root / SIMULATED_MARK)


@contextmanager
def writing(root: Path, order: Order) -> Iterator[None]:
    """Fill a claimed folder, the only one who does; it is marked as whole when the block ends well.

    UsageError where another process is filling it.
    """
    if read(root) is None:
        mark(root, order, "incomplete")
    (root / DRAFT).mkdir(exist_ok=True)
    busy = f"another `ferbench data simulate` is writing to {root}: wait for it"
    with only_one(root / DRAFT / LOCK, busy):
        mark(root, order, "incomplete")
        yield
        shutil.rmtree(root / DRAFT)
        mark(root, order, "complete")


def read(root: Path) -> dict[str, Any] | None:
    """The marker's content, or None where there is none."""
    try:
        found = json.loads((root / SIMULATED_MARK).read_text())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {}


def _difference(found: dict[str, Any], wanted: dict[str, Any]) -> str:
    """The first fact that differs, in words."""
    old, new = ({**f, **f.get("config", {})} for f in (found, wanted))
    for key in new:
        if key != "config" and old.get(key) != new[key]:
            return f"{key} {old.get(key)} instead of {new[key]}"
    return "of another make"
