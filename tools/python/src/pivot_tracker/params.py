"""Settings of any shape as the flat parameters of a session."""

from __future__ import annotations

import dataclasses
import enum
import hashlib
import json
import math
import os
from typing import Any, Dict, Iterator, List, Mapping, NamedTuple, Tuple, Union

Parameter = Union[str, int, float, bool]

MAXIMUM_COUNT = 10_000
MAXIMUM_DEPTH = 64
MAXIMUM_NAME_BYTES = 255
MAXIMUM_TEXT_BYTES = 65_536
PART_BYTES = 160 << 10
"""The most bytes of params in one request: they must fit into one record of the server's log, of 256 KiB."""


def flattened(config: Any, what: str = "config") -> Dict[str, Parameter]:
    """The settings by dotted names: mappings are flattened, lists become JSON text, None becomes `null`.

    Takes mappings, dataclasses and argparse's namespaces; numbers of numpy and the like become Python's, and an empty mapping
    the text `{}`. `what` names the whole in errors. Raises `TypeError` or `ValueError`, naming the setting, for a value that
    is not accepted, and `ValueError` for two settings that would have the same name, such as `{"a.b": 1, "a": {"b": 2}}`.
    """
    flat: Dict[str, Parameter] = {}
    places: Dict[str, str] = {}
    for name, place, value in _leaves(_mapping(config, what), what, ""):
        length = len(name.encode("utf-8", "replace"))
        if not 1 <= length <= MAXIMUM_NAME_BYTES:
            raise ValueError(f"The setting {name[:80]!r}… has a name of {length} bytes; 1 to {MAXIMUM_NAME_BYTES} are allowed.")
        if name in places:
            raise ValueError(f"{places[name]} and {place} are both recorded as {name!r}; rename one of them.")
        places[name] = place
        flat[name] = scalar(name, value)
    if len(flat) > MAXIMUM_COUNT:
        raise ValueError(f"{what} has {len(flat)} settings; at most {MAXIMUM_COUNT} are accepted.")
    return flat


class Fitted(NamedTuple):
    """What of some settings a session can take, and what had to be changed for that."""

    params: Dict[str, Parameter]
    #: What was changed or left out, as a sentence; empty when nothing was.
    told: str


def fitted(config: Any, what: str, room: int = MAXIMUM_COUNT) -> Fitted:
    """As `flattened`, for settings that nobody chose with a session in mind: whatever does not fit is made to.

    Long names and texts are shortened, values of other types become text, of settings with the same name the last counts, and
    at most `room` are kept, the least nested first. Raises `TypeError` when `config` is no mapping at all.
    """
    params: Dict[str, Parameter] = {}
    changed: Dict[str, List[str]] = {}
    leaves = list(_leaves(_mapping(config, what), what, ""))
    if len(leaves) > room:
        # A model's ten thousand labels must not cost its learning rate.
        leaves.sort(key=lambda leaf: leaf[1].count("["))
    for name, _, value in leaves:
        fitting = fitting_name(name)
        if fitting not in params and len(params) >= room:
            changed.setdefault(f"left out, since a session has at most {MAXIMUM_COUNT}", []).append(fitting)
            continue
        if fitting != name:
            changed.setdefault("recorded under a shorter name", []).append(fitting)
        elif name in params:
            changed.setdefault("named twice, and the last of them is recorded", []).append(name)
        try:
            params[fitting] = scalar(fitting, value)
        except (TypeError, ValueError, RecursionError):
            text, is_cut = _fitting_text(value)
            changed.setdefault("shortened" if is_cut else "recorded as text", []).append(fitting)
            params[fitting] = text
    told = [f"{len(names):,} {'is' if len(names) == 1 else 'are'} {how} (the first is {names[0]!r})"
            for how, names in changed.items()]
    return Fitted(params, f"Of {what}, {'; '.join(told)}." if told else "")


def fitting_name(name: str) -> str:
    """A name of at most 255 bytes: of a longer one the beginning, with eight digits of its SHA-256 that tell it apart."""
    data = name.encode("utf-8", "replace")
    if 1 <= len(data) <= MAXIMUM_NAME_BYTES:
        return data.decode()
    if not data:
        return "(empty)"
    return data[: MAXIMUM_NAME_BYTES - 12].decode("utf-8", "ignore") + "…" + hashlib.sha256(data).hexdigest()[:8]


def _fitting_text(value: Any) -> Tuple[str, bool]:
    """A value as a text that fits, and whether it had to be cut."""
    try:
        if isinstance(value, (list, tuple, set, frozenset)):
            text = json.dumps(list(value), default=str)
        else:
            text = value if isinstance(value, str) else str(value)
    except Exception as error:  # of the value's own code, or since it contains itself
        text = f"<{type(value).__name__} that cannot be shown: {type(error).__name__}>"
    data = text.encode("utf-8", "replace")
    if len(data) <= MAXIMUM_TEXT_BYTES:
        return data.decode(), False
    return data[: MAXIMUM_TEXT_BYTES - 3].decode("utf-8", "ignore") + "…", True


def in_parts(flat: Mapping[str, Parameter]) -> List[Dict[str, Parameter]]:
    """The settings in the parts that the server takes at once; none when there are none."""
    parts: List[Dict[str, Parameter]] = []
    size = PART_BYTES
    for name, value in flat.items():
        bytes_needed = len(name.encode("utf-8", "replace")) + len(str(value).encode("utf-8", "replace")) + 16
        if size + bytes_needed > PART_BYTES:
            parts.append({})
            size = 0
        parts[-1][name] = value
        size += bytes_needed
    return parts


def _mapping(value: Any, name: str) -> Mapping[Any, Any]:
    if isinstance(value, Mapping):
        return value
    if _is_dataclass(value):
        try:
            return dataclasses.asdict(value)
        except Exception:  # It copies every value, which not every value allows.
            return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if type(value).__name__ == "Namespace":
        return dict(vars(value))
    raise TypeError(f"{name} must be a mapping of names to settings, not {type(value).__name__}.")


def _is_dataclass(value: Any) -> bool:
    return dataclasses.is_dataclass(value) and not isinstance(value, type)


def _leaves(mapping: Mapping[Any, Any], place: str, prefix: str, depth: int = 1) -> Iterator[Tuple[str, str, Any]]:
    """Each setting's dotted name, how a program writes where it is (`config['a']['b']`), and its value.

    A mapping at the greatest depth, as in one that contains itself, is a value, which `scalar` does not accept.
    """
    for key, value in mapping.items():
        name, inner = f"{prefix}{key}", f"{place}[{key!r}]"
        if (isinstance(value, Mapping) or _is_dataclass(value)) and depth < MAXIMUM_DEPTH:
            nested = _mapping(value, name)
            if nested:
                yield from _leaves(nested, inner, name + ".", depth + 1)
            else:
                yield name, inner, "{}"
        else:
            yield name, inner, value


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
