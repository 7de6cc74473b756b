"""The numbers among what frameworks log."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Optional

from ..number_reading import RESERVED_NAMES, number
from ..params import fitting_name

#: The most bytes of JSON that a checkpoint's metrics may take.
CHECKPOINT_METRICS_BYTES = 8192


def numbers_in(metrics: Optional[Mapping[str, Any]], without: tuple[str, ...] = ()) -> dict[str, float]:
    """The metrics that are numbers, under names that a session takes. Never raises.

    Taken are Python's numbers, and arrays and tensors of one element; texts, booleans and others are left out. Names that are
    too long are shortened, control characters in them become spaces, and `epoch` and `timestamp` get an underscore behind,
    since every record has fields of these names.
    """
    found: dict[str, float] = {}
    for name, value in (metrics or {}).items():
        if name in without or isinstance(value, (bool, str, bytes)) or value is None:
            continue
        try:
            found[_fitting(str(name))] = number(str(name), value)
        except (TypeError, ValueError):
            continue
    return found


def fitting_metrics(metrics: Mapping[str, float], first: Optional[str] = None) -> dict[str, float]:
    """As many of the metrics as a checkpoint may have, `first` before all others."""
    kept: dict[str, float] = {}
    size = 2
    for name in sorted(metrics, key=lambda name: name != first):
        size += len(json.dumps(name)) + len(json.dumps(metrics[name])) + 4
        if size > CHECKPOINT_METRICS_BYTES:
            break
        kept[name] = metrics[name]
    return kept


def _fitting(name: str) -> str:
    text = "".join(" " if ord(letter) < 32 or ord(letter) == 127 else letter for letter in name)
    return fitting_name(f"{text}_" if text in RESERVED_NAMES else text)
