"""The classes of frameworks that callbacks derive from."""

from __future__ import annotations

import importlib
import importlib.util
import sys
from typing import Any


def class_of(module_names: tuple[str, ...], name: str) -> Any:
    """The class `name` of the first of the modules that is there; `object` when none is installed.

    A module whose framework is imported already comes first: a program may have two that offer the same. A callback that
    derives from `object` has the methods of its own alone, which is enough for a loop that calls no others.
    """
    ordered = sorted(module_names, key=lambda module: module.partition(".")[0] not in sys.modules)
    for module in ordered:
        if importlib.util.find_spec(module.partition(".")[0]) is not None:
            return getattr(importlib.import_module(module), name)
    return object
