"""Offline runs of W&B: folders with a file `run-<id>.wandb`, and what was saved beside it in `files`.

| in W&B | in the session |
|---|---|
| project, display name, tags, notes, group | experiment, name, tags, notes, group |
| config | params |
| history | points at their steps and times; nested keys are joined by dots |
| pictures, histograms, tables in the history | `images/<key>/<step>.png`, `histograms/<key>/<step>.json`, `files/<path>` |
| summary | results, where it is not the last value of the history |
| output | the log |
| files, and logged artifacts whose files are still on this machine | `files/<path>`, `artifacts/<name>/<path>` |
| exit code | 0: completed; another: failed; none, since the run was killed or is still going on: stopped, with a message |

A run that was resumed has several files, which are read in the order of their folders. When a later one begins at an earlier
step, it replaces what there was from there on. Readings of the machine are left out, and told.

The messages are wandb's `wandb_internal.proto`; the numbers below are those of their fields.
"""

from __future__ import annotations

import json
import math
import mimetypes
import os
import pathlib
import re
from typing import Any, Callable, Dict, Iterator, List, Optional, Tuple

from ..params import Parameter
from . import wire
from .session_import import time_text
from .source import Finding, LogLine, Series, SourceArtifact, SourceRun, UnreadableSource, is_step, is_time, microseconds_of, safe_path
from .wandb_records import WandbFile

_Told = Callable[[int, int], None]
_Path = Tuple[str, ...]
_TERMINAL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_LINE_CHARACTERS = 4000
_HISTORY, _SUMMARY, _OUTPUT, _CONFIG, _STATS, _ARTIFACT, _OUTPUT_RAW, _RUN, _EXIT, _ENVIRONMENT = 2, 3, 4, 5, 7, 8, 13, 17, 18, 26
_RUN_FACTS = {2: "entity", 3: "project", 7: "job_type", 12: "sweep_id", 13: "host"}
_ENVIRONMENT_FACTS = {1: "os", 2: "python", 6: "program", 12: "host", 13: "username", 14: "executable", 18: "gpu", 25: "cuda"}


def run_files(source: pathlib.Path) -> List[pathlib.Path]:
    """The files of runs below a folder, or a file itself. Raises `UnreadableSource` when there are none."""
    if source.is_file():
        return [source]
    if not source.is_dir():
        raise UnreadableSource(f"There is no folder {source}.")
    # Links are not followed: `latest-run` is one.
    found = [pathlib.Path(place) / name for place, _, names in os.walk(source) for name in names if name.endswith(".wandb")]
    if not found:
        raise UnreadableSource(f"There is no file run-….wandb below {source}.")
    return sorted(found)


def runs(source: pathlib.Path, find: Callable[[Finding], None], told: _Told = lambda done, total: None) -> Iterator[SourceRun]:
    """The runs below a folder. Raises `UnreadableSource` when there are none."""
    grouped: Dict[str, List[pathlib.Path]] = {}
    for path in run_files(source):
        try:
            grouped.setdefault(_identity(path), []).append(path)
        except (UnreadableSource, OSError) as error:
            find(Finding(str(error), is_loss=True))
    for identity, paths in grouped.items():
        reader = _Reader(identity, paths)
        reader.read(told)
        yield reader.run


def _identity(path: pathlib.Path) -> str:
    """What the file's run is known by: its project and id, which stand in its first records."""
    file = WandbFile(path)
    for record in file.records():
        if file.count > 20:
            break
        try:
            found = wire.message(record)
            if _RUN in found:
                run = wire.message(wire.part(found, _RUN))
                return f"wandb:{wire.text(run, 2)}/{wire.text(run, 3)}/{wire.text(run, 1)}"
        except wire.Malformed:
            break
    return f"wandb:{path.resolve()}"


class _Reader:
    """Reads the files of one run."""

    def __init__(self, identity: str, paths: List[pathlib.Path]) -> None:
        name = paths[-1].stem
        self.run = SourceRun(identity, name[4:] if name.startswith("run-") else name, str(paths[-1].parent.resolve()), "wandb")
        self._paths = paths
        self._config: Dict[_Path, Any] = {}
        self._summary: Dict[_Path, Any] = {}
        self._series: Dict[_Path, Series] = {}
        #: The paths of items whose keys, as the file spells them, were read before.
        self._paths_of_keys: Dict[bytes, _Path] = {}
        self._texts: Dict[str, int] = {}
        self._media: List[str] = []
        self._partial: Dict[str, Tuple[int, str]] = {}
        self._exit_code: Optional[int] = None
        self._stats = 0
        self._is_first_of_file = False
        self._last_step = -1
        self._bad_steps: Dict[str, int] = {}
        self._folder = paths[-1].parent

    def read(self, told: _Told) -> None:
        """Reads all files into `run`."""
        total = sum(path.stat().st_size for path in self._paths)
        before = 0
        for path in self._paths:
            self._folder = path.parent
            self._is_first_of_file = True
            self._exit_code = None
            file = WandbFile(path)
            try:
                for record in file.records():
                    try:
                        self._take(record)
                    except (ValueError, IndexError, KeyError, TypeError, AttributeError, OverflowError, RecursionError) as error:
                        self.run.findings.append(Finding(
                            f"A record of {len(record):,} bytes cannot be read: {error}", str(path), byte=file.byte, is_loss=True))
                    if file.count & 0x3FF == 0:
                        told(before + file.offset, total)
            except OSError as error:
                self.run.findings.append(Finding(f"It cannot be read: {error.strerror or error}", str(path), is_loss=True))
            self.run.findings += file.findings
            self._put_files(path.parent / "files")
            before += path.stat().st_size
        told(total, total)
        self._end()

    def _take(self, data: bytes) -> None:
        record = wire.message(data)
        if _HISTORY in record:
            self._take_history(wire.part(record, _HISTORY))
        elif _SUMMARY in record:
            _update(self._summary, wire.message(wire.part(record, _SUMMARY)))
        elif _OUTPUT_RAW in record or _OUTPUT in record:
            self._take_output(wire.message(wire.part(record, _OUTPUT_RAW) or wire.part(record, _OUTPUT)))
        elif _CONFIG in record:
            _update(self._config, wire.message(wire.part(record, _CONFIG)))
        elif _RUN in record:
            self._take_run(wire.message(wire.part(record, _RUN)))
        elif _EXIT in record:
            self._exit_code = wire.integer(wire.message(wire.part(record, _EXIT)), 1)
        elif _ENVIRONMENT in record:
            self._take_environment(wire.message(wire.part(record, _ENVIRONMENT)))
        elif _ARTIFACT in record:
            self._take_artifact(wire.message(wire.part(record, _ARTIFACT)))
        elif _STATS in record:
            self._stats += 1

    # The run

    def _take_run(self, run: wire.Message) -> None:
        self.run.name = wire.text(run, 8) or wire.text(run, 1) or self.run.name
        self.run.experiment = wire.text(run, 3) or self.run.experiment
        self.run.group = wire.text(run, 6) or self.run.group
        self.run.notes = wire.text(run, 9) or self.run.notes
        self.run.tags = [tag.decode("utf-8", "replace") for tag in wire.submessages(run, 10)] or self.run.tags
        facts: Dict[str, Parameter] = {"wandb.run_id": wire.text(run, 1)}
        facts.update({f"wandb.{name}": wire.text(run, number) for number, name in _RUN_FACTS.items() if wire.text(run, number)})
        if 17 in run:
            start = wire.message(wire.part(run, 17))
            if is_time(_microseconds(start)):
                facts["wandb.started_at"] = time_text(_microseconds(start))
        git = wire.message(wire.part(run, 21))
        facts.update({name: wire.text(git, number) for number, name in ((1, "git_remote"), (2, "git_commit")) if wire.text(git, number)})
        self.run.facts.update(facts)
        if 4 in run:
            _update(self._config, wire.message(wire.part(run, 4)))
        if 5 in run:
            _update(self._summary, wire.message(wire.part(run, 5)))

    def _take_environment(self, environment: wire.Message) -> None:
        for number, name in _ENVIRONMENT_FACTS.items():
            if wire.text(environment, number):
                self.run.facts[f"wandb.{name}"] = wire.text(environment, number)
        if 5 in environment:
            self.run.facts["wandb.args"] = json.dumps(
                [one.decode("utf-8", "replace") for one in wire.submessages(environment, 5)], ensure_ascii=False)

    # History

    def _take_history(self, data: bytes) -> None:
        items: Dict[_Path, Any] = {}
        step = None
        for number, value in wire.fields(data):
            if number == 1 and isinstance(value, bytes):
                # value_json = 16 comes last, and its content, JSON, has no byte 1.
                at = value.rfind(b"\x82\x01")
                path = self._paths_of_keys.get(value[:at])
                if path is not None and value[at + 2] == len(value) - at - 3 and value[at + 3] != 0x7B:
                    items[path] = _json(value[at + 3 :])
                    continue
                path, content = _item(value)
                _flatten(items, path, content)
                if at > 0 and value[0] in (0x0A, 0x12):
                    self._paths_of_keys[value[:at]] = path
            elif number == 2 and isinstance(value, bytes):
                step = wire.integer(wire.message(value), 1)
        own = items.pop(("_step",), None)
        step = int(own or 0) if step is None else step
        time = items.pop(("_timestamp",), None)
        if self._is_first_of_file:
            self._begin_file(step)
        self._last_step = max(self._last_step, step)
        microseconds = microseconds_of(time) if isinstance(time, (int, float)) else None
        kinds: Dict[_Path, Any] = {path[:-1]: value for path, value in items.items() if path[-1] == "_type" and len(path) > 1}
        for path, value in items.items():
            if path[0].startswith("_"):
                continue
            if kinds and any(path[:size] in kinds for size in range(1, len(path))):
                continue
            self._add(path, step, value, microseconds)
        for path, kind in kinds.items():
            about = {inner[len(path)]: value for inner, value in items.items() if inner[: len(path)] == path and len(inner) == len(path) + 1}
            self._put_media(".".join(path), step, str(kind), about)

    def _begin_file(self, step: int) -> None:
        self._is_first_of_file = False
        if step > self._last_step:
            return
        forgotten = [series.forget(step) for series in self.run.series.values()]
        late = [path for path, artifact in self.run.artifacts.items() if artifact.step is not None and artifact.step >= step]
        for path in late:
            del self.run.artifacts[path]
        if any(forgotten) or late:
            self.run.restarts.append(step)

    def _add(self, path: _Path, step: int, value: Any, time: Optional[int]) -> None:
        if not isinstance(value, (int, float)):
            name = ".".join(path)
            self._texts[name] = self._texts.get(name, 0) + 1
            return
        series = self._series.get(path)
        if series is None:
            series = self._series[path] = self.run.series.setdefault(self.run.name_of_metric(".".join(path)), Series())
        if not is_step(step):
            self._bad_steps[path[0]] = self._bad_steps.get(path[0], 0) + 1
            return
        if time is None and series.times:
            time = series.times[-1]
        elif time is not None and len(series.times) != len(series):
            time = None
        series.add(step, float(value), time)

    def _put_media(self, key: str, step: int, kind: str, about: Dict[str, Any]) -> None:
        if kind == "histogram":
            document = _histogram(about)
            if document is not None:
                path = f"histograms/{safe_path(key)}/{step}.json"
                self.run.put(SourceArtifact(path, json.dumps(document, allow_nan=False).encode(), "application/json", "histogram", safe_path(key), step))
            return
        names = [about["path"]] if isinstance(about.get("path"), str) else about.get("filenames")
        names = [name for name in names if isinstance(name, str)] if isinstance(names, list) else []
        is_picture = kind in ("image-file", "images/separated", "images")
        for number, name in enumerate(names):
            file = self._file(name)
            if file is None:
                self.run.findings.append(Finding(f"{name!r} of {key!r} at step {step} is not there.", str(self._folder)))
                continue
            self._media.append(name)
            content_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
            place = f"{step}-{number}" if len(names) > 1 else str(step)
            target = f"images/{safe_path(key)}/{place}{file.suffix}" if is_picture else f"files/{safe_path(name)}"
            word = "image" if is_picture else "file"
            self.run.put(SourceArtifact(target, file, content_type, word, safe_path(key), step if is_step(step) else None))

    def _file(self, name: str) -> Optional[pathlib.Path]:
        """The file of the run with a name, unless that leads out of its folder."""
        folder = (self._folder / "files").resolve()
        path = (folder / name).resolve()
        return path if folder in path.parents and path.is_file() else None

    # Files, output

    def _put_files(self, folder: pathlib.Path) -> None:
        root = folder.resolve()
        for place, _, names in sorted(os.walk(folder)):
            for name in sorted(names):
                path = pathlib.Path(place) / name
                inner = path.relative_to(folder).as_posix()
                if inner not in self._media and root in path.resolve().parents:
                    content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
                    self.run.put(SourceArtifact(f"files/{safe_path(inner)}", path, content_type))

    def _take_artifact(self, artifact: wire.Message) -> None:
        kind, name = wire.text(artifact, 4), wire.text(artifact, 5)
        if kind in ("run_table", "code", "wandb-history", "job"):
            return
        missing = 0
        for data in wire.submessages(wire.message(wire.part(artifact, 12)), 4):
            entry = wire.message(data)
            path = pathlib.Path(wire.text(entry, 6))
            if wire.text(entry, 6) and path.is_file():
                target = f"artifacts/{safe_path(name)}/{safe_path(wire.text(entry, 1))}"
                content_type = wire.text(entry, 5) or mimetypes.guess_type(target)[0] or "application/octet-stream"
                self.run.put(SourceArtifact(target, path, content_type, "model" if kind == "model" else "file", safe_path(name)))
            else:
                missing += 1
        if missing:
            self.run.findings.append(Finding(
                f"{missing:,} files of the artifact {name!r} are not on this machine and were left out.", str(self._folder)))

    def _take_output(self, output: wire.Message) -> None:
        stream = "stdout" if wire.integer(output, 1) == 1 else "stderr"
        time = _microseconds(wire.message(wire.part(output, 2)))
        time = time if is_time(time) else 0
        began, text = self._partial.get(stream, (time, ""))
        *lines, rest = (text + wire.text(output, 3)).split("\n")
        for line in lines:
            self._log(began, stream, line)
            began = time
        self._partial[stream] = (began if rest else time, rest)
        if not rest:
            del self._partial[stream]

    def _log(self, time: int, stream: str, line: str) -> None:
        # Of what a progress bar writes over, the last counts.
        line = _TERMINAL.sub("", line.rstrip("\r").rpartition("\r")[2])
        for at in range(0, max(1, len(line)), _LINE_CHARACTERS):
            self.run.log.append(LogLine(time, stream, line[at : at + _LINE_CHARACTERS]))

    # The end

    def _end(self) -> None:
        run = self.run
        run.files = len(self._paths)
        run.series = {name: series for name, series in run.series.items() if len(series)}
        run.params = {".".join(path): value for path, value in self._config.items() if path[0] != "_wandb"}
        for name, count in self._bad_steps.items():
            run.leave_out(count, name)
        if self._exit_code is None:
            run.outcome, run.message = "stopped", "Its file has no exit code: it was killed, or is still going on."
        else:
            for stream, (time, text) in self._partial.items():
                self._log(time, stream, text)
            run.facts["wandb.exit_code"] = self._exit_code
            if self._exit_code:
                run.outcome, run.message = "failed", f"It ended with exit code {self._exit_code}."
        self._put_results()
        for name, count in sorted(self._texts.items()):
            run.findings.append(Finding(f"{count:,} values of {name!r} are no numbers and were left out.", run.source, is_note=True))
        if self._stats:
            run.findings.append(Finding(f"{self._stats:,} readings of the machine were left out.", run.source, is_note=True))

    def _put_results(self) -> None:
        flat: Dict[_Path, Any] = {}
        for path, value in self._summary.items():
            _flatten(flat, path, value)
        media = {path[:-1] for path in flat if path[-1] == "_type"}
        for path, value in flat.items():
            if path[0].startswith("_") or not isinstance(value, (int, float)) or any(path[:size] in media for size in range(1, len(path))):
                continue
            series = self._series.get(path)
            if series is None or not len(series) or repr(series.values[-1]) != repr(float(value)):
                self.run.results[self.run.names.setdefault(".".join(path), self.run.name_of_metric(".".join(path)))] = float(value)


def _item(data: bytes) -> Tuple[_Path, Any]:
    """A HistoryItem, a SummaryItem or a ConfigItem: its keys, outermost first, and its value."""
    keys: List[str] = []
    value: Any = None
    for number, content in wire.fields(data):
        if number in (1, 2) and isinstance(content, bytes):
            keys.append(content.decode("utf-8", "replace"))
        elif number in (8, 16) and isinstance(content, bytes):
            value = _json(content)
        # Typed values, of HistoryItem alone.
        elif number == 4:
            value = bool(content)
        elif number == 5 and isinstance(content, int):
            value = (content >> 1) ^ -(content & 1)
        elif number == 6 and isinstance(content, bytes):
            value = wire.double(content)
        elif number == 7 and isinstance(content, bytes):
            value = content.decode("utf-8", "replace")
    return tuple(keys) or ("(empty)",), value


def _json(content: bytes) -> Any:
    if content.isdigit():
        return int(content)
    try:
        # Nearly all are plain numbers; "-0" is one that is not the integer 0.
        return int(content) if content[1:].isdigit() and content != b"-0" else float(content)
    except ValueError:
        return json.loads(content.decode("utf-8", "replace"), parse_int=lambda text: -0.0 if text == "-0" else int(text))


def _flatten(into: Dict[_Path, Any], path: _Path, value: Any) -> None:
    if isinstance(value, dict) and value:
        for key, inner in value.items():
            _flatten(into, (*path, str(key)), inner)
    else:
        into[path] = value


def _update(values: Dict[_Path, Any], record: wire.Message) -> None:
    """Takes the updates and removals of a ConfigRecord or a SummaryRecord."""
    for data in wire.submessages(record, 1):
        path, value = _item(data)
        for inner in [one for one in values if one[: len(path)] == path]:
            del values[inner]
        _flatten(values, path, value)
    for data in wire.submessages(record, 2):
        path, _ = _item(data)
        for inner in [one for one in values if one[: len(path)] == path]:
            del values[inner]


def _microseconds(timestamp: wire.Message) -> int:
    return wire.integer(timestamp, 1) * 1_000_000 + wire.integer(timestamp, 2) // 1000


def _histogram(about: Dict[str, Any]) -> Optional[Dict[str, Any]]:
    """W&B's histogram in the form that `pivot_tracker.histograms` describes; None when it is none."""
    counts, edges = about.get("values"), about.get("bins")
    if not isinstance(counts, list) or not isinstance(edges, list) or len(edges) != len(counts) + 1:
        return None
    edges, whole = [float(edge) for edge in edges], [round(count) for count in counts]
    if not all(map(math.isfinite, edges)):
        return None
    return {
        "format": "pivot.histogram", "version": 1, "edges": edges, "counts": whole, "total_count": sum(whole), "nan_count": 0,
        "positive_infinity_count": 0, "negative_infinity_count": 0, "min": edges[0], "max": edges[-1],
    }
