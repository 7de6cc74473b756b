"""A training that is logged: what a program calls while it trains."""

from __future__ import annotations

import atexit
import functools
import json
import os
import pathlib
import signal
import socket
import sys
import tempfile
import threading
import time
import traceback
import unicodedata
import weakref
from array import array
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Dict, List, Mapping, NoReturn, Optional, Sequence, Set, Type, Union

from . import identifiers
from .announcements import ended, say
from .artifacts import ArtifactLogging
from .console import ConsoleCapture, Line, release_after_fork
from .delivery import epoch_payload
from .errors import PIVOTError, SessionClosed, SpoolError
from .host_readings import HostReadings, Readings
from .log_queue import Made, Points, cost
from .metrics_encoding import MAXIMUM_STEP, little_endian
from .notebook import NotebookSession
from .number_reading import check_name, doubles, leaves_of, number, step_number, steps_of
from .params import Parameter, in_parts, scalar
from .pipeline import Pipeline, logger
from .provenance import Provenance, ProvenanceCapture
from .session_params import SessionParams
from .spool import Kind, SpoolWriter, State
from .transport import Transport, artifact_route, json_object, session_address

Fact = Union[str, int, float, bool]

POINTS_PER_RECORD = 100_000
LINE_BYTES = 16_384
KNOWN_NAMES = 100_000
KNOWN_WARNINGS = 1000
FINISH_SECONDS = 60.0
JOINED_CHECKPOINT_SECONDS = 60.0
ASKING_SECONDS = 5.0
CHECKPOINT_METRICS_BYTES = 8192


@dataclass(frozen=True)
class Stats:
    """How far what this process has logged to the session has come."""

    logged: int
    """Entries accepted: calls of log, and what the other methods made."""
    spooled: int
    """Entries that are in the spool: they survive if this process is killed."""
    delivered: int
    """Points of metrics that the server has acknowledged."""
    blocked_seconds: float
    """How long calls have waited because the queue was full."""
    queue_depth: int
    """Entries that are not in the spool yet."""
    refused: int
    """Records that the server will never take; they are kept in the folder `refused` beside the spools."""
    last_error: Optional[str]
    """The latest error, of the spool or of the server."""


@dataclass(frozen=True)
class ResumeState:
    """The checkpoint to continue from. `epoch` and `step` are the last that it covers; train from the next ones on."""

    checkpoint_id: str
    epoch: int
    step: int
    metrics: Dict[str, float] = field(default_factory=dict)
    path: pathlib.Path = pathlib.Path()


class Session(ArtifactLogging, NotebookSession):
    """One process's part of a session, from `session()` to `finish()`.

    Everything logged is copied into a queue, and the call returns at once; one thread writes it to the spool, by default at
    least every 50 ms, and another sends it to the server. `flush()` confirms that. Several threads may log at the same time.
    A forked child cannot log: it must begin a session of its own. What the program prints and how busy its machine is are
    recorded until the end, unless that is switched off.
    """

    def __init__(
        self,
        state: State,
        root: pathlib.Path,
        beginning: List[Made],
        *,
        limit: int,
        interval: float,
        may_resume: bool,
        params: Optional[Mapping[str, Parameter]] = None,
        configuration: Optional[Mapping[str, Any]] = None,
        quiet: bool = True,
    ) -> None:
        """Made by `session()`. `params` and `configuration` are what the session is begun with, and are not sent again."""
        self.session_id = state.session_id
        self.base_url = state.base_url
        self.name = state.name
        self._state = state
        self._lock = threading.RLock()
        self._is_ready = False
        self._closing: Optional[str] = None
        self._is_started = False
        self._may_resume = may_resume
        self._names: Dict[str, bool] = {}
        self._warned: Set[Any] = set()
        self._last_step = 0
        self._last_epoch = 0
        self._epoch_metrics: Dict[str, float] = {}
        self._own_commands = 0
        self._has_logged = False
        self._provenance: Optional[ProvenanceCapture] = None
        self._console: Optional[ConsoleCapture] = None
        self._host: Optional[HostReadings] = None
        self._hears_sigterm = False
        self._is_quiet = quiet
        self._began = time.monotonic()
        self._ended_as: Optional[str] = None
        self._configuration = configuration
        self._document: Optional[Dict[str, Any]] = None
        self._params = SessionParams(params or {}, self._spool_params, self._known_params)
        self._writer = SpoolWriter(root, state, limit)
        self._pipeline = Pipeline(self._writer, state, interval)
        self._pipeline.put_all(list(beginning))
        _open.add(self)

    # Numbers

    def log(self, metrics: Mapping[str, Any], step: Optional[int] = None) -> None:
        """Logs values of metrics at a step, counted from 0; by default the one after the last.

        Values are numbers of any library, and arrays and tensors with one element; True is 1 and False is 0. The names in
        nested mappings are joined by dots. A value that is not a number is left out with a warning, once for each name and
        type, and the others are logged. Raises `TypeError` or `ValueError` for an invalid name or step and for two values of
        the same name, `SpoolError` when the spool cannot be written, `SessionClosed` after the end. Waits while the queue is
        full.
        """
        if not self._is_ready:
            self._become_ready()
        try:
            items = tuple(metrics.items())
        except AttributeError:
            raise TypeError(
                f"log() takes a mapping of names to numbers, such as {{'loss': 0.1}}, not {type(metrics).__name__}."
            ) from None
        names = self._names
        for name, value in items:
            if value.__class__ is not float or name not in names:
                items = tuple(self._numbers(metrics).items())
                break
        if not items:
            return
        if step is None:
            with self._lock:
                step = self._last_step + 1 if self._has_logged else self._last_step
                self._last_step, self._has_logged = step, True
        else:
            if step.__class__ is not int or not 0 <= step <= MAXIMUM_STEP:
                step = step_number(step)
            if step > self._last_step:
                self._last_step = step
            self._has_logged = True
        self._pipeline.put((time.time_ns() // 1000, step, items), 200 + 100 * len(items))

    def log_points(self, name: str, values: Any, steps: Any = None, times: Optional[Sequence[int]] = None) -> None:
        """Logs many points of one metric at once: lists, arrays or tensors of one dimension.

        `steps` is one for each value, or the first of consecutive ones; by default they follow the last step. `times` are
        microseconds since 1970, by default the present.
        """
        if not self._is_ready:
            self._become_ready()
        self._checked(name)
        column = doubles(name, values)
        count = len(column)
        if count == 0:
            return
        following = self._last_step + 1 if self._has_logged else self._last_step
        numbers = steps_of(steps, count, following)
        if times is not None and len(times) != count:
            raise ValueError(f"There are {count} values and {len(times)} times; give one time for each value.")
        now = time.time_ns() // 1000
        self._last_step = max(self._last_step, numbers[-1] if isinstance(numbers, range) else max(numbers))
        self._has_logged = True
        for start in range(0, count, POINTS_PER_RECORD):
            end = start + POINTS_PER_RECORD
            part = Points(
                name, numbers[start:end], column if count <= POINTS_PER_RECORD else column[start:end],
                now if times is None else list(times[start:end]),
            )
            self._pipeline.put(part, cost(part))

    def epoch(self, epoch: int, metrics: Mapping[str, Any], step: Optional[int] = None) -> None:
        """Reports a completed epoch and its metrics. Epochs count upwards from 1; `step` is the last step of the epoch."""
        if not self._is_ready:
            self._become_ready()
        whole = step_number(epoch)
        if whole <= self._last_epoch or whole >= 1 << 32:
            raise ValueError(f"Epoch {whole} cannot follow epoch {self._last_epoch}; epochs count upwards from 1.")
        values = dict(sorted(self._numbers(metrics).items()))
        coded = [(name.encode(), little_endian(array("d", (value,)))) for name, value in values.items()]
        last = self._last_step if step is None else step_number(step)
        self._last_epoch, self._epoch_metrics = whole, values
        self._last_step = max(self._last_step, last)
        self._spool(Kind.EPOCH, epoch_payload(whole, last, coded))

    def checkpoint(
        self,
        path: "Union[str, os.PathLike[str]]",
        epoch: int,
        metrics: Optional[Mapping[str, Any]] = None,
        step: Optional[int] = None,
        stop: bool = False,
    ) -> str:
        """Saves a file as a checkpoint and returns its id. The file is copied before this returns, so it may be overwritten.

        In a program that the server runs, this waits until the server has the checkpoint, unless the server is unreachable:
        the program's next attempt continues from there. `epoch` is the epoch that the checkpoint closes. `stop` marks a
        checkpoint that is saved because a stop was requested. Metrics may take at most 8 KiB of JSON; by default they are those
        that `epoch()` reported for the epoch, so that the best checkpoint can be told by the monitored one. Raises
        `FileNotFoundError`, and `SpoolError` when the copy does not fit.
        """
        if not self._is_ready:
            self._become_ready()
        source = pathlib.Path(path)
        if not source.is_file():
            raise FileNotFoundError(f"There is no file {source} to save as a checkpoint; give the path of a file, not of a folder.")
        if metrics is None:
            values = self._metrics_of_epoch(step_number(epoch))
        else:
            values = self._numbers(metrics)
        text = json.dumps(values) if values else None
        if text is not None and len(text.encode()) > CHECKPOINT_METRICS_BYTES:
            raise ValueError("The metrics of a checkpoint may take at most 8192 bytes of JSON; report the others with epoch().")
        query: Dict[str, Any] = {
            "epoch": step_number(epoch), "step": self._last_step if step is None else step_number(step),
            "filename": source.name.encode("utf-8", "replace").decode()[:200],
        }
        if text is not None:
            query["metrics"] = text
        if stop:
            query["marks"] = "stop"
        command = self._own_command("checkpoint")
        with self._lock:
            query["spooled"], _ = self._writer.add_file(source)
        self._spool(Kind.CHECKPOINT, json.dumps(query).encode(), command)
        if self._state.joined:
            # The next attempt continues from what the server has; an unreachable server is not waited for.
            self._pipeline.wait_for_delivery(JOINED_CHECKPOINT_SECONDS)
        return identifiers.checkpoint_id(command, self.session_id)

    @property
    def params(self) -> SessionParams:
        """The session's settings by dotted name, those set here included: `session.params["lr"]`, `dict(session.params)`.

        `session.params({"lr": 0.1})` records settings at any time, and so does `session.params["lr"] = 0.1`; nested mappings
        become dotted names.
        """
        return self._params

    def text(self, text: str, level: str = "") -> None:
        """Writes lines to the session's log; lines longer than 16 KiB are split. `level` is debug, info, warning or error."""
        if not self._is_ready:
            self._become_ready()
        if level not in ("", "debug", "info", "warning", "error"):
            raise ValueError(f"The level must be debug, info, warning or error, not {level!r}.")
        if self._console is not None:
            # What was printed before stands before it.
            self._console.drain()
        now = _rfc3339(time.time())
        lines: List[Dict[str, str]] = []
        for line in str(text).splitlines() or [""]:
            for part in _cut(line):
                lines.append({"text": part, "time": now, "source": "log", **({"level": level} if level else {})})
        for start in range(0, len(lines), 200):
            self._spool(Kind.LINES, json.dumps({"lines": lines[start : start + 200]}).encode())

    # What is known

    def flush(self, timeout: Optional[float] = None, delivered: bool = False) -> None:
        """Returns once everything logged so far is durable on this machine; with `delivered`, on the server as well.

        Raises `SpoolError` when the spool could not be made durable, `TimeoutError` after `timeout` seconds, `PIVOTError`
        when the server refuses the session.
        """
        self._check_open()
        if self._console is not None:
            self._console.drain()
        self._pipeline.flush(timeout, delivered)

    def resume_state(self, folder: "Union[None, str, os.PathLike[str]]" = None) -> Optional[ResumeState]:
        """The checkpoint that the server says to continue from, downloaded and verified; None when there is none.

        Call this before anything is logged: this attempt then begins right after the checkpoint, and what earlier attempts
        recorded beyond it is superseded. Without this call, an attempt begins at the first epoch and step. Raises
        `PIVOTError` when the server cannot be reached.
        """
        self._check_open()
        if self._is_started:
            raise RuntimeError("resume_state() must be called before anything is logged: this attempt has already begun.")
        if not self._may_resume:
            return None
        self._pipeline.flush(120.0, delivered=True)
        transport = Transport(self.base_url)
        try:
            document = json_object(transport.call("GET", f"training/sessions/{self.session_id}"))
            if not document.get("resume_checkpoint_id"):
                return None
            chosen = json_object(transport.call("GET", f"checkpoints/{document['resume_checkpoint_id']}"))
            name = f"{chosen['checkpoint_id']}-{chosen.get('file_name', 'checkpoint')}"
            target = pathlib.Path(folder) if folder is not None else pathlib.Path(tempfile.mkdtemp(prefix="pivot-"))
            target.mkdir(parents=True, exist_ok=True)
            path = transport.download(
                f"checkpoints/{chosen['checkpoint_id']}/download", target / name, digest=chosen["digest"]
            )
        finally:
            transport.close()
        epoch = int(chosen["epoch"])
        if chosen["session_id"] == self.session_id:
            # One that interrupts an epoch names it, although it is not complete.
            epoch = min(epoch, int(document.get("current_epoch", 0)))
        step = int(chosen.get("step", 0))
        self._begin(epoch + 1, step + 1, chosen["checkpoint_id"])
        self._last_epoch, self._last_step, self._has_logged = epoch, step, True
        metrics = {str(key): float(value) for key, value in (chosen.get("metrics") or {}).items()}
        return ResumeState(chosen["checkpoint_id"], epoch, step, metrics, path)

    @property
    def url(self) -> str:
        """The address at which a person can open the session."""
        return session_address(self.base_url, self.session_id)

    @property
    def config(self) -> Dict[str, Any]:
        """The session's configuration, resolved: the server fills in every default, such as `train.checkpoint_monitor`.

        While no server has answered, it is the configuration that the session was begun with.
        """
        path = os.environ.get("PIVOT_CONFIG")
        if self._state.joined and path:
            try:
                told = json.loads(pathlib.Path(path).read_text())
                if isinstance(told, dict):
                    return told
            except (OSError, ValueError):
                pass  # The server has the same.
        document = self._known_document() or {}
        return json.loads(json.dumps(document.get("config") or self._configuration or {}))  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        status = self._ended_as or ("closed" if self._closing is not None else "stopping" if self.should_stop else "running")
        name = f"{self.name} ({self.session_id})" if self.name else self.session_id
        return f"<pivot session {name}, {status}, epoch {self._last_epoch}, step {self._last_step}, at {self.url}>"

    @property
    def should_stop(self) -> bool:
        """Whether a stop was requested; true within about a second of the request. Save a checkpoint and end with `stopped`.

        A program that the server runs also gets SIGTERM, which makes this true instead of ending the process, unless the
        program has a handler of its own.
        """
        return self._pipeline.delivery.report.stop_requested

    def _hear_sigterm(self) -> None:
        """Lets SIGTERM ask for a stop. Only the main thread can, and a handler that is there already stays."""
        if threading.current_thread() is threading.main_thread() and signal.getsignal(signal.SIGTERM) == signal.SIG_DFL:
            report = self._pipeline.delivery.report

            def ask(_number: int, _frame: object) -> None:
                report.stop_requested = True

            signal.signal(signal.SIGTERM, ask)
            self._hears_sigterm = True

    def _stop_hearing_sigterm(self) -> None:
        if self._hears_sigterm and threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, signal.SIG_DFL)
            self._hears_sigterm = False

    @property
    def stats(self) -> Stats:
        """How far what was logged has come."""
        pipeline = self._pipeline
        error = str(pipeline.failure) if pipeline.failure is not None else pipeline.last_error
        return Stats(
            pipeline.put_entries, pipeline.spooled_entries, self._state.points, pipeline.blocked_seconds,
            pipeline.queue_depth, self._state.refused, error,
        )

    @property
    def spool_path(self) -> pathlib.Path:
        """The folder of this process's spool; deleted once everything is delivered."""
        return self._writer.folder

    # The end

    def finish(self, status: str = "completed", message: Optional[str] = None, timeout: float = FINISH_SECONDS) -> None:
        """Ends this process's part: everything is durable when this returns, and delivered if the server could be reached.

        A line on standard error says how it ended and what is not delivered yet, unless the session is quiet.
        `status` is completed, failed or stopped. Waits at most `timeout` seconds for the server, and not for an unreachable
        one: `pivot-sync` delivers what is left. Raises `SpoolError` when the rest could not be made durable.
        Calling it again does nothing.
        """
        if status not in ("completed", "failed", "stopped"):
            raise ValueError(f"The status must be completed, failed or stopped, not {status!r}.")
        with self._lock:
            if self._closing is not None:
                return
            self._closing = "The session has ended; begin a new one, or resume it."
            self._is_ready = False
        self._stop_hearing_sigterm()
        if self._console is not None:
            self._console.stop()
        if self._host is not None:
            self._host.stop()
        if self._provenance is not None:
            self._provenance.wait(2.0)
        body: Dict[str, Any] = {"outcome": status, "step": self._last_step}
        if message:
            body["message"] = _sendable(message)[-8000:]
        try:
            # The end of a program that the server runs is its exit code, so that it is started again as often as it may.
            if not (self._state.joined and status == "failed"):
                self._pipeline.put(Made(Kind.FINISH, json.dumps(body).encode()), 500)
            is_delivered = self._pipeline.end(timeout)
        finally:
            _open.discard(self)
        self._ended_as = status
        if is_delivered:
            self._writer.remove()
        if not self._is_quiet:
            left = 0 if is_delivered else max(1, self._pipeline.undelivered_records)
            seconds, folder = time.monotonic() - self._began, str(self._writer.folder)
            say(ended(self.name or "", self.session_id, status, seconds, left, self._state.refused, folder))
        elif not is_delivered:
            logger.warning(
                "Not everything logged to %s is on the server yet; the rest is kept in %s. Run 'pivot-sync' when the server can "
                "be reached. %s",
                self.session_id, self._writer.folder, self._pipeline.last_error or "",
            )

    def __enter__(self) -> "Session":
        return self

    def __exit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        if self._closing is not None and _forked_children_of(self):
            return
        if error is None:
            self.finish("stopped" if self.should_stop else "completed")
        elif isinstance(error, KeyboardInterrupt):
            self.finish("stopped", "interrupted from the keyboard")
        elif isinstance(error, SystemExit) and not error.code:
            self.finish("completed")
        else:
            text = "".join(traceback.format_exception(kind, error, trace))
            try:
                self.finish("failed", text[-4000:])
            except SpoolError as failure:
                # The training's own error must be the one that is seen.
                logger.error("%s", failure)

    # For the surroundings

    def _step_now(self) -> int:
        return self._last_step

    def _put_artifact(
        self,
        path: str,
        data: Union[bytes, pathlib.Path],
        content_type: str = "application/octet-stream",
        kind: str = "file",
        key: Optional[str] = None,
        step: Optional[int] = None,
    ) -> None:
        """Spools a file of the session: `bytes` as they are, or the content of the file at a path, copied now.

        `path` is the artifact's name in the session: relative, without empty, `.` or `..` parts, at most 1024 bytes.
        `kind` (1 to 64 bytes), `key` (1 to 255 bytes) and `step` (from 0) are what it is found by.
        """
        if not self._is_ready:
            self._become_ready()
        artifact_route(self.session_id, path)
        with self._lock:
            name, _ = self._writer.add_file(data if isinstance(data, bytes) else pathlib.Path(data))
        query = {"spooled": name, "path": path, "content_type": content_type, "kind": kind, "key": key, "step": step}
        self._spool(Kind.ARTIFACT, json.dumps(query).encode())

    def _record_facts(self, facts: Mapping[str, Fact]) -> None:
        """Spools facts about where and with what the session is trained. Names have 1 to 255 bytes."""
        told = {str(name): scalar(str(name), value) for name, value in facts.items()}
        self._pipeline.put(Made(Kind.FACTS, json.dumps({"facts": told}).encode()), 1000)

    def _record_provenance(self, found: Provenance) -> None:
        self._record_facts(found.facts)
        if found.diff is not None:
            with self._lock:
                name, _ = self._writer.add_file(found.diff)
            query = {"spooled": name, "path": "provenance/git.diff", "content_type": "text/x-diff", "kind": "file"}
            self._pipeline.put(Made(Kind.ARTIFACT, json.dumps(query).encode()), 500)

    def _capture_output(self) -> None:
        """Takes what the process prints into the session's log, until the end."""
        self._console = ConsoleCapture(self._record_lines, lambda: not self._writer.is_half_full)
        self._console.start()

    def _record_lines(self, lines: List[Line]) -> None:
        told = [{"text": text, "time": _rfc3339(at), "source": source} for at, source, text in lines]
        entry = Made(Kind.LINES, json.dumps({"lines": told}).encode())
        self._pipeline.put(entry, cost(entry))

    def _read_host(self, interval: float) -> None:
        """Records how busy the machine is, until the end."""
        self._host = HostReadings(self._record_readings, interval)

    def _record_readings(self, at: float, readings: Readings) -> None:
        if not self._writer.is_half_full:
            told = {"host": socket.gethostname(), "readings": [{"time": _rfc3339(at), "values": readings}]}
            self._pipeline.put(Made(Kind.READINGS, json.dumps(told).encode()), 1000)

    # Inside

    def _spool(self, kind: Kind, payload: bytes, command: Optional[str] = None) -> None:
        entry = Made(kind, payload, command)
        self._pipeline.put(entry, cost(entry))

    def _spool_params(self, flat: Mapping[str, Parameter]) -> None:
        """Spools params that are flat already, as many at a time as one request may carry."""
        if not self._is_ready:
            self._become_ready()
        for part in in_parts(flat):
            self._spool(Kind.PARAMS, json.dumps({"params": part}).encode())

    def _known_document(self) -> Optional[Dict[str, Any]]:
        """The session as the server described it when this process began; None while it cannot be reached."""
        if self._document is None:
            self._document = self._pipeline.delivery.document
        if self._document is None and self._state.joined:
            transport = Transport(self.base_url, timeout=ASKING_SECONDS, connect_timeout=ASKING_SECONDS, retries=0)
            try:
                self._document = json_object(transport.call("GET", f"training/sessions/{self.session_id}"))
            except PIVOTError as error:
                logger.warning("What the server knows of %s cannot be shown: %s", self.session_id, error)
            finally:
                transport.close()
        return self._document

    def _known_params(self) -> Optional[Mapping[str, Parameter]]:
        return (self._known_document() or {}).get("params")

    def _own_command(self, what: str) -> str:
        with self._lock:
            self._own_commands += 1
            return f"{self._state.spool_id}-{what}-{self._own_commands}"

    def _checked(self, name: Any) -> str:
        if name not in self._names:
            check_name(name)
            if len(self._names) < KNOWN_NAMES:
                self._names[name] = True
        return str(name)

    def _numbers(self, metrics: Mapping[str, Any]) -> Dict[str, float]:
        """The metrics as numbers by name; what is not a number is left out, and told once for each name and type.

        Two spellings of the same letters, composed and decomposed, would be one name twice to the server, which refuses the
        record; they are one metric here already, under the first of them.
        """
        found: Dict[str, float] = {}
        spellings: Dict[str, str] = {}
        for name, value in leaves_of(metrics):
            self._checked(name)
            if name in found:
                raise ValueError(f"Two values are both named {name!r}, one of them in a nested mapping; rename one of them.")
            first = spellings.setdefault(unicodedata.normalize("NFC", name), name)
            if first != name:
                self._warn_once(
                    ("spelling", first), f"The metric '{name}' comes in two spellings of the same letters (composed and "
                    "decomposed): they are one metric, and the last value counts. Use one spelling (unicodedata.normalize).")
            try:
                found[first] = number(name, value)
            except (TypeError, ValueError) as error:
                self._warn_once(
                    (name, type(value)), f"{error} It is left out, like further values of this type; the rest is logged."
                )
        return found

    def _warn_once(self, what: Any, text: str) -> None:
        """Logs a warning unless it was logged before; after many of them none is logged any more."""
        if what in self._warned or len(self._warned) > KNOWN_WARNINGS:
            return
        self._warned.add(what)
        if len(self._warned) > KNOWN_WARNINGS:
            text += " There have been many such warnings; no further ones are given for this session."
        logger.warning("%s", text)

    def _metrics_of_epoch(self, epoch: int) -> Dict[str, float]:
        """What was reported for an epoch, if it is the last; of more than a checkpoint may have, the monitored metric alone."""
        metrics = self._epoch_metrics if epoch == self._last_epoch else {}
        if len(json.dumps(metrics).encode()) > CHECKPOINT_METRICS_BYTES:
            train = self.config.get("train") or {}
            monitored = train.get("checkpoint_monitor", "val_loss")
            metrics = {name: value for name, value in metrics.items() if name == monitored}
        return metrics

    def _check_open(self) -> None:
        if self._closing is not None:
            raise SessionClosed(self._closing)

    def _become_ready(self) -> None:
        self._check_open()
        self._begin(1, 1, None)
        with self._lock:
            self._is_ready = self._closing is None

    def _begin(self, first_epoch: int, first_step: int, checkpoint: Optional[str]) -> None:
        with self._lock:
            if self._is_started:
                return
            self._is_started = True
            body: Dict[str, Any] = {"first_epoch": first_epoch, "first_step": first_step}
            if checkpoint is not None:
                body["checkpoint_id"] = checkpoint
            self._pipeline.put(Made(Kind.STARTED, json.dumps(body).encode()), 300)

    def _become_foreign(self) -> None:
        """In a forked child: the session stays the parent's."""
        self._lock = threading.RLock()
        self._is_ready = False
        self._console = self._host = None
        self._closing = (
            f"The session {self.session_id} belongs to the process that this one was forked from; log there, or begin a session "
            "in this process."
        )


_open: "weakref.WeakSet[Session]" = weakref.WeakSet()
_foreign: "weakref.WeakSet[Session]" = weakref.WeakSet()


def _forked_children_of(session: Session) -> bool:
    return session in _foreign


def _after_fork() -> None:
    release_after_fork()
    for session in list(_open):
        session._become_foreign()
        _foreign.add(session)
    _open.clear()


def _notice_exit_code() -> None:
    """Remembers the code that the program gives to `sys.exit`, which nothing tells when the interpreter ends."""
    leave = sys.exit

    @functools.wraps(leave)
    def leave_and_remember(code: Any = None, /) -> NoReturn:
        global _exit_code
        _exit_code = code
        leave(code)

    sys.exit = leave_and_remember


def _at_exit() -> None:
    # At a prompt, and so in notebooks, what was raised last has ended nothing.
    is_interactive = hasattr(sys, "ps1")
    error = None if is_interactive else getattr(sys, "last_value", None)
    code = None if is_interactive else _exit_code
    for session in list(_open):
        try:
            if isinstance(error, KeyboardInterrupt):
                session.finish("stopped", "interrupted from the keyboard")
            elif error is None and code not in (None, 0, False):
                session.finish("failed", f"The program ended with exit code {code}.")
            elif error is not None:
                text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
                session.finish("failed", text[-4000:])
            else:
                session.finish("stopped" if session.should_stop else "completed")
        except SpoolError as failure:
            logger.error("%s", failure)


_exit_code: Any = None
_notice_exit_code()
os.register_at_fork(after_in_child=_after_fork)
atexit.register(_at_exit)


def _rfc3339(seconds: float) -> str:
    micros = int(seconds * 1e6)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(micros // 1_000_000)) + f".{micros % 1_000_000:06}Z"


def _sendable(text: str) -> str:
    """The text without what no server takes: lone surrogates and NUL."""
    return text.encode("utf-8", "replace").decode().replace("\0", "\ufffd")


def _cut(line: str) -> List[str]:
    data = _sendable(line).encode()
    if len(data) <= LINE_BYTES:
        return [data.decode()]
    return [data[start : start + LINE_BYTES - 8].decode("utf-8", "ignore") for start in range(0, len(data), LINE_BYTES - 8)]
