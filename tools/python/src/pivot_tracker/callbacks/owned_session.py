"""The session that a callback logs into."""

from __future__ import annotations

from typing import Any, Optional

from ..beginning import session as begin
from ..session import Session


class OwnedSession:
    """A session that was given, or one that is begun when it is first needed, and then also ended here."""

    def __init__(self, given: Optional[Session], arguments: dict[str, Any]) -> None:
        """`arguments` are those of `pivot_tracker.session`; TypeError when a session is given as well."""
        if given is not None and arguments:
            raise TypeError(f"Give either a session or the arguments of a new one: {', '.join(sorted(arguments))}.")
        self._session = given
        self._arguments = arguments
        self._is_own = given is None
        self._has_ended = False

    @property
    def session(self) -> Session:
        """The session; begins it when there is none yet."""
        if self._session is None:
            self._session = begin(**self._arguments)
        return self._session

    @property
    def has_begun(self) -> bool:
        """Whether there is a session already."""
        return self._session is not None

    def end(self, status: str) -> None:
        """Ends the session as `completed` or `stopped` when it is the callback's own; otherwise makes durable what was logged."""
        if self._session is None or self._has_ended:
            return
        if self._is_own:
            self._has_ended = True
            self._session.finish(status=status)
        else:
            self._session.flush()

    def fail(self, error: BaseException) -> None:
        """Ends the callback's own session as an exception in a `with` block would."""
        if self._session is not None and self._is_own and not self._has_ended:
            self._has_ended = True
            self._session.__exit__(type(error), error, error.__traceback__)
