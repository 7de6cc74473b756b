"""What a program writes, as lines; what progress bars write over is thinned, as the server does for programs that it runs."""

from __future__ import annotations

import re
from typing import List, Optional

#: The most bytes of a line's text; of a longer one the rest is left out, and the line says how much.
MAXIMUM_LINE_BYTES = 16_000

#: The shortest time between two lines that write over each other, in seconds.
PROGRESS_SECONDS = 2.0

# Moving the cursor and erasing, of ECMA-48; colors stay.
_MOVES = re.compile(r"\x1b\[[0-9;?]*[A-HJKSTfhlnsu]")
_MOVES_UP = re.compile(r"\x1b\[[0-9]*[AF]")


class OutputSplitter:
    """Cuts the text of one output into lines.

    What ends with a carriage return, or is drawn by moving the cursor up, is written over on a terminal: of those one in
    `PROGRESS_SECONDS` is kept, and the last one before a line's end. `now` is in seconds since any fixed moment.
    """

    def __init__(self) -> None:
        self._pending = ""
        self._omitted = 0
        self._ends_with_return = False
        self._held: Optional[str] = None
        self._last_progress: Optional[float] = None

    @property
    def holds_progress(self) -> bool:
        """Whether a line that was written over waits for its turn: `tick` gives it."""
        return self._held is not None

    def take(self, text: str, now: float) -> List[str]:
        """The lines that `text` completes."""
        lines: List[str] = []
        place, length = 0, len(text)
        while place < length:
            feed, back = text.find("\n", place), text.find("\r", place)
            end = min(feed if feed >= 0 else length, back if back >= 0 else length)
            if end > place:
                if self._ends_with_return:
                    lines += self._overwrite(now)
                self._add(text[place:end])
            if end == length:
                break
            if end == feed:
                lines += self._end_line(now)
            else:
                if self._ends_with_return:
                    lines += self._overwrite(now)
                self._ends_with_return = True
            place = end + 1
        return lines

    def tick(self, now: float) -> List[str]:
        """The line that was written over, if it has waited long enough."""
        if self._held is None or (self._last_progress is not None and now - self._last_progress < PROGRESS_SECONDS):
            return []
        line, self._held = self._held, None
        self._last_progress = now
        return [line]

    def finish(self) -> List[str]:
        """What is left when the output has ended."""
        if not self._pending and self._held is None:
            return []
        text = self._taken() if self._pending else self._held
        self._held = None
        return [text or ""]

    def _add(self, text: str) -> None:
        room = MAXIMUM_LINE_BYTES - len(self._pending)
        self._pending += text[:room]
        self._omitted += len(text[room:].encode("utf-8", "replace")) if len(text) > room else 0

    def _end_line(self, now: float) -> List[str]:
        self._ends_with_return = False
        if _MOVES_UP.search(self._pending):
            return self._overwrite(now)
        text = self._taken() if self._pending else self._held or ""
        self._held = None
        return [text]

    def _overwrite(self, now: float) -> List[str]:
        self._ends_with_return = False
        if not self._pending:
            return []
        text = self._taken()
        if not text:
            return []
        self._held = text
        return self.tick(now)

    def _taken(self) -> str:
        text = _MOVES.sub("", self._pending)
        data = text.encode("utf-8", "replace")
        omitted = self._omitted
        self._pending, self._omitted = "", 0
        if len(data) > MAXIMUM_LINE_BYTES:
            kept = data[:MAXIMUM_LINE_BYTES].decode("utf-8", "ignore")
            omitted += len(data) - len(kept.encode())
            text = kept
        else:
            text = data.decode()
        text = text.replace("\0", "\ufffd")
        return f"{text} … ({omitted} bytes left out)" if omitted else text
