"""Values that are kept until what they were read from has changed."""

from __future__ import annotations

import threading
from collections import OrderedDict
from concurrent.futures import Future
from typing import Callable, Hashable, NamedTuple, TypeVar, cast

Value = TypeVar("Value")


class _Entry(NamedTuple):
    stamp: object
    value: "Future[object]"
    cost: "list[int]"


class Kept:
    """Values by key, each with a stamp that says which state of its source it shows. The least used ones go first.

    All threads may use it. A value that several threads ask for at once is made once.
    """

    def __init__(self, capacity: int) -> None:
        """`capacity` is the most that all values may cost together; what a value costs is its maker's own measure."""
        self._capacity = capacity
        self._cost = 0
        self._entries: "OrderedDict[Hashable, _Entry]" = OrderedDict()
        self._lock = threading.Lock()

    def value(
        self,
        key: Hashable,
        stamp: object,
        make: Callable[[], Value],
        *,
        is_current: Callable[[object], bool],
        cost: Callable[[Value], int] = lambda value: 1,
    ) -> Value:
        """The value of a key: the kept one if `is_current` says so of its stamp, else a new one. Raises what `make` raises."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is not None and is_current(entry.stamp):
                self._entries.move_to_end(key)
                mine = None
            else:
                mine = entry = _Entry(stamp, Future(), [0])
                self._replace(key, mine)
        if mine is None:
            return cast(Value, entry.value.result())
        try:
            made = make()
        except BaseException as error:
            with self._lock:
                if self._entries.get(key) is mine:
                    self._replace(key, None)
            mine.value.set_exception(error)
            raise
        with self._lock:
            if self._entries.get(key) is mine:
                price = cost(made)
                if price > self._capacity:
                    self._replace(key, None)
                else:
                    mine.cost[0] = price
                    self._cost += price
                    while self._cost > self._capacity:
                        self._replace(next(iter(self._entries)), None)
        mine.value.set_result(made)
        return made

    def _replace(self, key: Hashable, entry: "_Entry | None") -> None:
        before = self._entries.pop(key, None)
        if before is not None:
            self._cost -= before.cost[0]
        if entry is not None:
            self._entries[key] = entry
