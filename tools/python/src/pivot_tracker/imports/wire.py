"""Reading protobuf messages without their schema.

A message is a sequence of fields. A field is a tag, `number * 8 + wire type`, and its content: a varint (wire type 0: seven
bits a byte, least significant first, the high bit set on all but the last), 8 or 4 bytes (1 and 5), or a length as a varint
and that many bytes (2). Source: protobuf.dev, "Encoding".
"""

from __future__ import annotations

import struct
from typing import Dict, Iterator, List, Tuple, Union

Value = Union[int, bytes]
Message = Dict[int, List[Value]]

_DOUBLE = struct.Struct("<d")
_FLOAT = struct.Struct("<f")


class Malformed(ValueError):
    """The bytes are no protobuf message."""


def varint(data: bytes, at: int) -> Tuple[int, int]:
    """The varint at a place, and the place behind it. Raises `IndexError` when the bytes end in it."""
    byte = data[at]
    if byte < 0x80:
        return byte, at + 1
    number, shift = byte & 0x7F, 7
    while True:
        at += 1
        byte = data[at]
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number & 0xFFFF_FFFF_FFFF_FFFF, at + 1
        shift += 7
        if shift > 63:
            raise Malformed("A number has more than ten bytes.")


def fields(data: bytes) -> Iterator[Tuple[int, Value]]:
    """Each field's number and content: an int for varints, else its bytes. Raises `Malformed`."""
    at, end = 0, len(data)
    try:
        while at < end:
            tag = data[at]
            at += 1
            if tag >= 0x80:
                tag, at = varint(data, at - 1)
            kind = tag & 7
            if kind == 2:
                size = data[at]
                at += 1
                if size >= 0x80:
                    size, at = varint(data, at - 1)
            elif kind == 0:
                number, at = varint(data, at)
                yield tag >> 3, number
                continue
            elif kind == 1:
                size = 8
            elif kind == 5:
                size = 4
            else:
                raise Malformed(f"There is no wire type {kind}.")
            if at + size > end:
                raise Malformed("A field is longer than its message.")
            yield tag >> 3, data[at : at + size]
            at += size
    except IndexError:
        raise Malformed("The message ends within a field.") from None


def message(data: bytes) -> Message:
    """The contents of the fields, by number, in their order. Raises `Malformed`."""
    found: Message = {}
    for number, value in fields(data):
        found.setdefault(number, []).append(value)
    return found


def submessages(of: Message, number: int) -> List[bytes]:
    """The contents of a field that holds messages, texts or bytes."""
    return [value for value in of.get(number, ()) if isinstance(value, bytes)]


def part(of: Message, number: int) -> bytes:
    """The last content of such a field; empty without any."""
    found = submessages(of, number)
    return found[-1] if found else b""


def text(of: Message, number: int) -> str:
    """A text; empty without any."""
    return part(of, number).decode("utf-8", "replace")


def integer(of: Message, number: int) -> int:
    """A signed integer of at most 64 bits; 0 without any."""
    found = of.get(number)
    return signed(found[-1]) if found and isinstance(found[-1], int) else 0


def signed(value: int) -> int:
    """A varint as a signed integer of 64 bits."""
    return value - (1 << 64) if value >> 63 else value


def double(data: bytes) -> float:
    """Eight bytes as a double."""
    return float(_DOUBLE.unpack(data)[0])


def single(data: bytes) -> float:
    """Four bytes as a single-precision number, widened exactly."""
    return float(_FLOAT.unpack(data)[0])


def packed_doubles(of: Message, number: int) -> List[float]:
    """A repeated double, packed or not."""
    data = b"".join(submessages(of, number))
    return list(struct.unpack(f"<{len(data) // 8}d", data[: len(data) // 8 * 8]))


def packed_integers(of: Message, number: int) -> List[int]:
    """A repeated integer, packed or not."""
    found: List[int] = []
    for value in of.get(number, ()):
        if isinstance(value, int):
            found.append(signed(value))
            continue
        at = 0
        while at < len(value):
            item, at = varint(value, at)
            found.append(signed(item))
    return found
