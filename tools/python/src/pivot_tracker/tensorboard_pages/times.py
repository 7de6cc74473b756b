"""Times of the API as the numbers that TensorBoard works with."""

from __future__ import annotations

import calendar
import functools


def seconds(text: str) -> float:
    """Seconds since 1970 of a time in RFC 3339 with `Z`, such as `2026-01-05T10:00:12.345678Z`: the nearest double."""
    whole, _, fraction = text[17:-1].partition(".")
    total = _minute(text[:16]) + int(whole)
    # One division of whole numbers rounds once; a sum of doubles would round twice.
    scale: int = 10 ** len(fraction)
    return (total * scale + int(fraction or 0)) / scale


@functools.lru_cache(maxsize=4096)
def _minute(text: str) -> int:
    year, month, day = int(text[:4]), int(text[5:7]), int(text[8:10])
    return calendar.timegm((year, month, day, int(text[11:13]), int(text[14:16]), 0))
