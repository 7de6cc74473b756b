"""A training that is logged: what a program calls while it trains."""

from __future__ import annotations

import os
from typing import Any, Mapping, Optional, Sequence, Union

Fact = Union[str, int, float, bool]


class Session:
    """One process's part of a session, from `session()` to `finish()`."""

    session_id: str
    base_url: str

    def _put_artifact(
        self,
        path: str,
        data: Union[bytes, str, "os.PathLike[str]"],
        content_type: str = "application/octet-stream",
        kind: str = "file",
        key: Optional[str] = None,
        step: Optional[int] = None,
    ) -> None:
        """Spools a file of the session: `bytes` as they are, or the content of the file at a path, copied now.

        `path` is the artifact's name in the session: relative, without empty, `.` or `..` parts, at most 1024 bytes.
        `kind` (1 to 64 bytes), `key` (1 to 255 bytes) and `step` (from 0) are what it is found by.
        """
        raise NotImplementedError

    def _record_facts(self, facts: Mapping[str, Fact]) -> None:
        """Spools facts about where and with what the session is trained. Names have 1 to 255 bytes."""
        raise NotImplementedError


def session(
    name: Optional[str] = None,
    *,
    config: Optional[Mapping[str, Any]] = None,
    tags: Sequence[str] = (),
    experiment: Optional[str] = None,
    checkpoint_id: Optional[str] = None,
    resume: Optional[str] = None,
    base_url: Optional[str] = None,
    provenance: bool = True,
) -> Session:
    """Begins a session and gives what logs it."""
    raise NotImplementedError
