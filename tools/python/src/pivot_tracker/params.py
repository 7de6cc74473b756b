"""Settings of any shape as the flat parameters of a session."""

from __future__ import annotations

import dataclasses
import enum
import json
import math
import os
from typing import Any, Dict, Mapping, Union

Parameter = Union[str, int, float, bool]

MAXIMUM_COUNT = 10_000
MAXIMUM_NAME_BYTES = 255
MAXIMUM_TEXT_BYTES = 65_536


def flattened(config: Any) -> Dict[str, Parameter]:
    """The settings by dotted names: mappings are flattened, lists become JSON text, None becomes `null`.

    Takes mappings, dataclasses and argparse's namespaces; numbers of numpy and the like become Python's. Raises
    `TypeError` or `ValueError`, naming the setting, for a value that is not accepted.
    """
    flat: Dict[str, Parameter] = {}
    _flatten("", _mapping(config, "config"), flat)
    if len(flat) > MAXIMUM_COUNT:
        raise ValueError(f"config has {len(flat)} settings; at most {MAXIMUM_COUNT} are accepted.")
    return flat


def _mapping(value: Any, name: str) -> Mapping[Any, Any]:
    if isinstance(value, Mapping):
        return value
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if type(value).__name__ == "Namespace":
        return dict(vars(value))
    raise TypeError(f"{name} must be a mapping of names to settings, not {type(value).__name__}.")


def _flatten(prefix: str, mapping: Mapping[Any, Any], flat: Dict[str, Parameter]) -> None:
    for key, value in mapping.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) or (dataclasses.is_dataclass(value) and not isinstance(value, type)):
            _flatten(name + ".", _mapping(value, name), flat)
            continue
        length = len(name.encode("utf-8", "replace"))
        if not 1 <= length <= MAXIMUM_NAME_BYTES:
            raise ValueError(f"The setting {name[:80]!r}… has a name of {length} bytes; 1 to {MAXIMUM_NAME_BYTES} are allowed.")
        flat[name] = scalar(name, value)


def scalar(name: str, value: Any) -> Parameter:
    """One setting. Raises `TypeError` or `ValueError` that names it."""
    if isinstance(value, enum.Enum):
        value = value.value
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return int(value) if -(2**63) <= value < 2**63 else str(int(value))
    if isinstance(value, float):
        return float(value) if math.isfinite(value) else repr(float(value))
    if value is None:
        return "null"
    if isinstance(value, (list, tuple, set, frozenset)):
        items = sorted(value, key=repr) if isinstance(value, (set, frozenset)) else value
        try:
            value = json.dumps(items, default=_plain)
        except (TypeError, ValueError) as error:
            raise TypeError(f"The setting {name!r} cannot be written as JSON: {str(error).rstrip('.')}.") from error
    if isinstance(value, os.PathLike):
        value = os.fspath(value)
    if isinstance(value, str):
        length = len(value.encode("utf-8", "replace"))
        if length > MAXIMUM_TEXT_BYTES:
            raise ValueError(f"The setting {name!r} has {length} bytes of text; at most {MAXIMUM_TEXT_BYTES} are accepted.")
        return value
    item = getattr(value, "item", None)
    if callable(item):
        try:
            plain = item()
        except (TypeError, ValueError, RuntimeError):
            plain = value
        if isinstance(plain, (bool, int, float, str)):
            return scalar(name, plain)
    raise TypeError(
        f"The setting {name!r} must be a number, a string, a boolean, a list or a mapping, not {type(value).__name__}."
    )


def _plain(value: Any) -> Any:
    return value if isinstance(value, (dict, list)) else scalar("item", value)
