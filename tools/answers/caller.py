"""Calls to a server, each checked against the API's document."""

import base64
import http.client
import json
import os
import socket
import struct
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from checking import Wrong


@dataclass
class Answer:
    """What a server answered."""

    status: int
    headers: "http.client.HTTPMessage"
    body: bytes

    @property
    def json(self):
        """The body as JSON."""
        return json.loads(self.body)


class Caller:
    """Calls operations by their ids and collects what of their answers is not as documented."""

    def __init__(self, port, contract):
        self.port = port
        self.contract = contract
        self.faults = []
        self.called = set()
        self.count = 0

    def __call__(self, operation, *values, status=None, query=None, body=None, raw=None, headers=None, token=None):
        """Makes one call and returns its answer. Raises `Wrong` when its status is not the one that is wanted.

        `values` stand for the path's parameters in their order; `body` is sent as JSON, `raw` as it is.
        """
        method, target = self._target(operation, values, query)
        sent = dict(headers or {})
        if body is not None:
            raw = json.dumps(body).encode()
            sent["Content-Type"] = "application/json"
        if token:
            sent["Authorization"] = f"Lease {token}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, target, body=raw, headers=sent)
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, response.read())
        finally:
            connection.close()
        self._note(operation, f"{method} {target}", self.contract.faults(operation, answer))
        wanted = status or 200
        if answer.status != wanted:
            raise Wrong(f"{method} {target} answered {answer.status}, not {wanted}: {answer.body[:500]!r}")
        return answer

    def note(self, operation, place, faults):
        """Keeps what is wrong at a place of an operation."""
        self._note(operation, place, faults)

    def _note(self, operation, place, faults):
        self.called.add(operation)
        self.count += 1
        self.faults += [f"{operation}, {place}: {fault}" for fault in faults]

    def _target(self, operation, values, query):
        method, path, _ = self.contract.operations[operation]
        values = list(values)
        parts = []
        for part in path.split("/"):
            # Slashes of an artifact's path and of a file among the assets stay.
            safe = "/" if part in ("{path}", "{asset}") else ""
            parts.append(quote(str(values.pop(0)), safe=safe) if part.startswith("{") else part)
        return method, "/".join(parts) + (f"?{urlencode(query)}" if query else "")

    def feed(self, operation, *values, query=None, headers=None):
        """The frames of a feed of server-sent events, until it ends or nothing more comes for a second."""
        method, target = self._target(operation, values, query)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=1)
        frames = []
        try:
            connection.request(method, target, headers=headers or {})
            response = connection.getresponse()
            answer = Answer(response.status, response.headers, b"")
            self._note(operation, target, self.contract.faults(operation, answer))
            for line in iter(response.readline, b""):
                if line.startswith(b"data: "):
                    frames.append(json.loads(line[6:]))
        except TimeoutError:
            pass  # The feed stays open.
        finally:
            connection.close()
        self._check_frames(operation, target, frames)
        return frames

    def socket(self, operation, *values, query=None):
        """The frames of a WebSocket that is closed by the server, or on which nothing more comes for a second."""
        method, target = self._target(operation, values, query)
        frames = []
        with socket.create_connection(("127.0.0.1", self.port), timeout=1) as connection:
            key = base64.b64encode(os.urandom(16)).decode()
            connection.sendall(
                f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
                f"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {key}\r\n\r\n".encode())
            with connection.makefile("rb") as stream:
                status = int(stream.readline().split()[1])
                headers = http.client.parse_headers(stream)
                self._note(operation, target, self.contract.faults(operation, Answer(status, headers, b"")))
                try:
                    while (message := _message(stream)) is not None:
                        frames.append(json.loads(message))
                except TimeoutError:
                    pass  # The feed stays open.
        self._check_frames(operation, target, frames)
        return frames

    def _check_frames(self, operation, target, frames):
        if not frames or frames[0].get("type") != "connection":
            self.faults.append(f"{operation}, {target}: the first frame is not a `connection`")
        for frame in frames:
            self._note(operation, f"{target}, frame {frame.get('type')}", self.contract.faults_of_frame(frame))


def _message(stream):
    """The next text of a WebSocket; None at its close."""
    while True:
        head = stream.read(2)
        if len(head) < 2:
            return None
        kind, length = head[0] & 15, head[1] & 127
        if length > 125:
            length = struct.unpack(">H" if length == 126 else ">Q", stream.read(2 if length == 126 else 8))[0]
        payload = stream.read(length)
        if kind == 8:
            return None
        if kind == 1:
            return payload
