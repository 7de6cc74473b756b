"""The params of a session, as its object shows them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping
from typing import Any, Callable, Dict, Optional

from .params import MAXIMUM_COUNT, Parameter, fitted, flattened


class SessionParams(MutableMapping[str, Parameter]):
    """Settings by dotted name: reads like a dict, and records what is set.

    `session.params["lr"]` reads; `session.params["lr"] = 0.1`, `session.params.update(…)` and `session.params({…})` record,
    and take nested mappings. What this process has set is there at once; the rest is what the server knew when this process
    began. A param cannot be deleted, since it is recorded.
    """

    def __init__(
        self,
        own: Mapping[str, Parameter],
        record: Callable[[Dict[str, Parameter]], None],
        known: Callable[[], Optional[Mapping[str, Parameter]]],
    ) -> None:
        """`own` are those set so far; `record` spools further ones; `known` are the server's, None while nobody can say."""
        self._own: Dict[str, Parameter] = dict(own)
        self._record = record
        self._known = known

    def __call__(self, params: Mapping[str, Any]) -> None:
        """Records settings, at any time; nested mappings become dotted names.

        Raises `TypeError` or `ValueError`, naming the setting, for one that is not accepted.
        """
        flat = flattened(params, "params")
        self._record(flat)
        self._own.update(flat)

    def record_fitting(self, params: Any, what: str) -> str:
        """Records settings that nobody chose with a session in mind, changed so that they fit; what was changed, as a sentence.

        Raises `TypeError` when `params` is no mapping.
        """
        fitting, told = fitted(params, what, max(0, MAXIMUM_COUNT - len(self)))
        if fitting:
            self._record(fitting)
            self._own.update(fitting)
        return told

    def __getitem__(self, name: str) -> Parameter:
        if name in self._own:
            return self._own[name]
        return (self._known() or {})[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self({name: value})

    def __delitem__(self, name: str) -> None:
        raise TypeError(f"The param {name!r} is recorded and cannot be deleted; set it to another value.")

    def update(self, *others: Any, **named: Any) -> None:
        """Records several settings at once."""
        self(dict(*others, **named))

    def __iter__(self) -> Iterator[str]:
        return iter({**(self._known() or {}), **self._own})

    def __len__(self) -> int:
        return len({**(self._known() or {}), **self._own})

    def __repr__(self) -> str:
        return repr(dict(self))
