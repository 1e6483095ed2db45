"""The plugin host: finds plugins, guards every load and hook call, looks things up by name."""

import importlib.util
import os
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache, partial
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import pluggy

from ferbench.contracts import generators as generator_hooks
from ferbench.contracts import hookspecs
from ferbench.contracts import panels as panel_hooks
from ferbench.contracts.dataset import DatasetSpec
from ferbench.contracts.generators import GeneratorSpec
from ferbench.contracts.method import PRESETS, MethodSpec
from ferbench.contracts.metric import Metric
from ferbench.contracts.panels import PanelSpec
from ferbench.contracts.protocol import EvaluationProtocol
from ferbench.errors import PluginError, UsageError, unknown

Entry = TypeVar("Entry")

GROUP = "ferbench"
"""The entry-point group that distributions list their plugins under."""

KINDS = ("methods", "datasets", "protocols", "metrics", "panels", "generators")
"""What is registered, each by a hook of its own."""

NAME = re.compile(r"[A-Za-z0-9][\w-]*")
"""What may be a name: options list them with commas, settings put dots between them."""

RESERVED = {
    "all": "every one",
    "train": "the images of a fold",
    "dataset": "the settings of datasets",
}
"""Names that mean something in an option, a setting or a plan."""


@dataclass(frozen=True, slots=True)
class Plugin:
    """A plugin that loaded: its name, and the distribution (or file) and version it came from."""

    name: str
    distribution: str
    version: str
    module: str


@dataclass(frozen=True, slots=True)
class BrokenPlugin:
    """A plugin that did not load or register, and why."""

    name: str
    distribution: str
    reason: str

    def __str__(self) -> str:
        return f"broken plugin {self.name} ({self.distribution}): {self.reason}"


@dataclass
class Registry:
    """Everything registered, by name, the plugin each entry came from, and the local folders."""

    methods: dict[str, MethodSpec] = field(default_factory=dict)
    datasets: dict[str, DatasetSpec] = field(default_factory=dict)
    protocols: dict[str, EvaluationProtocol] = field(default_factory=dict)
    metrics: dict[str, Metric] = field(default_factory=dict)
    panels: dict[str, PanelSpec] = field(default_factory=dict)
    generators: dict[str, GeneratorSpec] = field(default_factory=dict)
    plugins: list[Plugin] = field(default_factory=list)
    broken: list[BrokenPlugin] = field(default_factory=list)
    folders: list[Path] = field(default_factory=list)
    owner: dict[tuple[str, str], Plugin] = field(default_factory=dict)
    hooks: pluggy.PluginManager = field(default_factory=lambda: _manager())

    def method(self, name: str) -> MethodSpec:
        """The method `name`, or an error that suggests the nearest one."""
        return _look_up("method", self.methods, name)

    def dataset(self, name: str) -> DatasetSpec:
        """The dataset `name`, or an error that suggests the nearest one."""
        return _look_up("dataset", self.datasets, name)

    def observe(self, hook: str, **facts: Any) -> None:
        """Call an observer hook of every plugin; one that raises is reported, the run goes on."""
        for implementation in getattr(self.hooks.hook, hook).get_hookimpls():
            try:
                implementation.function(*[facts[name] for name in implementation.argnames])
            except Exception as error:
                print(
                    f"ferbench: observer {hook} of plugin {implementation.plugin_name} raised "
                    f"{type(error).__name__}: {error}",
                    file=sys.stderr,
                )


def _look_up(kind: str, entries: dict[str, Entry], name: str) -> Entry:
    if name not in entries:
        raise not_registered(kind, name, entries)
    return entries[name]


def not_registered(kind: str, name: str, known: Iterable[str]) -> UsageError:
    """An error with the nearest name that is registered, and where others are looked for."""
    file = f"{module_name(name)}.py"
    return UsageError(
        f"{unknown(kind, name, known)} (your own: {file} in this folder, or --plugins-dir DIR)"
    )


def _manager() -> pluggy.PluginManager:
    manager = pluggy.PluginManager("ferbench")
    for module in (hookspecs, panel_hooks, generator_hooks):
        manager.add_hookspecs(module)
    return manager


def strict() -> bool:
    """Whether a broken plugin is raised instead of reported (FERBENCH_STRICT=1)."""
    return os.environ.get("FERBENCH_STRICT") == "1"


def discover(plugins_dirs: Iterable[Path] = (), wanted: Iterable[str] = ()) -> Registry:
    """Load every plugin: installed ones first, then `*.py` files and packages of each folder.

    Of the names in `wanted`, those that nothing registers are then looked for in the current
    folder: `my-method` is what `my_method.py` registers.
    """
    registry = Registry()
    for entry in sorted(entry_points(group=GROUP), key=lambda entry: entry.name):
        origin = entry.dist.name if entry.dist else "unknown"
        version = entry.dist.version if entry.dist else "0"
        _guarded(registry, entry.name, origin, version, entry.load)
    for folder in dict.fromkeys(plugins_dirs):
        registry.folders.append(folder)
        for path in local_plugins(folder):
            _guarded(registry, path.stem, str(path), "local", partial(load_local, path))
    for path in _lying_here(registry, wanted):
        registry.folders.append(path)
        _guarded(registry, path.stem, str(path), "local", partial(load_local, path))
    return registry


def module_name(name: str) -> str:
    """The module that a plugin of this name is looked for in."""
    return name.replace("-", "_")


def _lying_here(registry: Registry, wanted: Iterable[str]) -> list[Path]:
    """The plugins in the current folder that bear a wanted name which nothing registers."""
    registered = {name for kind in KINDS for name in getattr(registry, kind)}
    modules = [module_name(name) for name in wanted if name not in registered]
    paths = [Path.cwd() / f"{module}.py" for module in modules if module.isidentifier()]
    return [path for path in dict.fromkeys(paths) if path.is_file()]


def local_plugins(folder: Path) -> list[Path]:
    """The plugin files and packages of a folder, in order of name; or a file, itself."""
    if folder.suffix == ".py" and folder.is_file():
        return [folder]
    if not folder.is_dir():
        raise PluginError(f"plugins folder {folder} does not exist")
    files = [path for path in folder.glob("*.py") if not path.name.startswith("_")]
    return sorted(files + [path.parent for path in folder.glob("*/__init__.py")])


@cache
def discovered(plugins_dirs: tuple[Path, ...]) -> Registry:
    """As `discover`, once a process: what its workers look up cell after cell."""
    return discover(plugins_dirs)


def load_local(path: Path) -> ModuleType:
    """Import a local plugin under its own name, from wherever it lies."""
    name = path.stem
    source = path / "__init__.py" if path.is_dir() else path
    present = sys.modules.get(name)
    if present is not None:
        if getattr(present, "__file__", None) == str(source):
            return present
        raise PluginError(f"a module {name!r} exists already: rename the plugin {source}")
    spec = importlib.util.spec_from_file_location(name, source)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def _guarded(
    registry: Registry, name: str, distribution: str, version: str, load: Callable[[], ModuleType]
) -> None:
    """Load one plugin and take over what it registers: all of it, or nothing."""
    try:
        module = load()
        fresh = _collect(module, name)
        plugin = Plugin(name, distribution, version, module.__name__)
        _reject_duplicates(registry, fresh, plugin)
        registry.hooks.register(module, name=f"{distribution}:{name}")
    except (Exception, SystemExit) as error:
        if strict():
            raise
        reason = f"{type(error).__name__}: {error}".splitlines()[0]
        registry.broken.append(BrokenPlugin(name, distribution, reason))
        return
    registry.plugins.append(plugin)
    for kind in KINDS:
        entries = getattr(fresh, kind)
        getattr(registry, kind).update(entries)
        registry.owner.update({(kind, entry): plugin for entry in entries})


def _collect(module: ModuleType, name: str) -> Registry:
    """Run the registration hooks of one plugin on its own, into a registry of their own."""
    fresh = Registry()
    fresh.hooks.register(module, name=name)
    fresh.hooks.check_pending()
    for kind in KINDS:
        entries: dict[str, Any] = getattr(fresh, kind)

        def register(entry: Any, entries: dict[str, Any] = entries, kind: str = kind) -> None:
            if entry.name in entries:
                raise PluginError(f"{entry.name!r} is registered twice by plugin {name!r}")
            _check_name(kind, entry.name)
            if isinstance(entry, MethodSpec):
                _check_spec(entry)
            entries[entry.name] = entry

        getattr(fresh.hooks.hook, f"register_{kind}")(register=register)
    return fresh


def _check_name(kind: str, name: str) -> None:
    """PluginError for a name that no option or setting could say, or that means another thing."""
    if not NAME.fullmatch(name):
        raise PluginError(f"{kind}: the name {name!r} must be letters, digits, '-' and '_'")
    if name in RESERVED:
        raise PluginError(f"{kind}: the name {name!r} means {RESERVED[name]}; take another")


def _check_spec(spec: MethodSpec) -> None:
    for preset in spec.presets:
        if preset not in PRESETS:
            raise PluginError(f"method {spec.name!r}: {preset!r} is none of {', '.join(PRESETS)}")
        if preset not in spec.inputs:
            raise PluginError(f"method {spec.name!r}: `inputs` lacks the preset {preset!r}")


def _reject_duplicates(registry: Registry, fresh: Registry, plugin: Plugin) -> None:
    for kind in KINDS:
        for entry in getattr(fresh, kind):
            if entry in getattr(registry, kind):
                other = registry.owner[kind, entry]
                raise PluginError(
                    f"{kind[:-1]} {entry!r} of {plugin.distribution} is registered already by "
                    f"{other.distribution}: rename one of them"
                )
