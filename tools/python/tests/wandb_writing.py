"""Writes W&B's offline files: the log framing and the protobuf messages, by the numbers of their fields."""

import json
import struct
import zlib

BEGIN = b":W&B\xe1\xbe\x00"
BLOCK = 32768


def varint(number):
    """A number of protobuf."""
    number &= (1 << 64) - 1
    digits = bytearray()
    while number >= 0x80:
        digits.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*digits, number])


def field(number, value):
    """A field: an integer, a text, bytes, or a message as bytes."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    data = value.encode() if isinstance(value, str) else value
    return varint(number << 3 | 2) + varint(len(data)) + data


def framed(*records):
    """The file of some records."""
    file = bytearray(BEGIN)
    for record in records:
        rest, is_first = record, True
        while is_first or rest:
            room = BLOCK - len(file) % BLOCK
            if room < 7:
                file += bytes(room)
                room = BLOCK
            part, rest = rest[: room - 7], rest[room - 7 :]
            kind = {(True, True): 1, (True, False): 2, (False, False): 3, (False, True): 4}[is_first, not rest]
            file += struct.pack("<IHB", zlib.crc32(bytes([kind]) + part), len(part), kind) + part
            is_first = False
    return bytes(file)


def item(path, value, json_field=16):
    """A HistoryItem, SummaryItem or ConfigItem."""
    keys = b"".join(field(2, key) for key in path) if isinstance(path, tuple) else field(1, path)
    return field(1, keys + field(json_field, json.dumps(value)))


def history(step, values, time=None):
    """A record of the history; `values` by key, or by a tuple of nested keys."""
    items = [item(path, value) for path, value in values.items()]
    if time is not None:
        items.append(item(("_timestamp",), time))
    return field(2, b"".join(items) + item(("_step",), step) + field(2, field(1, step)))


def run(run_id="abc", project="project", name="", config=None, tags=(), notes="", group=""):
    """The record of a run."""
    content = field(1, run_id) + field(3, project) + field(4, b"".join(item(k, v) for k, v in (config or {}).items()))
    for number, text in ((6, group), (8, name), (9, notes), *((10, tag) for tag in tags)):
        if text:
            content += field(number, text)
    return field(17, content + field(17, field(1, 1_700_000_000) + field(2, 5000)))


def summary(values):
    """A record of the summary."""
    return field(3, b"".join(item(path, value) for path, value in values.items()))


def output(text, stream=1, seconds=1_700_000_000):
    """A piece of output."""
    return field(13, field(1, stream) + field(2, field(1, seconds)) + field(3, text))


def ended(code):
    """The record of the end."""
    return field(18, field(1, code))


def write(folder, *records, run_id="abc"):
    """Writes a run's file, and returns its path."""
    (folder / "files").mkdir(parents=True, exist_ok=True)
    path = folder / f"run-{run_id}.wandb"
    path.write_bytes(framed(*records))
    return path
