"""Reading from the server, from several threads, with at most a few calls at a time."""

from __future__ import annotations

import queue
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Tuple, TypeVar

import requests

from ..transport import Transport, json_object

Item = TypeVar("Item")
Result = TypeVar("Result")

#: How many calls go on at a time: enough for a page that asks for many curves at once, few beside the server's trainers.
PARALLEL_CALLS = 6

#: Seconds to wait for an answer, and how often a broken call is repeated: a person is waiting for the page.
_TIMEOUT = 30.0
_RETRIES = 2


class Reader:
    """Calls to one server that only read. All threads may use it."""

    def __init__(self, url: str, token: Optional[str] = None) -> None:
        """`url` is the address of the API. `token` is sent as a bearer token, for a proxy that asks for one."""
        self.url = url
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        # The last one used comes first, so that few connections stay open.
        self._transports: "queue.LifoQueue[Transport]" = queue.LifoQueue()
        for _ in range(PARALLEL_CALLS):
            self._transports.put(Transport(url, timeout=_TIMEOUT, retries=_RETRIES))
        self._workers = ThreadPoolExecutor(PARALLEL_CALLS, thread_name_prefix="pivot-tensorboard")

    def document(self, path: str, query: Optional[Mapping[str, object]] = None) -> Tuple[Dict[str, Any], int]:
        """An answer's JSON, and the position of the log that it shows. Raises `PIVOTError`."""
        response = self._get(path, query)
        return json_object(response), int(response.headers.get("X-Read-Position", 0))

    def content(self, path: str, query: Optional[Mapping[str, object]] = None) -> bytes:
        """An answer's bytes. Raises `PIVOTError`."""
        return self._get(path, query).content

    def for_each(self, items: Iterable[Item], work: Callable[[Item], Result]) -> List[Result]:
        """What `work`, which may call the server but not this method, returns for each item. Raises what the first one raises."""
        return list(self._workers.map(work, items))

    def close(self) -> None:
        """Closes the connections; there may be no call any more."""
        self._workers.shutdown()
        while not self._transports.empty():
            self._transports.get().close()

    def _get(self, path: str, query: Optional[Mapping[str, object]]) -> requests.Response:
        transport = self._transports.get()
        try:
            return transport.call("GET", path, query=query, headers=self._headers)
        finally:
            self._transports.put(transport)
