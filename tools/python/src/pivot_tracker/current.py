"""Logging without an object at hand: `init`, `log` and `finish` of the process's current session."""

from __future__ import annotations

import functools
import os
import threading
from typing import Any, Mapping, Optional

from .beginning import session
from .errors import SessionClosed
from .session import Session

_lock = threading.Lock()
_current: Optional[Session] = None
_process_id = 0
_has_begun = False


@functools.wraps(session)
def _init(*arguments: Any, **named: Any) -> Session:
    global _current, _process_id, _has_begun
    with _lock:
        before = _taken()
        if before is not None:
            before.finish("stopped" if before.should_stop else "completed")
        _current = session(*arguments, **named)
        _process_id, _has_begun = os.getpid(), True
        return _current


# The same arguments, in help() and in editors too.
init = _init
init.__name__ = init.__qualname__ = "init"
init.__doc__ = """Begins a session, makes it the process's current one, and returns it; `log()` and `finish()` are about it.

Takes the arguments of `session()`, and raises what that raises. A second call finishes the session of the first as completed
(as stopped, when a stop was requested) before it begins its own, so that one program can train several times. What is not
finished when the program ends is finished then: as failed after an exception that nobody caught or an exit code other than
0, otherwise as completed.
"""


def log(metrics: Mapping[str, Any], step: Optional[int] = None) -> None:
    """Logs values of metrics to the current session, as `Session.log` does. Raises `SessionClosed` when there is none."""
    _needed("log").log(metrics, step)


def finish(status: str = "completed", message: Optional[str] = None) -> None:
    """Finishes the current session, as `Session.finish` does; calling it again does nothing.

    Raises `SessionClosed` when `init()` was never called in this process.
    """
    with _lock:
        ending = _taken()
        if ending is None and not (_has_begun and _process_id == os.getpid()):
            raise SessionClosed(_nothing("finish"))
    if ending is not None:
        ending.finish(status, message)


def _taken() -> Optional[Session]:
    """The current session, which then is none any more; None when there is none, or it is that of the parent process."""
    global _current
    found = _current if _process_id == os.getpid() else None
    _current = None
    return found


def _needed(what: str) -> Session:
    found = _current
    if found is None or _process_id != os.getpid():
        raise SessionClosed(_nothing(what))
    return found


def _nothing(what: str) -> str:
    return f"There is no current session in this process to {what}: call pivot.init() first."
