"""The session that a callback logs into."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Callable, Optional, TypeVar

from ..beginning import check_arguments
from ..beginning import session as begin
from ..pipeline import logger
from ..session import Session
from .numbers import fitting_metrics

_Hook = TypeVar("_Hook", bound=Callable[..., Any])


class OwnedSession:
    """A session that was given, or one that is begun when it is first needed, and then also ended here.

    What goes wrong in a callback must not end the training that it watches: `guard` and `guarded` turn it into a warning.
    """

    def __init__(self, given: Optional[Session], arguments: dict[str, Any]) -> None:
        """`arguments` are those of `pivot_tracker.session`.

        Raises TypeError when a session is given as well, and TypeError or ValueError for wrong arguments.
        """
        if given is not None and not isinstance(given, Session):
            raise TypeError(f"session must be what pivot_tracker.session() returns, not {type(given).__name__}.")
        if given is not None and arguments:
            raise TypeError(f"Give either a session or the arguments of a new one: {', '.join(sorted(arguments))}.")
        inspect.signature(begin).bind(**arguments)
        check_arguments(**arguments)
        self._session = given
        self._arguments = arguments
        self._is_own = given is None
        self._has_ended = False
        self._failure: Optional[Exception] = None
        self._told: set[tuple[str, type]] = set()

    @property
    def session(self) -> Session:
        """The session; begins it when there is none yet. Raises what kept it from beginning, once it was tried."""
        if self._session is None:
            if self._failure is not None:
                # Without its frames: each raise would add to them, and a training has many steps.
                raise self._failure.with_traceback(None)
            try:
                self._session = begin(**self._arguments)
            except Exception as error:
                self._failure = error
                raise
        return self._session

    @property
    def has_begun(self) -> bool:
        """Whether there is a session already."""
        return self._session is not None

    def params(self, params: Mapping[str, Any], what: str) -> None:
        """Records settings; what does not fit a session is changed, which is told once in a warning. `what` names the whole."""
        told = self.session.params.record_fitting(params, what)
        if told:
            self.session._warn_once(("params", what), told)

    def checkpoint(self, path: Any, epoch: int, metrics: Mapping[str, float], **rest: Any) -> None:
        """Saves a checkpoint with as many of the metrics as it may have, the monitored one first."""
        train = self.session.config.get("train") or {}
        self.session.checkpoint(path, epoch, fitting_metrics(metrics, train.get("checkpoint_monitor")), **rest)

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

    @contextmanager
    def guard(self, what: str) -> Iterator[None]:
        """Keeps an exception of the block from the training: it is told in a warning, once for each `what` and type."""
        try:
            yield
        except Exception as error:
            key = ("begin" if error is self._failure else what, type(error))
            if key not in self._told:
                self._told.add(key)
                logger.warning(
                    "%s failed, and the training goes on: %s: %s Further failures of this kind are not reported.",
                    "To begin a session" if error is self._failure else what, type(error).__name__, _sentence(error),
                )


def guarded(hook: _Hook) -> _Hook:
    """A hook of a callback with an attribute `_owned`, whose exceptions become warnings; it then returns None."""

    @functools.wraps(hook)
    def safe(self: Any, *arguments: Any, **named: Any) -> Any:
        with self._owned.guard(f"{type(self).__name__}.{hook.__name__}"):
            return hook(self, *arguments, **named)
        return None

    return safe  # type: ignore[return-value]


def _sentence(error: Exception) -> str:
    text = str(error).strip()
    return text if text.endswith((".", "!", "?")) else f"{text}."
