"""The sessions that are shown, each a run of TensorBoard, and what is known of them.

Nothing is read twice while it cannot have changed:
- The list is read once a second at most, while somebody looks.
- A session's document and its artifacts change only with its `position` in the list.
- Its metrics in a few numbers (`metric-names`) are kept while the log has not grown, and otherwise for two seconds.
- A curve is kept as long as these numbers are the same, since each new point changes its metric's `count`.
So what is shown is at most three seconds behind the log.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any, Callable, Dict, List, Mapping, Optional, TypeVar

from ..errors import PIVOTError
from ..transport import segment
from .kept import Kept
from .reading import Reader
from .times import seconds

Value = TypeVar("Value")

#: The most sessions that can be shown: what the server lists at once.
MAXIMUM_SESSIONS = 1_000

_LIST_SECONDS = 1.0
_NAMES_SECONDS = 2.0
#: What may be kept, in points and entries of lists; some 200 MB.
_CAPACITY = 1_000_000


@dataclass(frozen=True)
class Shown:
    """A session as the list has it."""

    run: str
    summary: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.summary["session_id"])

    @property
    def position(self) -> int:
        return int(self.summary["position"])

    @property
    def started(self) -> float:
        """When it was started, or else created, in seconds since 1970."""
        return seconds(self.summary.get("started_at") or self.summary["created_at"])

    @property
    def updated(self) -> float:
        """When its state last changed, in seconds since 1970."""
        return seconds(self.summary["updated_at"])


@dataclass(frozen=True)
class Listing:
    """The sessions that are shown by their runs' names, and how many match."""

    by_run: Mapping[str, Shown]
    total: int
    position: int


class Sessions:
    """The sessions of one server that a filter chooses. All threads may use it; every method may raise `PIVOTError`."""

    def __init__(
        self, reader: Reader, *, filter: Optional[str] = None, sort: Optional[str] = None, limit: int = 100,
    ) -> None:
        self.reader = reader
        self.filter = filter
        self.sort = sort
        self.limit = limit
        self._kept = Kept(_CAPACITY)

    def listing(self) -> Listing:
        """The sessions, at most a second old."""
        now = time.monotonic()
        return self._kept.value(
            "list", now, self._list, is_current=lambda read: isinstance(read, float) and now - read < _LIST_SECONDS,
            cost=lambda listing: len(listing.by_run),
        )

    def document(self, session: Shown) -> Mapping[str, Any]:
        """A session's whole document; its summary when it was deleted since."""
        return self._by_position("document", session, lambda: dict(session.summary), "")

    def artifacts(self, session: Shown) -> List[Mapping[str, Any]]:
        """A session's artifacts, without those that later attempts superseded."""
        answer = self._by_position("artifacts", session, lambda: {"artifacts": []}, "/artifacts")
        found: List[Mapping[str, Any]] = answer["artifacts"]
        return found

    def metrics(self, session: Shown) -> List[Mapping[str, Any]]:
        """A session's metrics in a few numbers each, as `metric-names` tells them, without what later attempts superseded."""
        position, now = self.listing().position, time.monotonic()

        def is_current(stamp: Any) -> bool:
            return bool(stamp[0] == position or now - stamp[1] < _NAMES_SECONDS)

        def read() -> List[Mapping[str, Any]]:
            answer = self._read(f"training/sessions/{segment(session.id)}/metric-names", {"nonfinite": "token"}, lambda: {"metrics": []})
            found: List[Mapping[str, Any]] = answer["metrics"]
            return found

        return self._kept.value(("metrics", session.id), (position, now), read, is_current=is_current, cost=len)

    def history(self, session: Shown, query: Mapping[str, object], state: object) -> Mapping[str, Any]:
        """The history that `query` asks for, kept while `state`, which tells the metrics in a few numbers, is the same."""

        def read() -> Mapping[str, Any]:
            none: Dict[str, Any] = {"steps": [], "epochs": [], "values": [], "timestamps": [], "metrics": {}}
            return self._read(f"metrics/{segment(session.id)}/history", {**query, "nonfinite": "token"}, lambda: none)

        def cost(answer: Mapping[str, Any]) -> int:
            return 1 + len(answer["values"]) + sum(len(one["values"]) for one in answer.get("metrics", {}).values())

        text = repr(state)  # NaN equals itself as text
        return self._kept.value(
            ("history", session.id, *sorted(query.items())), text, read, is_current=lambda kept: kept == text, cost=cost)

    def artifact(self, session_id: str, path: str, digest: str, make: Callable[[bytes], Value], cost: Callable[[Value], int]) -> Value:
        """What `make` makes of an artifact's bytes, kept for ever, since a digest names them."""
        return self._kept.value(
            ("artifact", session_id, path, digest, make), None, lambda: make(self.content(session_id, path, digest)),
            is_current=lambda kept: True, cost=cost)

    def content(self, session_id: str, path: str, digest: str) -> bytes:
        """An artifact's bytes."""
        address = "/".join(segment(part) for part in path.split("/"))
        return self.reader.content(f"training/sessions/{segment(session_id)}/artifacts/{address}", {"digest": digest})

    def _list(self) -> Listing:
        query = {"limit": self.limit, "filter": self.filter, "sort": self.sort}
        answer, position = self.reader.document("training/sessions", query)
        shown = [Shown(run_name(summary), summary) for summary in answer["sessions"]]
        return Listing({one.run: one for one in shown}, int(answer["total"]), position)

    def _by_position(self, what: str, session: Shown, otherwise: Callable[[], Dict[str, Any]], rest: str) -> Dict[str, Any]:
        return self._kept.value(
            (what, session.id), session.position,
            lambda: self._read(f"training/sessions/{segment(session.id)}{rest}", None, otherwise),
            is_current=lambda kept: kept == session.position,
            cost=lambda answer: 10 + len(answer.get("artifacts", ())) + len(answer.get("params", ())))

    def _read(self, path: str, query: Optional[Mapping[str, object]], otherwise: Callable[[], Dict[str, Any]]) -> Dict[str, Any]:
        """An answer; `otherwise` when the session was deleted after the list was read."""
        try:
            return self.reader.document(path, query)[0]
        except PIVOTError as error:
            if error.status == 404 and error.code == "not_found":
                return otherwise()
            raise


def run_name(summary: Mapping[str, Any]) -> str:
    """`experiment/name/id`, or `name/id`: readable, of its own for each session, and a path, as TensorBoard wants names to be.

    Names that hold slashes are several parts of the path. Control characters are blanks, and parts that a path cannot have (empty
    ones, `.` and `..`) are left out.
    """
    parts: List[str] = []
    for name in (summary.get("experiment"), summary.get("session_name")):
        text = "".join(letter if letter.isprintable() else " " for letter in name or "")
        parts += [part for part in (one.strip() for one in text.split("/")) if part not in ("", ".", "..")]
    return "/".join([*parts, str(summary["session_id"])])
