"""What can go wrong, as types. Every text says what happened, to what, and what to do."""

from __future__ import annotations

from typing import Any, Mapping, Optional


class PIVOTError(Exception):
    """The server refused a call, or no answer came.

    `status` is the HTTP status, 0 when the server was not reached. `code` is the error code of the API's document.
    `field` is the path of the field that a 422 names. `details` are the answer's own.
    `retry_after` is how many seconds the server asked to wait.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int = 0,
        code: str = "unreachable",
        field: Optional[str] = None,
        details: Optional[Mapping[str, Any]] = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.status = status
        self.code = code
        self.field = field
        self.details: Mapping[str, Any] = details or {}
        self.retry_after: Optional[float] = None


class Unreachable(PIVOTError):
    """No answer came: the server is not running, or the connection broke. The call may or may not have taken effect."""


class DigestMismatch(PIVOTError):
    """The bytes that were received do not have the expected digest. The file was removed."""


class SpoolError(RuntimeError):
    """The spool cannot take what was logged; none of it is confirmed. Free space or fix the permissions first."""


class SessionClosed(RuntimeError):
    """There is no session in this process: it has ended, belongs to another process, or was never begun."""
