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
from queue import Empty, SimpleQueue
from typing import Any, Callable, Dict, List, Optional, Tuple

from .errors import SessionClosed, SpoolError
from .output_splitter import OutputSplitter

#: The most that waits for the spool; what comes while it is full is left out, counted, and told in the log.
MAXIMUM_BYTES = 16 << 20

#: About what one write takes besides its characters.
WRITE_BYTES = 150

#: The most of a single write that is looked at, in characters.
MAXIMUM_WRITE = 1 << 20

# Lines and characters in one record, and how long writes are gathered, in seconds.
RECORD_LINES = 2000
RECORD_CHARACTERS = 1 << 20
GATHER_SECONDS = 0.25

# How long the end waits for lines that are being delivered by another thread, in seconds.
_DRAIN_SECONDS = 5.0

# The client's own threads have names that begin so; what they print is no part of the training.
_OWN_THREADS = "pivot-"

Line = Tuple[float, str, str]
"""When a line was completed, in seconds since 1970, its source (`stdout`, `stderr` or `log`) and its text."""

# When it was written, in seconds since 1970 and since any fixed moment, to what, and what.
_Write = Tuple[float, float, str, str]


class ConsoleCapture:
    """Captures what the process prints from `start()` to `stop()`.

    `deliver` gets lines in their order, in a thread of its own or in that which calls `drain()`; it may wait, and raise
    `SpoolError`. `has_room` is asked before that, and when it says no, lines are left out.

    Writing never waits for either, and a signal's handler may call any method in the middle of a write: a write only enters
    a queue that can be entered again, and the one lock it takes is never taken by the thread that empties the queue.
    """

    def __init__(self, deliver: Callable[[List[Line]], None], has_room: Callable[[], bool]) -> None:
        self._deliver = deliver
        self._has_room = has_room
        self._is_stopped = False
        # Entered by those who write.
        self._writes: "SimpleQueue[_Write]" = SimpleQueue()
        self._wakes: "SimpleQueue[None]" = SimpleQueue()
        self._is_woken = False
        self._counting = threading.RLock()
        self._taken_bytes = 0
        self._refused_lines = 0
        # Of the one who drains.
        self._draining = threading.RLock()
        self._splitters = {"stdout": OutputSplitter(), "stderr": OutputSplitter()}
        self._lines: List[Line] = []
        self._drained_bytes = 0
        self._told_lines = 0
        self._dropped_lines = 0
        self._thread = threading.Thread(target=self._run, name="pivot-console", daemon=True)

    def start(self) -> None:
        """Begins to capture."""
        _listen(self)
        _follow_cells()
        self._thread.start()

    def stop(self) -> None:
        """Ends the capture, gives the streams back their own `write`, and delivers the rest."""
        _stop_listening(self)
        self._is_stopped = True
        self._wakes.put(None)
        self._thread.join(_DRAIN_SECONDS)
        if self._draining.acquire(timeout=_DRAIN_SECONDS):
            try:
                self._read_writes()
                for source, splitter in self._splitters.items():
                    self._keep(source, splitter.finish(), time.time())
                self._deliver_lines()
            finally:
                self._draining.release()

    def forget(self) -> None:
        """In a forked child: nothing that waits here is the child's."""
        self._is_stopped = True
        self._writes = SimpleQueue()

    def take(self, source: str, text: str) -> None:
        """Takes text that was written; never waits for anything but other writers."""
        if self._is_stopped:
            return
        rest = text.count("\n", MAXIMUM_WRITE) if len(text) > MAXIMUM_WRITE else 0
        if len(text) > MAXIMUM_WRITE:
            text = text[: MAXIMUM_WRITE - 1] + "\n"
        size = len(text) + WRITE_BYTES
        with self._counting:
            if self._taken_bytes - self._drained_bytes + size > MAXIMUM_BYTES:
                self._refused_lines += text.count("\n") + rest
                return
            self._taken_bytes += size
            self._refused_lines += rest
        self._writes.put((time.time(), time.monotonic(), source, text))
        if not self._is_woken:
            self._is_woken = True
            self._wakes.put(None)

    def drain(self) -> None:
        """Delivers the complete lines that were written before; another thread that delivers some is waited for."""
        if self._draining.acquire(timeout=_DRAIN_SECONDS):
            try:
                self._read_writes()
                self._deliver_lines()
            finally:
                self._draining.release()

    def _read_writes(self) -> None:
        if self._dropped_lines > 0 and self._has_room():
            self._tell_left_out(self._dropped_lines)
            self._dropped_lines = 0
        # What was refused came behind what is in the queue now.
        refused = self._refused_lines - self._told_lines
        while True:
            try:
                self._split(self._writes.get_nowait())
            except Empty:
                break
        now, at = time.monotonic(), time.time()
        for source, splitter in self._splitters.items():
            self._keep(source, splitter.tick(now), at)
        if refused > 0:
            self._told_lines += refused
            self._tell_left_out(refused)

    def _tell_left_out(self, count: int) -> None:
        text = f"({count:,} {'line' if count == 1 else 'lines'} of output left out here: more was printed than could be kept)"
        self._keep("log", [text], time.time())

    def _split(self, written: _Write) -> None:
        at, now, source, text = written
        self._drained_bytes += len(text) + WRITE_BYTES
        self._keep(source, self._splitters[source].take(text, now), at)
        if len(self._lines) >= RECORD_LINES:
            self._deliver_lines()

    def _keep(self, source: str, texts: List[str], at: float) -> None:
        self._lines += [(at, source, text) for text in texts]

    def _deliver_lines(self) -> None:
        while self._lines:
            part, size = 0, 0
            while part < min(len(self._lines), RECORD_LINES) and size < RECORD_CHARACTERS:
                size += len(self._lines[part][2])
                part += 1
            lines, self._lines = self._lines[:part], self._lines[part:]
            try:
                if self._has_room():
                    self._deliver(lines)
                    continue
            except SpoolError:
                pass  # The training is told where it logs; here the lines are counted.
            except SessionClosed:
                return
            self._dropped_lines += len(lines)

    def _run(self) -> None:
        while not self._is_stopped:
            waits = any(splitter.holds_progress for splitter in self._splitters.values())
            # What was written over waits for its turn; otherwise there is nothing to do until something is written.
            try:
                self._wakes.get(timeout=1.0 if waits else None)
            except Empty:
                pass
            if not self._is_stopped:
                time.sleep(GATHER_SECONDS)
            # Whoever writes from now on wakes this thread again.
            self._is_woken = False
            self.drain()


class _Tap:
    """A stream whose `write` is replaced while captures listen to it."""

    def __init__(self, stream: Any, source: str) -> None:
        """Raises `AttributeError` for a stream whose method cannot be replaced."""
        self.stream = stream
        self.source = source
        self.listeners: List[ConsoleCapture] = []
        self._original: Any = None
        self._had_own = False
        self._write: Any = None
        self.wrap()

    def wrap(self) -> None:
        """Replaces the stream's `write`, unless it is replaced already."""
        own = getattr(self.stream, "__dict__", {}).get("write")
        if own is not None and own is self._write:
            return
        original = self.stream.write

        def write(text: Any, *rest: Any, **named: Any) -> Any:
            result = original(text, *rest, **named)
            # Not the current one any more when somebody has replaced it, and may still call it.
            if self._write is write:
                self._hear(text)
            return result

        self.stream.write = write
        self._original, self._had_own, self._write = original, own is not None, write

    def restore(self) -> None:
        """Gives the stream its own `write` back, unless somebody has replaced it since: then this one only passes on."""
        self.listeners = []
        if getattr(self.stream, "__dict__", {}).get("write") is self._write:
            if self._had_own:
                self.stream.write = self._original
            else:
                del self.stream.write

    def _hear(self, text: Any) -> None:
        # A signal's handler or a destructor may print while this thread is in here.
        if not self.listeners or not isinstance(text, str) or getattr(_inside, "is_active", False):
            return
        if threading.current_thread().name.startswith(_OWN_THREADS):
            return
        _inside.is_active = True
        try:
            for listener in tuple(self.listeners):
                listener.take(self.source, text)
        except Exception:
            pass  # A program's printing must not fail because of its log.
        finally:
            _inside.is_active = False


_inside = threading.local()
_guard = threading.Lock()
_taps: Dict[int, _Tap] = {}
_follows_cells = False


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


def _follow_cells() -> None:
    """IPython replaces `write` for each cell and puts its own back afterwards: at each cell's beginning it is replaced again."""
    global _follows_cells
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None and not _follows_cells else None
    if shell is not None:
        shell.events.register("pre_execute", _wrap_again)
        _follows_cells = True


def _wrap_again() -> None:
    with _guard:
        for tap in _taps.values():
            tap.wrap()


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
