"""Calls over HTTP: addresses, errors, and when a call is made again."""

from __future__ import annotations

import hashlib
import json
import os
import pathlib
import random
import socket
import sys
import time
from http.client import RemoteDisconnected
from typing import IO, Any, Callable, Dict, Iterable, Mapping, Optional, Union
from urllib.parse import quote, urlencode, urlsplit, urlunsplit

import requests

from .errors import DigestMismatch, PIVOTError, Unreachable
from .identifiers import new_command_id

DEFAULT_URL = "http://localhost:8000/api/v1"
RETRIED_STATUSES = frozenset((408, 429, 500, 502, 503, 504))
LONGEST_PAUSE = 30.0

Query = Mapping[str, Any]
Body = Union[None, bytes, IO[bytes], Iterable[bytes]]


def base_url(url: Optional[str] = None) -> str:
    """The address of the API: `url`, else PIVOT_URL, else the default; `/api/v1` is added to a bare host.

    Raises `ValueError` for anything that is not an HTTP address.
    """
    text = (url or os.environ.get("PIVOT_URL") or DEFAULT_URL).rstrip("/")
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError(f"'{text}' is not the address of a server; it must look like {DEFAULT_URL}.")
    path = parts.path if parts.path.strip("/") else "/api/v1"
    return urlunsplit((parts.scheme, parts.netloc, path, "", ""))


def session_address(url: str, session_id: str) -> str:
    """The address at which a person can open a session: its document, without the password that a server's address may hold."""
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], f"{parts.path}/training/sessions/{session_id}", "", ""))


def error_of(response: requests.Response) -> PIVOTError:
    """The error that an answer of 400 or more reports."""
    code, message, details = "http_error", response.reason or "", {}
    try:
        error = response.json()["error"]
        code, message, details = str(error["code"]), str(error["message"]), dict(error.get("details") or {})
    except (ValueError, KeyError, TypeError):
        # Something other than PIVOT answered, such as a proxy.
        message = f"{message}: {response.text[:200]}"
    field = details.get("field")
    advice = _ADVICE.get(code) or _ADVICE.get(str(response.status_code), "")
    request = response.request
    text = f"{request.method} {urlsplit(request.url or '').path} failed with {response.status_code} {code}: {message}"
    if advice:
        text += " " + advice
    return PIVOTError(
        text, status=response.status_code, code=code, field=str(field) if field is not None else None, details=details
    )


_ADVICE = {
    "insufficient_storage": "Free space on the server's disk.",
    "command_conflict": "The idempotency key was already used with another body: choose a new one.",
    "rate_limited": "Call less often.",
    "stale_attempt": "Another attempt holds the session now: claim a new one.",
    "lease_invalid": "Claim a new attempt.",
    "http_error": "Is this the address of a PIVOT server?",
}


class Transport:
    """Calls to one server. A transport is used by one thread at a time."""

    def __init__(
        self,
        url: str,
        *,
        timeout: float = 60.0,
        connect_timeout: float = 5.0,
        retries: int = 5,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.url = url
        self.timeout = timeout
        self.connect_timeout = connect_timeout
        self.retries = retries
        self._sleep = sleep
        self._session = requests.Session()

    def close(self) -> None:
        """Closes the connections."""
        self._session.close()

    def address(self, path: str, query: Optional[Query] = None, *, outside: bool = False) -> str:
        """The address of a route: below the base, or of the server's root when `outside`."""
        base = self.url
        if outside:
            parts = urlsplit(base)
            base = f"{parts.scheme}://{parts.netloc}"
        text = encoded_query(query)
        return f"{base}/{path.lstrip('/')}" + (f"?{text}" if text else "")

    def send(
        self,
        method: str,
        path: str,
        *,
        query: Optional[Query] = None,
        body: Body = None,
        json_body: Any = None,
        headers: Optional[Mapping[str, str]] = None,
        stream: bool = False,
        outside: bool = False,
    ) -> requests.Response:
        """Makes one call, once. Raises `Unreachable` when no answer came and `PIVOTError` when it was refused."""
        sent = dict(headers or {})
        if json_body is not None:
            # Python's json writes NaN and Infinity as the bare tokens that the server reads.
            body = json.dumps(json_body, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "replace")
            sent.setdefault("Content-Type", "application/json")
        address = self.address(path, query, outside=outside)
        handled = sys.exc_info()[1]
        try:
            response = self._session.request(
                method, address, data=body, headers=sent, stream=stream, timeout=(self.connect_timeout, self.timeout)
            )
        except requests.RequestException as error:
            raise Unreachable(
                f"No answer from {self.url} to {method} {path}: {_cause(error, handled)}. Start the server (pivot serve), or name its "
                "address in PIVOT_URL or base_url."
            ) from error
        if response.status_code >= 400:
            refused = error_of(response)
            refused.retry_after = retry_after(response)
            response.close()
            raise refused
        return response

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Optional[Query] = None,
        json_body: Any = None,
        body: Optional[Callable[[], Body]] = None,
        headers: Optional[Mapping[str, str]] = None,
        idempotency_key: Optional[str] = None,
        stream: bool = False,
        outside: bool = False,
    ) -> requests.Response:
        """Makes a call, and repeats it after a broken connection or a temporary refusal, when Retry-After asks (at most 30 s later).

        A POST gets an Idempotency-Key, its own unless given, so that it takes effect once however often it is sent.
        `body` makes a new body for every try.
        """
        sent = dict(headers or {})
        if idempotency_key is not None or method == "POST":
            sent["Idempotency-Key"] = idempotency_key or new_command_id()
        attempt = 0
        while True:
            try:
                return self.send(
                    method, path, query=query, json_body=json_body, body=body() if body else None, headers=sent,
                    stream=stream, outside=outside,
                )
            except PIVOTError as error:
                if not is_passing(error) or attempt >= self.retries:
                    raise
                self._sleep(pause(error, attempt))
                attempt += 1

    def download(
        self,
        path: str,
        target: "Union[str, os.PathLike[str]]",
        *,
        digest: Optional[str] = None,
        query: Optional[Query] = None,
    ) -> pathlib.Path:
        """Streams a file to `target`, which appears only once it is complete and its digest verified.

        An interrupted download continues where it stopped. Raises `DigestMismatch` when the bytes are not those of `digest`, or of
        the ETag when none is given.
        """
        final = pathlib.Path(target)
        partial = final.with_name(f"{final.name}.{os.getpid()}.part")
        hasher = hashlib.sha256()
        received = 0
        attempt = 0
        handled = sys.exc_info()[1]
        try:
            with open(partial, "wb") as file:
                while True:
                    headers = {"Accept-Encoding": "identity"}
                    if received:
                        headers["Range"] = f"bytes={received}-"
                    try:
                        response = self.send("GET", path, query=query, headers=headers, stream=True)
                        with response:
                            if received and response.status_code != 206:
                                file.seek(0)
                                file.truncate()
                                hasher, received = hashlib.sha256(), 0
                            named = _digest_of_tag(response.headers.get("ETag"))
                            digest = digest or named
                            for chunk in response.iter_content(1 << 20):
                                file.write(chunk)
                                hasher.update(chunk)
                                received += len(chunk)
                                attempt = 0
                        break
                    except requests.RequestException as error:
                        broken: PIVOTError = Unreachable(f"The download of {path} was interrupted: {_cause(error, handled)}.")
                    except PIVOTError as error:
                        if error.status == 416 and received:
                            break
                        if not is_passing(error):
                            raise
                        broken = error
                    if attempt >= self.retries:
                        raise broken
                    self._sleep(pause(broken, attempt))
                    attempt += 1
                file.flush()
                os.fsync(file.fileno())
            found = "sha256:" + hasher.hexdigest()
            if digest is not None and found != digest:
                raise DigestMismatch(
                    f"The digest of {path} is {found}, not {digest}. Nothing was kept; download it again.",
                    status=200, code="digest_mismatch",
                )
            os.replace(partial, final)
        finally:
            partial.unlink(missing_ok=True)
        return final


def encoded_query(query: Optional[Query]) -> str:
    """Query parameters as text: booleans as true and false, lists repeated, None left out."""
    pairs = []
    for name, value in (query or {}).items():
        for item in value if isinstance(value, (list, tuple)) else (value,):
            if item is not None:
                pairs.append((name, ("true" if item else "false") if isinstance(item, bool) else str(item)))
    return urlencode(pairs, quote_via=quote)


def segment(text: object) -> str:
    """A text as one part of a path."""
    return quote(str(text), safe="")


def artifact_route(session_id: str, path: str) -> str:
    """The route of a session's artifact. Raises `ValueError` for a path that would lead elsewhere on its way."""
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts):
        raise ValueError(f"The artifact's path {path[:80]!r} must be relative and have no empty, '.' or '..' parts.")
    return f"training/sessions/{segment(session_id)}/artifacts/" + "/".join(segment(part) for part in parts)


def is_passing(error: PIVOTError) -> bool:
    """Whether the same call may succeed later."""
    return isinstance(error, Unreachable) or error.status in RETRIED_STATUSES


def _cause(error: BaseException, handled: Optional[BaseException]) -> str:
    """What is at the bottom of a broken call, in a few words; `handled` is what the caller was handling as it made it."""
    inner = error
    while inner.__context__ is not None and inner.__context__ is not handled:
        inner = inner.__context__
    if isinstance(inner, (TimeoutError, socket.timeout)):  # the same from Python 3.10 on
        return "timed out"
    if isinstance(inner, RemoteDisconnected):
        return "the connection was closed without an answer"
    if isinstance(inner, OSError) and inner.strerror:
        return inner.strerror
    return f"{type(inner).__name__}: {str(inner)[:200]}"


def retry_after(response: requests.Response) -> Optional[float]:
    """The seconds that an answer asks to wait."""
    try:
        return max(0.0, float(response.headers["Retry-After"]))
    except (KeyError, ValueError):
        return None


def pause(error: PIVOTError, attempt: int) -> float:
    """Seconds until the next try: as the server asks, else doubling from 0.1 s, with a random part."""
    if error.retry_after is not None:
        return min(error.retry_after, LONGEST_PAUSE)
    return min(5.0, 0.1 * 2.0 ** min(attempt, 10)) * random.uniform(0.75, 1.25)


def _digest_of_tag(tag: Optional[str]) -> Optional[str]:
    text = (tag or "").strip('"')
    return text if text.startswith("sha256:") else None


def json_object(response: requests.Response) -> Dict[str, Any]:
    """The JSON object of an answer. Raises `PIVOTError` when it is not one."""
    try:
        value = response.json()
    except ValueError as error:
        raise PIVOTError(
            f"The answer from {response.url} is not JSON: {error}. Is this the address of a PIVOT server?",
            status=response.status_code, code="malformed_answer",
        ) from error
    if not isinstance(value, dict):
        raise PIVOTError(
            f"The answer from {response.url} is not a JSON object. Is this the address of a PIVOT server?",
            status=response.status_code, code="malformed_answer",
        )
    return value


__all__ = [
    "Body", "DEFAULT_URL", "Query", "Transport", "artifact_route", "base_url", "encoded_query", "error_of", "is_passing", "json_object", "pause",
    "segment", "session_address",
]
