"""What was logged and is not in the spool yet, and how it becomes records."""

from __future__ import annotations

from array import array
from typing import Callable, Dict, List, NamedTuple, Optional, Sequence, Tuple, Union, cast

from . import metrics_encoding as encoding
from .delivery import METRICS_HEAD
from .spool import Kind, encode


class Points(NamedTuple):
    """Points of one metric that came together; `times` in microseconds since 1970, one for all or one each."""

    name: str
    steps: Sequence[int]
    values: "array[float]"
    times: Union[int, Sequence[int]]


class Made(NamedTuple):
    """A record whose payload is made already."""

    kind: Kind
    payload: bytes
    command_id: Optional[str] = None


# One call of log(): the time in microseconds since 1970, the step, names and values.
Logged = Tuple[int, int, Tuple[Tuple[str, float], ...]]
Entry = Union[Logged, Points, Made]

# A record of single points has at most about this many.
RECORD_POINTS = 50_000


def cost(entry: Entry) -> int:
    """About how many bytes of memory an entry holds."""
    if isinstance(entry, Points):
        width = 0 if isinstance(entry.steps, range) else 36
        return 200 + len(entry.values) * (8 + width)
    if isinstance(entry, Made):
        return 200 + len(entry.payload)
    return 200 + 100 * len(cast(Logged, entry)[2])


def encoded(entries: Sequence[Entry], next_command_id: Callable[[], str]) -> List[bytes]:
    """The entries as records, in their order: calls of log() that follow each other are joined by metric."""
    records: List[bytes] = []
    columns: Dict[str, Tuple[List[int], "array[float]", List[int]]] = {}
    count = 0

    def close() -> None:
        nonlocal count
        if columns:
            records.append(encode(Kind.METRICS, next_command_id(), _joined(columns, count)))
            columns.clear()
            count = 0

    for entry in entries:
        if entry.__class__ is tuple:
            time, step, items = cast(Logged, entry)
            for name, value in items:
                column = columns.get(name)
                if column is None:
                    column = columns[name] = ([], array("d"), [])
                column[0].append(step)
                column[1].append(value)
                column[2].append(time)
                count += 1
            if count >= RECORD_POINTS:
                close()
        elif isinstance(entry, Points):
            close()
            records.append(encode(Kind.METRICS, next_command_id(), points_payload(entry)))
        else:
            close()
            assert isinstance(entry, Made)
            records.append(encode(entry.kind, entry.command_id or next_command_id(), entry.payload))
    close()
    return records


def points_payload(points: Points) -> bytes:
    """The payload of a record of one series."""
    count = len(points.values)
    times = (
        encoding.constant_deltas(points.times, count) if isinstance(points.times, int) else encoding.deltas(points.times)
    )
    series = encoding.series(
        points.name.encode(), encoding.deltas(points.steps), encoding.little_endian(points.values), times
    )
    last = points.steps[-1] if isinstance(points.steps, range) else max(points.steps)
    return METRICS_HEAD.pack(last, count) + series


def _joined(columns: Dict[str, Tuple[List[int], "array[float]", List[int]]], count: int) -> bytes:
    parts = [b""]
    last = 0
    for name, (steps, values, times) in columns.items():
        last = max(last, max(steps))
        parts.append(
            encoding.series(name.encode(), encoding.deltas(steps), encoding.little_endian(values), encoding.deltas(times))
        )
    parts[0] = METRICS_HEAD.pack(last, count)
    return b"".join(parts)
