"""The committed tables: a folder of them, and the command that prints each from its records.

`records/NAME` has the board `NAME.md`. What stands beside the boards is listed in `tables.toml`:
file = the words after `ferbench`, with `--format markdown` understood.
"""

import contextlib
import io
import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ferbench.errors import UsageError

LIST = "tables.toml"
RECORDS = "records"
README = "README.md"


@dataclass(frozen=True, slots=True)
class Committed:
    """A table's file, and the arguments of `ferbench` that print it."""

    path: Path
    arguments: tuple[str, ...]

    def text(self) -> str:
        """What the records say."""
        from ferbench.cli import app

        with contextlib.redirect_stdout(io.StringIO()) as printed:
            app([*self.arguments, "--format", "markdown"], standalone_mode=False)
        return printed.getvalue()

    @property
    def command(self) -> str:
        """The command that writes it."""
        return f"ferbench {shlex.join(self.arguments)} --format markdown --output {self.path}"


def committed_tables(folder: Path) -> list[Committed]:
    """Every table of a folder of leaderboards, in order of name."""
    if not (folder / RECORDS).is_dir():
        raise UsageError(f"{folder} is no folder of leaderboards: it has no folder `{RECORDS}`")
    boards = {f"{path.name}.md": f"board {RECORDS}/{path.name}" for path in _archives(folder)}
    path = folder / LIST
    try:
        listed = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path} is not readable: {error}") from None
    for name, command in listed.items():
        if not isinstance(command, str):
            raise UsageError(f"{path}: {name} must be the words of a command, in quotes")
    return [
        Committed(folder / name, tuple(_word(folder, word) for word in shlex.split(command)))
        for name, command in sorted((boards | listed).items())
    ]


def differences(folder: Path) -> Iterator[str]:
    """A line for each table that is not what its records say, byte by byte, or that has none."""
    tables = committed_tables(folder)
    for table in tables:
        if not table.path.is_file():
            yield f"{table.path} is missing: run `{table.command}`"
        elif table.path.read_bytes() != table.text().encode():
            yield f"{table.path} is not what the records say: run `{table.command}`"
    known = {table.path for table in tables}
    for path in sorted(folder.rglob("*.md")):
        if path not in known and path.name != README:
            yield f"{path} is made by no command: list it in {folder / LIST}, or remove it"


def _archives(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / RECORDS).iterdir() if path.is_dir())


def _word(folder: Path, word: str) -> str:
    """A word of a command; folders of records are those below `folder`."""
    return str(folder / word) if word.startswith(f"{RECORDS}/") else word
