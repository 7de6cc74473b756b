"""Numbers of every library as Python's own, without importing the library."""

from __future__ import annotations

import math
import operator
from array import array
from collections.abc import Iterator, Mapping
from typing import Any, List, Sequence, Tuple, Union

from .metrics_encoding import MAXIMUM_STEP

MAXIMUM_NAME_BYTES = 255
RESERVED_NAMES = ("epoch", "timestamp")
_DIRECT = frozenset("dfbBhHiIlLqQ")


def number(name: str, value: Any) -> float:
    """A value as a double: of Python's numbers, Decimal and Fraction, and of arrays and tensors with one element.

    True is 1 and False is 0. Raises `TypeError`, naming the metric, for a value that is not a single number, and `ValueError`
    for a finite one that is beyond a double's range.
    """
    if isinstance(value, float):
        return float(value)
    if not isinstance(value, (str, bytes, bytearray)) and value is not None:
        try:
            # PyTorch warns when a loss that still has its graph is read.
            detach = getattr(value, "detach", None)
            plain = value if detach is None else detach()
            item = getattr(plain, "item", None)
            if callable(item):
                plain = item()
            found = float("x") if isinstance(plain, (str, bytes)) else float(plain)
        except OverflowError as error:
            raise _beyond(name, value) from error
        except (TypeError, ValueError, RuntimeError, AttributeError) as error:
            shape = getattr(value, "shape", None)
            told = f" of shape {tuple(shape)}" if isinstance(shape, tuple) and len(shape) > 0 else ""
            raise TypeError(f"The metric {name!r} must be a single number, not {type(value).__name__}{told}.") from error
        is_infinite = getattr(plain, "is_infinite", None)
        if math.isinf(found) and callable(is_infinite) and not is_infinite():
            raise _beyond(name, value)
        return found
    raise TypeError(f"The metric {name!r} must be a single number, not {type(value).__name__}.")


def _beyond(name: str, value: Any) -> ValueError:
    return ValueError(f"The metric {name!r} has {type(value).__name__} beyond ±1.8e308, the range of a double.")


def leaves_of(metrics: Mapping[Any, Any], prefix: str = "") -> Iterator[Tuple[Any, Any]]:
    """The names and values of metrics; those of nested mappings are joined by dots, as params are.

    Raises `TypeError` for a mapping whose own name is not a string.
    """
    for name, value in metrics.items():
        if isinstance(value, Mapping):
            if not isinstance(name, str):
                check_name(name)
            yield from leaves_of(value, f"{prefix}{name}.")
        else:
            yield (f"{prefix}{name}" if prefix and isinstance(name, str) else name), value


def check_name(name: Any) -> None:
    """Raises `TypeError` or `ValueError` for what cannot be a metric's name."""
    if not isinstance(name, str):
        raise TypeError(f"A metric's name must be a string, not {type(name).__name__} {name!r}.")
    try:
        length = len(name.encode())
    except UnicodeEncodeError as error:
        raise ValueError(f"The metric's name {name[:80]!r} is not Unicode text: {error}.") from error
    if not 1 <= length <= MAXIMUM_NAME_BYTES:
        raise ValueError(f"The metric's name {name[:80]!r} has {length} bytes; 1 to {MAXIMUM_NAME_BYTES} are allowed.")
    if any(ord(letter) < 32 or ord(letter) == 127 for letter in name):
        raise ValueError(f"The metric's name {name!r} contains control characters.")
    if name in RESERVED_NAMES:
        raise ValueError(f"A metric must not be called {name!r}, since every record has a field of that name.")


def step_number(step: Any) -> int:
    """A step as Python's integer. Raises `TypeError` unless it is a whole number, and `ValueError` beyond the range."""
    try:
        whole = operator.index(step)
    except TypeError as error:
        raise TypeError(f"A step must be a whole number, not {type(step).__name__} {step!r}.") from error
    if not 0 <= whole <= MAXIMUM_STEP:
        raise ValueError(f"A step must be from 0 to {MAXIMUM_STEP}, not {whole}.")
    return whole


def doubles(name: str, values: Any) -> "array[float]":
    """Many values as an array of doubles: a copy. Takes lists, arrays and tensors of one dimension."""
    if isinstance(values, array) and values.typecode == "d":
        return array("d", values)
    flat = _plain(values)
    if isinstance(flat, memoryview):
        if flat.format == "d":
            copied = array("d")
            copied.frombytes(flat.cast("B"))
            return copied
        flat = flat.tolist()
    try:
        return array("d", flat)
    except TypeError:
        return array("d", [number(name, value) for value in flat])


def steps_of(steps: Any, count: int, following: int) -> Sequence[int]:
    """The steps of `count` points: from `following` when None, from a number on, or one each."""
    if steps is None:
        steps = following
    if isinstance(steps, int):
        steps = range(step_number(steps), step_number(steps) + count)
    if not isinstance(steps, range):
        flat = _plain(steps)
        listed: List[int] = flat.tolist() if isinstance(flat, memoryview) else list(flat)
        if set(map(type, listed)) != {int}:
            listed = [step_number(step) for step in listed]
        steps = listed
    if len(steps) != count:
        raise ValueError(f"There are {count} values and {len(steps)} steps; give one step for each value.")
    for step in (min(steps), max(steps)) if not isinstance(steps, range) else (steps[0], steps[-1]):
        step_number(step)
    return steps  # type: ignore[no-any-return]


def _plain(values: Any) -> Union[memoryview, Sequence[Any]]:
    """The values as memory of numbers where they are that, else as a list."""
    if isinstance(values, (list, tuple)):
        return values
    try:
        view = memoryview(values)
    except (TypeError, ValueError, RuntimeError, BufferError):
        view = None
    if view is not None and view.ndim == 1 and view.contiguous and view.format in _DIRECT:
        return view
    listed = values.tolist() if hasattr(values, "tolist") else list(values)
    if not isinstance(listed, list) or (listed and isinstance(listed[0], list)):
        raise TypeError(f"The values must have one dimension; the {type(values).__name__} given has another shape.")
    return listed


def readable(value: float) -> str:
    """A metric with four significant digits, as the command line shows it: `0.2345`, `12.30`, `1.000e-05`, `NaN`."""
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "-∞" if value < 0 else "∞"
    if value == 0:
        return "0"
    scientific = f"{value:.3e}"
    exponent = int(scientific.rpartition("e")[2])
    return scientific if exponent < -3 or abs(value) >= 999_999.5 else f"{value:.{max(0, 3 - exponent)}f}"
