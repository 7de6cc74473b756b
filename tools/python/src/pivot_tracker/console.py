"""The lines that a program prints, on their way into its session's log.

`sys.stdout` and `sys.stderr` stay the objects they are, and everything still reaches the terminal: while a session captures
output, their method `write` is replaced on the object by one that also hands the text on. So loggers and progress bars that
took hold of a stream before are heard too, and streams that notebooks and test runners put in place work as before. What
does not pass through these two objects is not captured: `sys.stdout.buffer`, C libraries, and the processes that a program
starts, forked ones included.
"""

from __future__ import annotations

import sys
import threading
import time
from collections import deque
from typing import Any, Callable, Deque, Dict, List, Optional, Tuple

from .errors import SessionClosed, SpoolError
from .output_splitter import OutputSplitter

#: The most that waits for the spool; what comes while it is full is left out, counted, and told in the log.
MAXIMUM_LINES = 50_000
MAXIMUM_BYTES = 16 << 20

#: The most of a single write that is looked at, in characters.
MAXIMUM_WRITE = 1 << 20

# Lines and bytes in one record, and how long lines are gathered, in seconds.
RECORD_LINES = 2000
RECORD_BYTES = 1 << 20
GATHER_SECONDS = 0.25

# The client's own threads have names that begin so; what they print is no part of the training.
_OWN_THREADS = "pivot-"

Line = Tuple[float, str, str]
"""When a line was completed, in seconds since 1970, its source (`stdout`, `stderr` or `log`) and its text."""


class ConsoleCapture:
    """Captures what the process prints from `start()` to `stop()`.

    `deliver` gets lines in their order, in a thread of its own or in that which calls `drain()`; it may wait, and raise
    `SpoolError`. `has_room` is asked before that, and when it says no, lines are left out. Writing never waits for either.
    """

    def __init__(self, deliver: Callable[[List[Line]], None], has_room: Callable[[], bool]) -> None:
        self._deliver = deliver
        self._has_room = has_room
        self._lock = threading.Lock()
        self._draining = threading.Lock()
        self._changed = threading.Event()
        self._is_stopped = False
        self._ends = threading.Event()
        self._splitters = {"stdout": OutputSplitter(), "stderr": OutputSplitter()}
        self._lines: Deque[Line] = deque()
        self._byte_count = 0
        self._left_out = 0
        self._thread = threading.Thread(target=self._run, name="pivot-console", daemon=True)

    def start(self) -> None:
        """Begins to capture."""
        _listen(self)
        self._thread.start()

    def stop(self) -> None:
        """Ends the capture, gives the streams back their own `write`, and delivers the rest."""
        _stop_listening(self)
        with self._lock:
            self._is_stopped = True
            for source, splitter in self._splitters.items():
                self._keep(source, splitter.finish())
        self._ends.set()
        self._changed.set()
        self._thread.join(5.0)
        self.drain()

    def forget(self) -> None:
        """In a forked child: nothing that waits here is the child's, and a lock may have been held."""
        self._lock = threading.Lock()
        self._draining = threading.Lock()
        self._is_stopped = True
        self._lines.clear()

    def take(self, source: str, text: str) -> None:
        """Takes text that was written; never waits for anything but other writers."""
        with self._lock:
            if self._is_stopped:
                return
            splitter = self._splitters[source]
            rest = len(text) - MAXIMUM_WRITE
            self._keep(source, splitter.take(text[:MAXIMUM_WRITE] if rest > 0 else text, time.monotonic()))
            if rest > 0:
                self._left_out += text.count("\n", MAXIMUM_WRITE) or 1
            is_due = bool(self._lines) or splitter.holds_progress or self._left_out > 0
        if is_due:
            self._changed.set()

    def drain(self) -> None:
        """Delivers the complete lines that wait."""
        with self._draining:
            while True:
                with self._lock:
                    now = time.monotonic()
                    for source, splitter in self._splitters.items():
                        self._keep(source, splitter.tick(now))
                    part = self._next_part()
                if not part:
                    return
                try:
                    if not self._has_room():
                        self._leave_out(part)
                        return
                    self._deliver(part)
                except SpoolError:
                    self._leave_out(part)
                    return
                except SessionClosed:
                    return

    def _next_part(self) -> List[Line]:
        part: List[Line] = []
        size = 0
        if self._left_out > 0 and len(self._lines) < MAXIMUM_LINES // 2:
            told = f"({self._left_out:,} lines of output were left out here: more was printed than could be kept)"
            part.append((time.time(), "log", told))
            self._left_out = 0
        while self._lines and len(part) < RECORD_LINES and size < RECORD_BYTES:
            line = self._lines.popleft()
            size += len(line[2])
            self._byte_count -= len(line[2])
            part.append(line)
        return part

    def _keep(self, source: str, texts: List[str]) -> None:
        now = time.time()
        for text in texts:
            if len(self._lines) >= MAXIMUM_LINES or self._byte_count >= MAXIMUM_BYTES:
                self._left_out += 1
            else:
                self._lines.append((now, source, text))
                self._byte_count += len(text)

    def _leave_out(self, part: List[Line]) -> None:
        with self._lock:
            self._left_out += sum(source != "log" for _, source, _ in part) or 1

    def _run(self) -> None:
        while True:
            with self._lock:
                if self._is_stopped:
                    return
                waits = any(splitter.holds_progress for splitter in self._splitters.values()) or self._left_out > 0
            # What was written over waits for its turn; otherwise there is nothing to do until something is written.
            self._changed.wait(1.0 if waits else None)
            self._changed.clear()
            self._ends.wait(GATHER_SECONDS)
            self.drain()


class _Tap:
    """A stream whose `write` is replaced while captures listen to it."""

    def __init__(self, stream: Any, source: str) -> None:
        self.stream = stream
        self.source = source
        self.listeners: List[ConsoleCapture] = []
        self._original = stream.write
        self._had_own = "write" in getattr(stream, "__dict__", {})
        self._write = self._make_write()
        stream.write = self._write

    def _make_write(self) -> Callable[[str], Any]:
        original, source = self._original, self.source

        def write(text: str) -> Any:
            result = original(text)
            if self.listeners and not getattr(_inside, "is_active", False):
                # A signal's handler or a destructor may print while this thread is in here.
                _inside.is_active = True
                try:
                    if isinstance(text, str) and not threading.current_thread().name.startswith(_OWN_THREADS):
                        for listener in tuple(self.listeners):
                            listener.take(source, text)
                except Exception:
                    pass  # A program's printing must not fail because of its log.
                finally:
                    _inside.is_active = False
            return result

        return write

    def restore(self) -> None:
        """Gives the stream its own `write` back, unless somebody has replaced it since: then this one only passes on."""
        self.listeners = []
        if getattr(self.stream, "__dict__", {}).get("write") is self._write:
            if self._had_own:
                self.stream.write = self._original
            else:
                del self.stream.write


_inside = threading.local()
_guard = threading.Lock()
_taps: Dict[int, _Tap] = {}


def write_unheard(stream: Any, text: str) -> None:
    """Writes text that no session captures: the client's own."""
    was_active = getattr(_inside, "is_active", False)
    _inside.is_active = True
    try:
        stream.write(text)
        stream.flush()
    finally:
        _inside.is_active = was_active


def _listen(capture: ConsoleCapture) -> None:
    with _guard:
        for source in ("stdout", "stderr"):
            stream = getattr(sys, source)
            tap = _tap_of(stream, source)
            if tap is not None and capture not in tap.listeners:
                tap.listeners.append(capture)


def _tap_of(stream: Any, source: str) -> Optional[_Tap]:
    """The tap of a stream; None for a missing stream, and for one whose method cannot be replaced."""
    if stream is None:
        return None
    tap = _taps.get(id(stream))
    if tap is None:
        try:
            tap = _taps[id(stream)] = _Tap(stream, source)
        except AttributeError:
            return None
    return tap


def _stop_listening(capture: ConsoleCapture) -> None:
    with _guard:
        for key, tap in list(_taps.items()):
            if capture in tap.listeners:
                tap.listeners = [listener for listener in tap.listeners if listener is not capture]
                if not tap.listeners:
                    tap.restore()
                    del _taps[key]


def release_after_fork() -> None:
    """In a forked child: the streams get their own `write` back, and what waits stays the parent's."""
    global _guard
    _guard = threading.Lock()
    _inside.is_active = False
    for tap in _taps.values():
        for capture in tap.listeners:
            capture.forget()
        tap.restore()
    _taps.clear()
