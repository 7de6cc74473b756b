"""The numbers among what frameworks log."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional


def numbers_in(metrics: Optional[Mapping[str, Any]], without: tuple[str, ...] = ()) -> dict[str, float]:
    """The metrics that are numbers: Python's, and arrays and tensors of one element. Texts, booleans and others are left out."""
    found: dict[str, float] = {}
    for name, value in (metrics or {}).items():
        if name in without:
            continue
        if hasattr(value, "item"):
            if getattr(value, "size", 1) != 1 and getattr(value, "numel", lambda: 0)() != 1:
                continue
            value = value.item()
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            found[str(name)] = float(value)
    return found
