"""A walk through the folder of a corpus that never leaves it, and counts what is left out."""

import os
import re
from collections import Counter
from collections.abc import Collection, Iterator
from pathlib import Path, PureWindowsPath

from ferbench.errors import UsageError

IMAGE_SUFFIXES = frozenset({".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".tif", ".tiff"})

SYSTEM_FILES = "system files and read-mes (._*, .DS_Store, Thumbs.db, README)"
NOT_IMAGES = "files that are no images"
BROKEN_LINKS = "links that lead nowhere"


class Survey:
    """The folder of a corpus while it is read.

    Names are relative to the folder, with `/`. `skipped` counts what an index leaves out, by
    reason; `warnings()` tells what was found and may surprise.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.skipped: Counter[str] = Counter()
        self._surprises: dict[str, list[str]] = {}
        self._real = root.resolve()
        self._inside: dict[Path, bool] = {}
        self._counted: set[str] = set()

    def skip(self, reason: str, count: int = 1) -> None:
        """Note that `count` things are left out because of `reason`."""
        if count:
            self.skipped[reason] += count

    def warn(self, what: str, where: str) -> None:
        """Note one more of `what` ("sequences that ...") and where it is."""
        self._surprises.setdefault(what, []).append(where)

    def warnings(self) -> tuple[str, ...]:
        """A line for each kind of surprise: how many there are, and the first ones."""
        return tuple(
            f"{len(places)} {what}: {', '.join(places[:3])}{', ..' * (len(places) > 3)}"
            for what, places in self._surprises.items()
        )

    def escapes(self, name: str) -> bool:
        """Whether `name` is absolute, climbs with `..`, or reaches outside through a link."""
        parts = PureWindowsPath(name)
        if parts.anchor or ".." in parts.parts or name.startswith("/") or "\0" in name:
            return True
        return not self._is_inside(self.root / name)

    def path(self, name: str) -> Path:
        """The file or folder `name`; UsageError where that is not below the root."""
        if self.escapes(name):
            raise UsageError(
                f"{self.root / name} leads out of the folder {self.root}: copy the data into it, "
                "or give the folder that holds them"
            )
        return self.root / name

    def folders(self, name: str = "") -> list[str]:
        """The subfolders of `name`, as people count; system folders left out."""
        return _sorted(entry.name for entry in self._entries(name) if entry.is_dir())

    def files(self, name: str = "", suffixes: Collection[str] = IMAGE_SUFFIXES) -> list[str]:
        """The files of `name` with one of these suffixes, as people count; others are counted."""
        kept = []
        for entry in self._entries(name):
            if not entry.is_file():
                continue
            if Path(entry.name).suffix.lower() in suffixes:
                kept.append(entry.name)
            else:
                self._skip_file(entry)
        return _sorted(kept)

    def _entries(self, name: str) -> Iterator[os.DirEntry[str]]:
        """What lies in the folder `name` but for hidden files, each checked not to lead out."""
        folder = self.path(name)
        try:
            entries = os.scandir(folder)
        except OSError as error:
            raise UsageError(f"cannot read the folder {folder}: {error.strerror}") from None
        with entries:
            for entry in entries:
                if is_hidden(entry.name):
                    if entry.is_file() and not entry.name.startswith(".ferbench"):
                        self._skip_file(entry)
                    continue
                if entry.is_symlink():
                    self.path(f"{name}/{entry.name}" if name else entry.name)
                    if not os.path.exists(entry.path):
                        self.skip(BROKEN_LINKS)
                        continue
                yield entry

    def _skip_file(self, entry: os.DirEntry[str]) -> None:
        """Count a file that is left out, once however often its folder is listed."""
        if entry.path not in self._counted:
            self._counted.add(entry.path)
            self.skip(SYSTEM_FILES if is_system_file(entry.name) else NOT_IMAGES)

    def _is_inside(self, path: Path) -> bool:
        """Whether `path`, links followed, is the root or below it."""
        if path == self.root:
            return True
        parent = path.parent
        if parent not in self._inside:
            self._inside[parent] = parent.resolve().is_relative_to(self._real)
        if not self._inside[parent]:
            return False
        return not path.is_symlink() or path.resolve().is_relative_to(self._real)


def is_hidden(name: str) -> bool:
    """Whether a file or folder is the system's and not the corpus's."""
    return name.startswith((".", "__MACOSX")) or name.lower() in ("thumbs.db", "desktop.ini")


def is_system_file(name: str) -> bool:
    """Whether a file is the system's, or a read-me."""
    return is_hidden(name) or name.lower().startswith(("readme", "read_me"))


def natural(name: str) -> list[str | int]:
    """A key that sorts names as people do: `2.png` before `10.png`."""
    return [int(part) if part.isdecimal() else part for part in re.split(r"(\d+)", name)]


def child(folder: Path, *paths: str) -> Path | None:
    """The first of `paths` that exists below `folder`, whatever the case of its letters."""
    for path in paths:
        place: Path | None = folder
        for part in path.split("/"):
            place = place and _child(place, part)
        if place is not None:
            return place
    return None


def _child(folder: Path, name: str) -> Path | None:
    if (folder / name).exists() and name in _names(folder):
        return folder / name
    same = sorted(other for other in _names(folder) if other.casefold() == name.casefold())
    return folder / same[0] if same else None


def _names(folder: Path) -> list[str]:
    """The names in a folder; none where it is no readable folder."""
    try:
        return os.listdir(folder)
    except OSError:
        return []


def subfolders(folder: Path) -> list[str]:
    """The names of the real folders below `folder`, links and hidden ones left out."""
    try:
        with os.scandir(folder) as entries:
            return _sorted(
                entry.name
                for entry in entries
                if not is_hidden(entry.name) and entry.is_dir(follow_symlinks=False)
            )
    except OSError:
        return []


def _sorted(names: Iterator[str] | list[str]) -> list[str]:
    """As people count; names that count the same (`1`, `01`) in the order of their letters."""
    return sorted(sorted(names), key=natural)
