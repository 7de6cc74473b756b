"""Points of metrics as the protobuf message `pivot.events.v1.MetricsReported`, written by hand.

The message, of schemas/pivot/events/v1/telemetry.proto:

    message MetricsReported {            message MetricSeries {
      uint32 attempt = 1;                  string name = 1;
      repeated MetricSeries series = 2;    repeated sint64 step_deltas = 2;   // packed
    }                                      repeated double values = 3;        // packed
                                           repeated sint64 time_deltas = 4;   // packed, microseconds since 1970
                                         }

A field is a tag (number * 8 + wire type) and, for wire type 2, a length and that many bytes. Numbers are varints: seven
bits a byte, least significant first, the high bit set on all but the last. A sint64 is first zigzagged: 0, -1, 1, -2 …
become 0, 1, 2, 3 …. Doubles are eight bytes, little-endian, so NaN payloads and -0.0 pass bit for bit. Steps and times
are the first number and then differences. Messages that are concatenated merge, and repeated fields append: so a series
is encoded once, the attempt is put in front when it is known, and batches of batches need no decoding.
"""

from __future__ import annotations

import sys
from array import array
from operator import sub
from typing import List, Sequence

MAXIMUM_STEP = 9_007_199_254_740_991
"""The largest step, which JSON still tells exactly."""

_ATTEMPT_TAG = b"\x08"
_SERIES_TAG = b"\x12"
_NAME_TAG = b"\x0a"
_STEPS_TAG = b"\x12"
_VALUES_TAG = b"\x1a"
_TIMES_TAG = b"\x22"


def varint(number: int) -> bytes:
    """An unsigned number, seven bits a byte."""
    if number < 0x80:
        return bytes((number,))
    digits = bytearray()
    while number >= 0x80:
        digits.append(number & 0x7F | 0x80)
        number >>= 7
    digits.append(number)
    return bytes(digits)


def zigzag(number: int) -> int:
    """A signed number of 64 bits as an unsigned one: small numbers of either sign stay small."""
    return number << 1 if number >= 0 else (-number << 1) - 1


_TABLE_SIZE = 1 << 14
_table: List[bytes] = []


def _zigzag_table() -> List[bytes]:
    # Made at first use: 16384 small objects would slow every import.
    if not _table:
        _table.extend(varint(number) for number in range(_TABLE_SIZE))
    return _table


def deltas(numbers: Sequence[int]) -> bytes:
    """The first number and each one's difference from the one before, as packed sint64 without tag and length."""
    count = len(numbers)
    if count == 0:
        return b""
    first = varint(zigzag(numbers[0]))
    if count == 1:
        return first
    stride = numbers[1] - numbers[0]
    last = numbers[-1]
    if isinstance(numbers, range) or (
        stride
        and last - numbers[0] == stride * (count - 1)
        and list(numbers) == list(range(numbers[0], last + stride, stride))
    ):
        return first + varint(zigzag(stride)) * (count - 1)
    rest = list(map(sub, numbers[1:], numbers))
    low, high = min(rest), max(rest)
    if low == high:
        return first + varint(zigzag(low)) * (count - 1)
    if low >= 0 and high < _TABLE_SIZE // 2:
        table = _zigzag_table()
        return first + b"".join([table[delta + delta] for delta in rest])
    return first + b"".join([varint(zigzag(delta)) for delta in rest])


def little_endian(values: "array[float]") -> bytes:
    """Doubles as eight bytes each."""
    if sys.byteorder == "big":
        values = array("d", values)
        values.byteswap()
    return values.tobytes()


def series(name: bytes, steps: bytes, values: bytes, times: bytes = b"") -> bytes:
    """One series as field 2 of the message. `steps` and `times` are of `deltas`, `values` of `little_endian`."""
    columns = ((_NAME_TAG, name), (_STEPS_TAG, steps), (_VALUES_TAG, values), (_TIMES_TAG, times))
    content = b"".join([tag + varint(len(column)) + column for tag, column in columns if column])
    return _SERIES_TAG + varint(len(content)) + content


def constant_deltas(number: int, count: int) -> bytes:
    """The deltas of `count` times the same number."""
    return varint(zigzag(number)) + b"\0" * (count - 1)


def attempt_field(attempt: int) -> bytes:
    """The attempt that measured, to stand in front of the series."""
    return _ATTEMPT_TAG + varint(attempt)
