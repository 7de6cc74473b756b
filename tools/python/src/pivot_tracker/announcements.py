"""What the client tells the person at the terminal: one line when a session begins, and one when it ends.

The lines go to standard error, so that a program's standard output stays its own, and never raise.
"""

from __future__ import annotations

import os
import sys
from typing import Optional

from .console import write_unheard
from .transport import session_address

_FALSE = ("", "0", "false", "no", "off")


def is_quiet(quiet: Optional[bool], is_supervised: bool) -> bool:
    """Whether nothing is told: as `quiet` says, else as PIVOT_QUIET says, else in programs that the server runs.

    The server takes the standard error of such a program into the session's log, which is where the lines would lead.
    """
    if quiet is not None:
        return quiet
    told = os.environ.get("PIVOT_QUIET")
    return is_supervised if told is None else told.strip().lower() not in _FALSE


def say(text: str) -> None:
    """Writes one line to standard error; a stream that is closed or missing is no error."""
    stream = sys.stderr
    if stream is None:
        return
    try:
        write_unheard(stream, f"pivot: {text}\n")
    except (OSError, ValueError, RuntimeError):
        pass  # The terminal has gone, the program has closed it, or a signal interrupted another write to it.


def title(name: str, session_id: str) -> str:
    """A session as a sentence names it: its name and its id, or the id alone."""
    name = "".join(letter if letter.isprintable() else " " for letter in name)
    return f"session {name} ({session_id})" if name and name != session_id else f"session {session_id}"


def begun(name: str, session_id: str, base_url: str, waiting_in: Optional[str]) -> str:
    """The line at the beginning; `waiting_in` is the spool's folder when no server has answered yet."""
    text = f"{title(name, session_id)} at {session_address(base_url, session_id)}"
    if waiting_in is not None:
        text += f" (the server does not answer yet; what is logged is kept in {waiting_in})"
    return text


def ended(name: str, session_id: str, status: str, seconds: float, left: int, refused: int, folder: str) -> str:
    """The line at the end: the status, the duration, and how many records are not on the server.

    `folder` is the spool's, beside which refused records are kept.
    """
    text = f"{title(name, session_id)} {status} after {duration(seconds)}"
    if left > 0:
        text += (
            f"; {_count(left)} not delivered yet and kept in {folder}: run 'pivot-sync' when the server can be reached"
        )
    if refused > 0:
        text += f"; {_count(refused)} refused by the server and kept in {os.path.join(os.path.dirname(folder), 'refused')}"
    return text


def duration(seconds: float) -> str:
    """A duration as people say it, in its two greatest units: `0.4 s`, `12 s`, `3 min 5 s`, `2 h 4 min`, `1 d 3 h`."""
    if seconds < 9.95:
        return f"{max(seconds, 0.0):.1f} s"
    whole = round(seconds)
    for size, unit, part_size, part in ((86_400, "d", 3600, "h"), (3600, "h", 60, "min"), (60, "min", 1, "s")):
        if whole >= size:
            return f"{whole // size} {unit} {whole % size // part_size} {part}"
    return f"{whole} s"


def _count(records: int) -> str:
    return f"{records:,} record{' is' if records == 1 else 's are'}"
