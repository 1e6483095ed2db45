"""Writing a starter into the current folder, under a name of the user's."""

import importlib.util
import keyword
import re
from dataclasses import dataclass
from pathlib import Path

from ferbench.errors import UsageError, unknown
from ferbench.host import RESERVED, Registry, module_name

NAME = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Starter:
    """A kind of plugin.

    module: of `ferbench.starters`; it registers itself under that name, its class is named so too.
    taken:  the part of a registry in which the name must be free.
    next:   what to do with the plugin, `{name}` in it.
    """

    module: str
    taken: str
    next: tuple[str, ...]


STARTERS = {
    "method": Starter(
        "centroid",
        "methods",
        (
            "ferbench check {name}",
            "ferbench run --methods {name},softmax --out runs/{name}",
            "ferbench compare {name} softmax runs/{name}",
        ),
    ),
    "dataset": Starter(
        "album",
        "datasets",
        (
            "ferbench data inspect {name} --root DIR",
            "ferbench run --methods softmax --datasets {name} --set dataset.{name}.root=DIR",
        ),
    ),
    "protocol": Starter(
        "thirds",
        "protocols",
        (
            "ferbench plan --methods softmax --protocol {name}",
            "ferbench run --methods softmax --protocol {name}",
        ),
    ),
    "metric": Starter("worst", "metrics", ("ferbench board runs/default --metrics {name}",)),
}


def write_starter(kind: str, name: str, folder: Path, registry: Registry) -> Path:
    """Write a plugin of that kind; UsageError where its name or its file cannot be."""
    if kind not in STARTERS:
        raise unknown("kind", kind, STARTERS)
    starter = STARTERS[kind]
    if not NAME.fullmatch(name) or name in RESERVED:
        raise UsageError(
            f"{name!r} is no name for a {kind}: write small letters, digits and single hyphens, "
            f"a letter first, such as my-method, and none of {', '.join(RESERVED)}"
        )
    entries = getattr(registry, starter.taken)
    if name in entries:
        owner = registry.owner[starter.taken, name].distribution
        raise UsageError(f"{kind} {name!r} is registered already by {owner}: take another name")
    module = module_name(name)
    path = folder / f"{module}.py"
    if path.exists() or (folder / module).exists():
        raise UsageError(f"{path.name} or a folder {module} exists here: take another name")
    if keyword.iskeyword(module) or importlib.util.find_spec(module) is not None:
        raise UsageError(f"{module!r} is a module or a word of Python already: take another name")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(renamed(starter, name))
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None
    return path


def renamed(starter: Starter, name: str) -> str:
    """The text of a starter that registers itself as `name`."""
    own, module = starter.module, module_name(name)
    text = Path(__file__).with_name(f"{own}.py").read_text(encoding="utf-8")
    text = text.replace(f'"{own}:', f'"{module}:').replace(f'"{own}"', f'"{name}"')
    return text.replace(own.capitalize(), "".join(p.capitalize() for p in module.split("_")))
