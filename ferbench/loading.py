"""Importing what a spec names, at the moment it is needed."""

import importlib
from typing import Any

from ferbench.errors import PluginError


def load_object(factory: str) -> Any:
    """The object that `module:name` names."""
    module, colon, name = factory.partition(":")
    if not colon:
        raise PluginError(f"factory {factory!r} is not of the form module:name")
    loaded = importlib.import_module(module)
    try:
        return getattr(loaded, name)
    except AttributeError:
        raise PluginError(f"factory {factory!r}: module {module} has no {name}") from None
