"""A table of a TOML file and where it stands, so that what is wrong is said in one line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from ferbench.errors import UsageError, unknown

Value = TypeVar("Value")

WORDS: dict[type, str] = {
    str: "a text in quotes",
    int: "a whole number",
    bool: "true or false",
    Decimal: "a number as printed, such as 97.10",
    dict: "a table",
    list: "a list",
}


@dataclass(frozen=True, slots=True)
class Node:
    """where: file and path within it."""

    where: str
    values: Mapping[str, Any]

    def only(self, known: Iterable[str]) -> None:
        """UsageError for a key that is not known."""
        known = tuple(known)
        for name in self.values:
            if name not in known:
                raise unknown(f"key in {self.where}:", name, known)

    def need(self, name: str, kind: type[Value]) -> Value:
        """The value, which must be there."""
        found = self.get(name, kind)
        if found is None:
            raise UsageError(f"{self.where}: {name} is missing; give {WORDS[kind]}")
        return found

    def get(self, name: str, kind: type[Value]) -> Value | None:
        """The value, if there is one."""
        value = self.values.get(name)
        return None if value is None else self._as(value, name, kind)

    def all(self, name: str, kind: type[Value]) -> tuple[Value, ...]:
        """The values of a list, which may be absent."""
        found = self.get(name, list) or []
        return tuple(self._as(value, f"{name}[{i}]", kind) for i, value in enumerate(found))

    def each(self, name: str, kind: type[Value]) -> dict[str, Value]:
        """The values of a table, which may be absent."""
        found = self.get(name, dict) or {}
        return {key: self._as(value, f"{name}.{key}", kind) for key, value in found.items()}

    def tables(self, name: str) -> dict[str, "Node"]:
        """The named tables within this one."""
        found = self.each(name, dict)
        return {key: Node(f"{self.where}: {name}.{key}", part) for key, part in found.items()}

    def listed(self, name: str) -> tuple["Node", ...]:
        """The tables of a list, which must have one."""
        found = self.all(name, dict)
        if not found:
            raise self.wrong(f"{name} is missing; give at least one")
        return tuple(Node(f"{self.where}: {name}[{i}]", part) for i, part in enumerate(found))

    def one_of(self, name: str, values: tuple[Value, ...]) -> Value:
        """A text that must be one of `values`."""
        found = self.need(name, str)
        for value in values:
            if found == value:
                return value
        raise self.wrong(f"{name} is {found!r}; give one of {', '.join(map(str, values))}")

    def wrong(self, what: str) -> UsageError:
        """An error about this table."""
        return UsageError(f"{self.where}: {what}")

    def _as(self, value: Any, name: str, kind: type[Value]) -> Value:
        if type(value) is not kind:
            raise self.wrong(f"{name} is {value!r}; give {WORDS[kind]}")
        return value
