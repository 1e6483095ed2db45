"""SHA-256 of files, remembered in the user's cache folder for files that have not changed."""

import contextlib
import hashlib
import os
import time
from pathlib import Path

from ferbench.errors import UsageError
from ferbench.files import whole_file
from ferbench.settings import default_cache

SETTLED = 2_000_000_000
"""Nanoseconds: a file changed less long ago may change again without its times telling."""


class FileHashes:
    """The hashes of the files below `root`, by name; `save()` remembers them.

    A hash is taken over where name, size, and times of modification and of change are the same.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        place = hashlib.sha256(os.fsencode(root.resolve())).hexdigest()[:20]
        self._store = default_cache() / "hashes" / f"{place}.tsv"
        self._known = _read(self._store)
        self._seen: dict[str, tuple[str, str]] = {}
        self._changed = False

    def of(self, name: str) -> str:
        """The SHA-256 of the file `name`; UsageError where it is empty or cannot be read."""
        path = self.root / name
        try:
            facts = path.stat()
            if not facts.st_size:
                raise UsageError(f"cannot read the image {path}: the file is empty; replace it")
            state = f"{facts.st_size} {facts.st_mtime_ns} {facts.st_ctime_ns}"
            known = self._known.get(name)
            if known and known[0] == state:
                self._seen[name] = known
                return known[1]
            with path.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise UsageError(f"cannot read {path}: {error.strerror}") from None
        if time.time_ns() - max(facts.st_mtime_ns, facts.st_ctime_ns) > SETTLED:
            self._seen[name] = (state, found)
            self._changed = True
        return found

    def save(self) -> None:
        """Remember what was hashed. A cache folder that cannot be written costs time, no more."""
        if not self._changed:
            return
        lines = [
            f"{name}\t{state}\t{found}\n"
            for name, (state, found) in (self._known | self._seen).items()
            if "\n" not in name and "\t" not in name
        ]
        with (
            contextlib.suppress(OSError, UnicodeEncodeError),
            whole_file(self._store) as draft,
        ):
            draft.write_text("".join(lines), encoding="utf-8", newline="\n")


def _read(store: Path) -> dict[str, tuple[str, str]]:
    """What is remembered; lines that are not whole are forgotten."""
    known = {}
    with contextlib.suppress(OSError, UnicodeDecodeError), store.open(encoding="utf-8") as file:
        for line in file:
            name, *rest = line.rstrip("\n").split("\t")
            if len(rest) == 2 and len(rest[1]) == 64:
                known[name] = (rest[0], rest[1])
    return known
