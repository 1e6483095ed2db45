"""Settings of the user: ferbench.yaml, and `--set` on the command line, which wins."""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ferbench.errors import UsageError, unknown

FILE = "ferbench.yaml"
KEYS = ("datasets", "methods", "cache", "plugins")


@dataclass
class Settings:
    """datasets, methods: name -> {field: value}. cache: where prepared images and splits are kept.
    plugins: folders with local plugins; `./plugins` is always among them where it exists.
    """

    datasets: dict[str, dict[str, Any]] = field(default_factory=dict)
    methods: dict[str, dict[str, Any]] = field(default_factory=dict)
    cache: Path = field(default_factory=lambda: default_cache())
    plugins: list[Path] = field(default_factory=list)


def default_cache() -> Path:
    """$FERBENCH_CACHE, or `ferbench` in the user's cache folder."""
    if os.environ.get("FERBENCH_CACHE"):
        return Path(os.environ["FERBENCH_CACHE"]).absolute()
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "ferbench"


def read_settings(
    assignments: Iterable[str] = (), plugins_dirs: Iterable[Path] = (), folder: Path | None = None
) -> Settings:
    """The settings of `folder` (the current one) with `assignments` (`NAME.KEY=VALUE`) on top."""
    from omegaconf import OmegaConf

    folder = folder or Path.cwd()
    path = folder / FILE
    content: Any = {}
    if path.exists():
        try:
            content = OmegaConf.to_container(OmegaConf.load(path), resolve=True)
        except Exception as error:
            raise UsageError(f"{path} is not readable: {str(error).splitlines()[0]}") from None
    if not isinstance(content, Mapping):
        raise UsageError(f"{path} must hold the keys {', '.join(KEYS)}")
    for key in content:
        if key not in KEYS:
            raise unknown(f"key in {path}:", str(key), KEYS)
    plugins = content.get("plugins") or []
    if not isinstance(plugins, list):
        raise UsageError(f"{path}: `plugins` must be a list of folders, not {plugins!r}")
    settings = Settings(
        datasets=_sections(path, content, "datasets"), methods=_sections(path, content, "methods")
    )
    if content.get("cache"):
        settings.cache = _below(folder, content["cache"])
    folders = [_below(folder, p) for p in plugins] + [Path(p).absolute() for p in plugins_dirs]
    here = folder.absolute() / "plugins"
    if here.is_dir() and not _holds_bundled(here):
        folders.append(here)
    settings.plugins = list(dict.fromkeys(folders))
    for assignment in assignments:
        _assign(settings, assignment)
    return settings


def _below(folder: Path, path: object) -> Path:
    """A path of the settings file: `~` is the home folder, others are relative to `folder`."""
    return (folder / Path(str(path)).expanduser()).absolute()


def _sections(path: Path, content: Mapping[str, Any], key: str) -> dict[str, dict[str, Any]]:
    """The settings by name below `datasets` or `methods`."""
    sections = content.get(key) or {}
    if not isinstance(sections, Mapping) or not all(
        isinstance(values, Mapping | None) for values in sections.values()
    ):
        raise UsageError(f"{path}: `{key}` must hold lines `NAME:` with `KEY: VALUE` below each")
    return {str(name): dict(values or {}) for name, values in sections.items()}


def _holds_bundled(folder: Path) -> bool:
    """Whether `folder` is the source tree's own plugins folder, whose plugins are installed."""
    return (folder / "ferbench_baselines" / "__init__.py").exists()


def _assign(settings: Settings, assignment: str) -> None:
    """Take over one `dataset.NAME.KEY=VALUE` or `METHOD.KEY=VALUE`."""
    from omegaconf import OmegaConf

    path, equals, text = assignment.partition("=")
    parts = path.split(".")
    short = len(parts) < (3 if parts[0] == "dataset" else 2)
    if not equals or short or not all(parts):
        raise UsageError(f"--set {assignment}: write METHOD.KEY=VALUE or dataset.NAME.KEY=VALUE")
    owner, keys = (
        (settings.datasets.setdefault(parts[1], {}), parts[2:])
        if parts[0] == "dataset"
        else (settings.methods.setdefault(parts[0], {}), parts[1:])
    )
    try:
        value: Any = OmegaConf.to_container(OmegaConf.from_dotlist([f"value={text}"]))
    except Exception as error:
        reason = str(error).splitlines()[0]
        raise UsageError(f"--set {assignment}: the value is not readable: {reason}") from None
    for key in keys[:-1]:
        if not isinstance(owner.get(key), dict):
            owner[key] = {}
        owner = owner[key]
    owner[keys[-1]] = value["value"] if text else ""


def configured(schema: type, layers: Iterable[Mapping[str, Any]], where: str) -> Any:
    """An instance of the dataclass `schema`: its defaults, then `layers`, types checked."""
    from omegaconf import OmegaConf
    from omegaconf.errors import ConfigKeyError, OmegaConfBaseException

    config = OmegaConf.structured(schema)
    for layer in layers:
        try:
            config = OmegaConf.merge(config, OmegaConf.create(dict(layer)))
        except ConfigKeyError as error:
            key = str(error.full_key)
            parent = OmegaConf.select(config, key.rpartition(".")[0]) if "." in key else config
            known = [str(k) for k in parent] if parent is not None else []
            raise unknown(f"setting of {where}:", key.rpartition(".")[2], known) from None
        except OmegaConfBaseException as error:
            reason = str(error).splitlines()[0]
            raise UsageError(f"setting {error.full_key} of {where}: {reason}") from None
    try:
        return OmegaConf.to_object(config)
    except (ValueError, OmegaConfBaseException) as error:
        raise UsageError(f"setting of {where}: {str(error).splitlines()[0]}") from None


def plain(config: Any) -> dict[str, Any]:
    """A configuration instance as JSON values."""
    from omegaconf import OmegaConf

    container = OmegaConf.to_container(OmegaConf.structured(config), enum_to_str=True)
    values: dict[str, Any] = json.loads(json.dumps(container, default=str))
    return values
