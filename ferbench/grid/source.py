"""The source hash: what of the code can change a method's results, found without importing it.

The syntax trees (docstrings dropped, so that words may change) of the module that holds the
method, and of every module it imports, directly or not, within `ferbench` and its own package. A
docstring is the first statement of a module, class or function: the string below a constant or a
field stays in the hash. The `__init__` of a top-level package counts only where it is imported by
name: it registers methods and holds a version, and neither a new method beside this one nor a
release changes what this one does.
"""

import ast
import hashlib
import sys
from collections.abc import Iterator
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path

from ferbench.errors import PluginError

HARNESS = "ferbench"


def source_hash(module: str) -> str:
    """The hash of `module` and its static import closure."""
    packages = {HARNESS, module.partition(".")[0]}
    pending, seen = list(_with_parents(module)), {}
    while pending:
        name = pending.pop()
        if name in seen:
            continue
        found = _module(name)
        if found is None:
            if name == module:
                raise PluginError(f"the source of module {name} cannot be found")
            continue
        digest, imports = found
        seen[name] = digest
        pending += [other for other in imports if other.partition(".")[0] in packages]
    together = "".join(f"{name}={seen[name]}\n" for name in sorted(seen))
    return hashlib.sha256(together.encode()).hexdigest()[:16]


def module_file(name: str) -> Path | None:
    """The source file of a module, without importing it or its package."""
    top, *below = name.split(".")
    loaded = getattr(sys.modules.get(top), "__file__", None)
    if loaded is None:
        spec = PathFinder.find_spec(top)
        loaded = spec.origin if spec is not None else None
    if loaded is None:
        return None
    path = Path(loaded)
    for part in below:
        folder = path.parent if path.name == "__init__.py" else None
        if folder is None:
            return None
        package = folder / part / "__init__.py"
        path = package if package.exists() else folder / f"{part}.py"
    return path if path.exists() else None


@cache
def _module(name: str) -> tuple[str, tuple[str, ...]] | None:
    """The hash of one module's tree, and the names it may import."""
    path = module_file(name)
    if path is None:
        return None
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"), str(path))
    except SyntaxError as error:
        raise PluginError(f"{path}, line {error.lineno} is not Python: {error.msg}") from None
    package = name if path.name == "__init__.py" else name.rpartition(".")[0]
    imports = tuple(sorted(set(_imports(tree, package))))
    _drop_docstrings(tree)
    return hashlib.sha256(ast.unparse(tree).encode()).hexdigest(), imports


def _imports(tree: ast.AST, package: str) -> Iterator[str]:
    """Every module named in an import, `if TYPE_CHECKING:` blocks left out."""
    for node in _executed(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _with_parents(alias.name)
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parents = package.split(".")[: len(package.split(".")) - node.level + 1]
                base = ".".join([*parents, base] if base else parents)
            yield from _with_parents(base)
            for alias in node.names:
                yield f"{base}.{alias.name}"


def _with_parents(name: str) -> Iterator[str]:
    """A module and the packages above it, the top-level one left out unless it is the module."""
    parts = name.split(".")
    yield name
    for length in range(2, len(parts)):
        yield ".".join(parts[:length])


def _executed(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node below `tree` but the bodies of `if TYPE_CHECKING:`."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and _names_type_checking(node.test):
            for other in node.orelse:
                yield other
                yield from _executed(other)
        else:
            yield node
            yield from _executed(node)


def _names_type_checking(test: ast.expr) -> bool:
    return "TYPE_CHECKING" in (getattr(test, "id", None), getattr(test, "attr", None))


def _drop_docstrings(tree: ast.Module) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                node.body = node.body[1:]
