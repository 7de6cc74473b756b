"""TensorBoard's event files: every folder that holds some is a run, called by its path below the folder that is imported.

| in the file | in the session |
|---|---|
| scalars: `simple_value`, and tensors with one element of the scalars plugin or without dimensions | points, with their steps and times |
| images, of the old and the new form | `images/<tag>/<step>.png` of kind image; of several in one `…/<step>-<number>.png` |
| histograms, of the old and the new form | `histograms/<tag>/<step>.json`, with TensorBoard's own buckets |
| text | `text/<tag>/<step>.md` of kind text |
| hparams | params; a session's end of the plugin says whether it completed or failed |

Single and half precision are widened exactly. Other plugins (audio, curves, graphs, meshes) are left out, and told.

Files of a folder are read in the order of their names, which begin with the time, as TensorBoard reads them. When a later file
records a tag again from an earlier step on, it replaces what earlier files have of that tag from there on; a
`SessionLog.START` (`purge_step`) replaces all that there is from its step on.

The messages are tensorflow's `event.proto`, `summary.proto` and `tensor.proto`, and tensorboard's
`plugins/hparams/plugin_data.proto`; the numbers below are those of their fields.
"""

from __future__ import annotations

import json
import math
import os
import pathlib
import struct
from typing import Any, Callable, Dict, Iterator, List, NamedTuple, Optional, Tuple

from . import wire
from .source import Finding, Series, SourceArtifact, SourceRun, UnreadableSource, is_step, microseconds_of, safe_path
from .tfrecords import RecordFile

_FLOAT = struct.Struct("<f")
_DOUBLE = struct.Struct("<d")

#: struct's letter and the field that holds the values when `tensor_content` does not, by DataType.
_NUMBERS: Dict[int, Tuple[str, int]] = {
    1: ("f", 5), 2: ("d", 6), 3: ("i", 7), 4: ("B", 7), 5: ("h", 7), 6: ("b", 7), 9: ("q", 10), 10: ("?", 11),
    17: ("H", 7), 19: ("e", 13), 22: ("I", 16), 23: ("Q", 17),
}
_HALF, _BFLOAT16, _STRING = 19, 14, 7
_START = 1

_IMAGE_TYPES = (
    (b"\x89PNG\r\n\x1a\n", "png", "image/png"), (b"\xff\xd8\xff", "jpg", "image/jpeg"), (b"GIF8", "gif", "image/gif"),
)


class Tensor(NamedTuple):
    """A tensor's sizes, and its elements in order: numbers, or the bytes of strings."""

    shape: List[int]
    elements: List[Any]


def event_folders(root: pathlib.Path) -> List[pathlib.Path]:
    """The folders below one, itself included, that hold event files. Raises `UnreadableSource` when there is no folder."""
    if root.is_file() and _is_event_file(root.name):
        return [root.parent]
    if not root.is_dir():
        raise UnreadableSource(f"There is no folder {root}.")
    found = [pathlib.Path(folder) for folder, _, files in os.walk(root, followlinks=True) if any(map(_is_event_file, files))]
    return sorted(found)


def _is_event_file(name: str) -> bool:
    # As TensorBoard tells them, apart from the profiler's.
    return "tfevents" in name and not name.endswith((".profile-empty", ".gz"))


class EventFolder:
    """One run's files. `read` may be called again as they grow, and as further ones appear."""

    def __init__(self, folder: pathlib.Path, root: pathlib.Path) -> None:
        resolved = folder.resolve()
        first = min(path.name for path in folder.iterdir() if _is_event_file(path.name))
        below = os.path.relpath(resolved, root.resolve() if root.is_dir() else root.resolve().parent)
        name = resolved.name if below == "." else pathlib.PurePath(below).as_posix()
        # The first file's name holds when and where the run began.
        self.run = SourceRun(f"tensorboard:{resolved}:{first}", name, str(resolved), "tensorboard")
        self._folder = folder
        self._files: Dict[str, RecordFile] = {}
        self._told: Dict[str, int] = {}
        self._is_tail_told: Dict[str, int] = {}
        self._plugins: Dict[str, str] = {}
        self._names: Dict[str, str] = {}
        #: The file that each tag was last read from, by the order of the files.
        self._last_file: Dict[str, int] = {}
        self._left_out: Dict[str, int] = {}
        self._shortcuts: Dict[bytes, Series] = {}
        self._file = 0

    @property
    def is_there(self) -> bool:
        """Whether the folder still is there."""
        return self._folder.is_dir()

    @property
    def size(self) -> int:
        """The bytes of all files."""
        return sum(path.stat().st_size for path in self._paths())

    def read(self, told: Callable[[int], None] = lambda offset: None) -> None:
        """Reads what has come since the last time into `run`."""
        read_before = 0
        for self._file, path in enumerate(self._paths()):
            file = self._files.setdefault(path.name, RecordFile(path))
            self._shortcuts.clear()
            try:
                for count, record in enumerate(file.records()):
                    self._take(record, file)
                    if count & 0x3FFF == 0:
                        told(read_before + file.offset)
            except OSError as error:
                self.run.findings.append(Finding(f"It cannot be read: {error.strerror or error}", str(path), is_loss=True))
            read_before += file.offset
            self.run.findings.extend(file.findings)
            file.findings.clear()
        self.run.files = len(self._files)
        told(read_before)

    def tell_the_rest(self) -> None:
        """Adds to the findings what is known only when nothing more is expected: unfinished records, what was left out."""
        for file in self._files.values():
            if file.tail is not None and self._is_tail_told.get(file.path.name) != file.offset:
                self._is_tail_told[file.path.name] = file.offset
                self.run.findings.append(file.tail)
        for what, count in self._left_out.items():
            self.run.findings.append(Finding(f"{count:,} {what} were left out.", self.run.source))
        self._left_out.clear()

    def _paths(self) -> List[pathlib.Path]:
        return sorted(path for path in self._folder.iterdir() if _is_event_file(path.name) and path.is_file())

    # Events

    def _take(self, record: bytes, file: RecordFile) -> None:
        try:
            if not self._take_quickly(record):
                self._take_event(record)
        except (wire.Malformed, IndexError, struct.error, ValueError, OverflowError, RecursionError) as error:
            self.run.findings.append(
                Finding(f"A record of {len(record)} bytes is no event that can be read: {error}", str(file.path),
                        byte=file.offset - len(record) - 16, is_loss=True))

    def _take_quickly(self, record: bytes) -> bool:
        """Takes an event with one scalar of a tag that was read before and is written alike: 9 of 10 are."""
        # wall_time = 1 (double), step = 2 (varint), summary = 5, whose only value ends with simple_value = 2 (float).
        try:
            if record[0] != 0x09 or record[9] != 0x10:
                return False
            step = record[10]
            at = 11
            if step >= 0x80:
                step, at = wire.varint(record, 10)
                if not is_step(step):
                    return False
            series = self._shortcuts.get(record[at:-4])
        except IndexError:
            return False
        if series is None:
            return False
        time = microseconds_of(_DOUBLE.unpack_from(record, 1)[0])
        if time is None:
            return False
        series.steps.append(step)
        series.values.append(_FLOAT.unpack_from(record, len(record) - 4)[0])
        series.times.append(time)
        return True

    def _take_event(self, record: bytes) -> None:
        event = wire.message(record)
        time = wire.double(wire.part(event, 1)) if 1 in event else 0.0
        step = wire.integer(event, 2)
        if 7 in event and wire.integer(wire.message(wire.part(event, 7)), 1) == _START:
            self._purge(step)
        for summary in wire.submessages(event, 5):
            for value in wire.submessages(wire.message(summary), 1):
                self._take_value(value, step, time)
        self._learn_shortcut(record, event, step)

    def _take_value(self, data: bytes, step: int, time: float) -> None:
        value = wire.message(data)
        tag = wire.text(value, 1)
        if 9 in value:
            plugin = wire.message(wire.part(wire.message(wire.part(value, 9)), 1))
            self._plugins[tag] = wire.text(plugin, 1)
            if self._plugins[tag] == "hparams":
                self._take_hparams(wire.message(wire.part(plugin, 2)))
                return
        if not is_step(step):
            self._leave_out("values with a negative step")
        elif microseconds_of(time) is None:
            self._leave_out("values whose time is not from 1970 to 9999")
        elif 2 in value:
            self._add(tag, step, wire.single(wire.part(value, 2)), time)
        elif 4 in value:
            self._put_images(tag, step, [wire.part(wire.message(wire.part(value, 4)), 4)])
        elif 5 in value:
            self._put_histogram(tag, step, _of_proto(wire.message(wire.part(value, 5))))
        elif 8 in value:
            self._take_tensor(tag, step, time, wire.part(value, 8))
        else:
            self._leave_out(f"values of {self._plugins.get(tag) or 'no known kind'}")

    def _take_tensor(self, tag: str, step: int, time: float, data: bytes) -> None:
        plugin = self._plugins.get(tag, "")
        tensor = read_tensor(data)
        if tensor is None or plugin not in ("", "scalars", "images", "histograms", "text"):
            self._leave_out(f"values of {plugin or 'unknown tensors'}")
        elif plugin == "images":
            self._put_images(tag, step, [one for one in tensor.elements[2:] if isinstance(one, bytes)])
        elif plugin == "histograms":
            self._put_histogram(tag, step, _of_buckets(tensor))
        elif plugin == "text":
            self._put_text(tag, step, tensor)
        elif len(tensor.elements) == 1 and not isinstance(tensor.elements[0], bytes) and (plugin or not tensor.shape):
            self._add(tag, step, float(tensor.elements[0]), time)
        else:
            self._leave_out("tensors that are no scalars")

    def _leave_out(self, what: str) -> None:
        self._left_out[what] = self._left_out.get(what, 0) + 1

    # Scalars

    def _add(self, tag: str, step: int, value: float, time: float) -> None:
        name = self._name(tag)
        series = self.run.series.setdefault(name, Series())
        self._begin_tag(tag, name, step)
        series.add(step, value, microseconds_of(time))

    def _name(self, tag: str) -> str:
        if tag not in self._names:
            self._names[tag] = self.run.name_of_metric(tag or "(empty)")
        return self._names[tag]

    def _begin_tag(self, tag: str, name: str, step: int) -> None:
        """When a file has a tag for the first time, forgets what earlier files have of it from that step on."""
        if self._last_file.get(tag, self._file) < self._file and self.run.series[name].forget(step):
            self.run.restarts.append(step)
        self._last_file[tag] = max(self._file, self._last_file.get(tag, 0))

    def _learn_shortcut(self, record: bytes, event: wire.Message, step: int) -> None:
        if len(record) < 16 or list(event) != [1, 2, 5] or len(event[5]) != 1 or record[0] != 0x09 or record[9] != 0x10:
            return
        value = wire.message(wire.part(event, 5)).get(1, [])
        if len(value) != 1 or not isinstance(value[0], bytes):
            return
        single = wire.message(value[0])
        if sorted(single) == [1, 2] and value[0][-5] == 0x15 and is_step(step):
            tag = wire.text(single, 1)
            series = self.run.series.get(self._name(tag))
            if series is not None:
                self._shortcuts[record[wire.varint(record, 10)[1] : -4]] = series

    def _purge(self, step: int) -> None:
        """Forgets everything from a step on, which the run is about to record again."""
        run = self.run
        forgotten = [series.forget(step) for series in run.series.values()]
        late = [path for path, artifact in run.artifacts.items() if artifact.step is not None and artifact.step >= step]
        for path in late:
            del run.artifacts[path]
        if any(forgotten) or late:
            run.restarts.append(step)

    # Pictures, histograms, texts

    def _put(self, kind: str, tag: str, step: int, path: str, data: bytes, content_type: str) -> None:
        self.run.put(SourceArtifact(path, data, content_type, kind, safe_path(tag), step))

    def _put_images(self, tag: str, step: int, pictures: List[bytes]) -> None:
        for number, picture in enumerate(pictures):
            for signature, ending, content_type in _IMAGE_TYPES:
                if picture.startswith(signature):
                    place = f"{step}-{number}" if len(pictures) > 1 else str(step)
                    self._put("image", tag, step, f"images/{safe_path(tag)}/{place}.{ending}", picture, content_type)
                    break
            else:
                self._leave_out("images of an unknown format")

    def _put_histogram(self, tag: str, step: int, document: Dict[str, Any]) -> None:
        data = json.dumps(document, allow_nan=False, separators=(",", ":")).encode()
        self._put("histogram", tag, step, f"histograms/{safe_path(tag)}/{step}.json", data, "application/json")

    def _put_text(self, tag: str, step: int, tensor: Tensor) -> None:
        data = b"\n\n".join(one for one in tensor.elements if isinstance(one, bytes))
        tag = tag[: -len("/text_summary")] if tag.endswith("/text_summary") else tag
        self._put("text", tag, step, f"text/{safe_path(tag)}/{step}.md", data, "text/markdown")

    # Settings

    def _take_hparams(self, plugin: wire.Message) -> None:
        for start in wire.submessages(plugin, 3):
            for entry in wire.submessages(wire.message(start), 1):
                pair = wire.message(entry)
                self.run.params[wire.text(pair, 1)] = _plain(wire.part(pair, 2))
        for end in wire.submessages(plugin, 4):
            if wire.integer(wire.message(end), 1) == 2:
                self.run.outcome, self.run.message = "failed", "The hparams plugin recorded a failure."


def _plain(data: bytes) -> object:
    """google.protobuf.Value as Python's."""
    for number, value in wire.fields(data):
        if number == 2 and isinstance(value, bytes):
            return wire.double(value)
        if number == 3 and isinstance(value, bytes):
            return value.decode("utf-8", "replace")
        if number == 4:
            return bool(value)
        if number == 5 and isinstance(value, bytes):
            entries = [wire.message(one) for one in wire.submessages(wire.message(value), 1)]
            return {wire.text(entry, 1): _plain(wire.part(entry, 2)) for entry in entries}
        if number == 6 and isinstance(value, bytes):
            return [_plain(one) for one in wire.submessages(wire.message(value), 1)]
    return None


def read_tensor(data: bytes) -> Optional[Tensor]:
    """A TensorProto of numbers or strings; None for other types. Raises `wire.Malformed` or `ValueError`."""
    tensor = wire.message(data)
    kind = wire.integer(tensor, 1)
    sizes = [wire.integer(wire.message(size), 1) for size in wire.submessages(wire.message(wire.part(tensor, 2)), 2)]
    count = math.prod(sizes)
    if kind == _STRING:
        return Tensor(sizes, list(wire.submessages(tensor, 8)))
    content = wire.part(tensor, 4)
    if kind == _BFLOAT16:
        halves = struct.unpack(f"<{len(content) // 2}H", content) if content else tuple(wire.packed_integers(tensor, 13))
        return Tensor(sizes, _filled([_FLOAT.unpack(struct.pack("<I", half << 16))[0] for half in halves], count))
    if kind not in _NUMBERS:
        return None
    letter, number = _NUMBERS[kind]
    if content:
        return Tensor(sizes, list(struct.unpack(f"<{count}{letter}", content)))
    elements: List[Any]
    if letter in "fd":
        packed = b"".join(wire.submessages(tensor, number))
        elements = list(struct.unpack(f"<{len(packed) // struct.calcsize(letter)}{letter}", packed))
    else:
        elements = list(wire.packed_integers(tensor, number))
        if kind == _HALF:
            elements = [struct.unpack("<e", struct.pack("<H", half))[0] for half in elements]
        elif letter == "Q":
            elements = [value & 0xFFFF_FFFF_FFFF_FFFF for value in elements]
    return Tensor(sizes, _filled(elements, count))


def _filled(elements: List[Any], count: int) -> List[Any]:
    """The elements of a tensor whose last one stands for all that follow; without any, they are 0."""
    if count > 1 << 24:
        raise ValueError(f"A tensor of {count} elements is not read.")
    return elements + [elements[-1] if elements else 0] * (count - len(elements))


def _of_proto(histogram: wire.Message) -> Dict[str, Any]:
    """A HistogramProto: its buckets reach from the limit before to their own; the outermost limits may be the greatest doubles."""
    low, high, number, total = (wire.double(wire.part(histogram, field)) if field in histogram else 0.0 for field in (1, 2, 3, 4))
    limits, counts = wire.packed_doubles(histogram, 6), wire.packed_doubles(histogram, 7)
    if not number or len(limits) != len(counts) or not math.isfinite(low) or not math.isfinite(high):
        return _document([], [], None)
    inner = [min(max(limit, low), high) for limit in limits]
    # The first bucket that holds anything begins at the least value.
    kept = [(edge, count) for edge, count in zip(inner, counts) if count or low < edge]
    edges = [low, *(edge for edge, _ in kept)]
    return _document(edges, [count for _, count in kept], (low, high, total / number))


def _of_buckets(tensor: Tensor) -> Dict[str, Any]:
    """The histogram plugin's tensor, [bucket][left edge, right edge, count]."""
    rows = [tensor.elements[at : at + 3] for at in range(0, len(tensor.elements) - 2, 3)]
    if len(tensor.shape) != 2 or tensor.shape[1] != 3 or not rows or not all(map(math.isfinite, tensor.elements)):
        return _document([], [], None)
    return _document([float(rows[0][0]), *(float(row[1]) for row in rows)], [row[2] for row in rows], None)


def _document(edges: List[float], counts: List[float], known: Optional[Tuple[float, float, float]]) -> Dict[str, Any]:
    """The form that `pivot_tracker.histograms` describes. The plugin's tensor tells no mean, and its outermost edges are the
    least and the greatest value."""
    if edges and edges[0] == edges[-1]:
        margin = max(0.5, abs(edges[0]) * 2**-40)
        low, high = edges[0], edges[-1]
        edges, counts = [low - margin, high + margin], [sum(counts)]
        known = known or (low, high, low)
    whole = [round(count) for count in counts]
    document: Dict[str, Any] = {
        "format": "pivot.histogram", "version": 1, "edges": edges, "counts": whole, "total_count": sum(whole), "nan_count": 0,
        "positive_infinity_count": 0, "negative_infinity_count": 0,
    }
    if edges:
        low, high = (known[0], known[1]) if known else (edges[0], edges[-1])
        document.update(min=low, max=high)
        if known and math.isfinite(known[2]):
            document["mean"] = min(max(known[2], low), high)
    return document


def runs(root: pathlib.Path) -> Iterator[EventFolder]:
    """The runs below a folder. Raises `UnreadableSource`."""
    for folder in event_folders(root):
        yield EventFolder(folder, root)
