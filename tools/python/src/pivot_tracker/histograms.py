"""Histograms: numbers from lists, arrays and tensors, counted in bins of equal width.

The document is `{"format": "pivot.histogram", "version": 1, "edges": […], "counts": […], …}`, with
- `edges`: one more than bins, ascending; bin i counts the values of `edges[i] <= value < edges[i + 1]`, the last one its
  upper edge too. When all values are equal, the bins extend half a unit to both sides.
- `counts`: the values of each bin; their sum and the three counts below make `total_count`.
- `nan_count`, `positive_infinity_count`, `negative_infinity_count`: the values that are in no bin.
- `min`, `max`, `mean`: of the finite values; absent when there is none, and `edges` and `counts` are empty then.
"""

from __future__ import annotations

import math
import sys
from bisect import bisect_right
from collections.abc import Iterable
from typing import Any

#: The most bins of a histogram.
MAXIMUM_BINS = 10_000


def histogram_document(values: Any, bins: int = 64) -> dict[str, Any]:
    """The document of some numbers.

    `values` is a number or any iterable of numbers; arrays and tensors may have any shape. Raises ValueError for
    a number of bins that is not accepted, and TypeError for values that are not numbers.
    """
    if isinstance(bins, bool) or not isinstance(bins, int) or not 1 <= bins <= MAXIMUM_BINS:
        raise ValueError(f"histogram(): bins must be an integer from 1 to {MAXIMUM_BINS}, not {bins!r}.")
    value = values
    if hasattr(value, "detach"):
        value = value.detach().cpu().flatten()
        if "numpy" in sys.modules:
            value = value.double().numpy()
        else:
            value = value.tolist()
    numpy = sys.modules.get("numpy")
    if numpy is not None and (hasattr(value, "__array__") or hasattr(value, "__array_interface__")):
        return _from_array(numpy, numpy.asarray(value), bins)
    return _from_numbers(_numbers(value), bins)


def _numbers(value: Any) -> list[float]:
    items = value if isinstance(value, Iterable) and not isinstance(value, (str, bytes, dict)) else (value,)
    numbers: list[float] = []
    for item in items:
        if isinstance(item, (list, tuple)):
            numbers.extend(_numbers(item))
            continue
        if isinstance(item, (str, bytes, dict)) or not hasattr(item, "__float__"):
            raise TypeError(f"histogram(): a {type(item).__name__} is not a number; give a list, an array or a tensor of numbers.")
        numbers.append(float(item))
    return numbers


def _from_numbers(numbers: list[float], bins: int) -> dict[str, Any]:
    finite = [number for number in numbers if math.isfinite(number)]
    document = _document(
        total=len(numbers),
        nan=sum(1 for number in numbers if math.isnan(number)),
        positive=sum(1 for number in numbers if number == math.inf),
        negative=sum(1 for number in numbers if number == -math.inf),
    )
    if not finite:
        return document
    least, greatest = min(finite), max(finite)
    edges = _edges(least, greatest, bins)
    counts = [0] * bins
    for number in finite:
        counts[min(bisect_right(edges, number) - 1, bins - 1)] += 1
    # Each term is divided, so that the sum of great numbers stays finite.
    mean = min(max(math.fsum(number / len(finite) for number in finite), least), greatest)
    document.update(edges=edges, counts=counts, min=least, max=greatest, mean=mean)
    return document


def _from_array(numpy: Any, array: Any, bins: int) -> dict[str, Any]:
    if array.dtype.kind not in "biuf":
        raise TypeError(f"histogram(): values of the type {array.dtype} are not numbers.")
    flat = array.reshape(-1).astype(numpy.float64)
    finite = flat[numpy.isfinite(flat)]
    document = _document(
        total=int(flat.size),
        nan=int(numpy.isnan(flat).sum()),
        positive=int((flat == math.inf).sum()),
        negative=int((flat == -math.inf).sum()),
    )
    if finite.size == 0:
        return document
    least, greatest = float(finite.min()), float(finite.max())
    edges = _edges(least, greatest, bins)
    # Where each edge stands among the sorted values: exact for any edges, in O(n log n).
    finite.sort()
    places = numpy.searchsorted(finite, edges[1:-1], side="left").tolist()
    bounds = [0, *places, int(finite.size)]
    counts = [after - before for before, after in zip(bounds, bounds[1:])]
    mean = min(max(float((finite / finite.size).sum()), least), greatest)
    document.update(edges=edges, counts=counts, min=least, max=greatest, mean=mean)
    return document


def _document(total: int, nan: int, positive: int, negative: int) -> dict[str, Any]:
    return {
        "format": "pivot.histogram",
        "version": 1,
        "edges": [],
        "counts": [],
        "total_count": total,
        "nan_count": nan,
        "positive_infinity_count": positive,
        "negative_infinity_count": negative,
    }


def _edges(least: float, greatest: float, bins: int) -> list[float]:
    if least == greatest:
        margin = max(0.5, abs(least) * 2**-40)
        least, greatest = max(least - margin, -sys.float_info.max), min(greatest + margin, sys.float_info.max)
    # Both ends are weighed, since their difference may be beyond the greatest number.
    inner = [least * (1 - place / bins) + greatest * (place / bins) for place in range(1, bins)]
    # Rounding must not lead out of the range, nor back.
    edges = [least]
    for edge in inner:
        edges.append(min(max(edge, edges[-1]), greatest))
    edges.append(greatest)
    return edges
