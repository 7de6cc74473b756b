"""Readers of live feeds, which go on after the last frame they saw whenever the connection breaks."""

import base64
import functools
import hashlib
import http.client
import json
import os
import socket
import struct
import threading
import time

from contract import Contract

from .report import Wrong


@functools.cache
def contract():
    """The API's document, which takes a moment to read."""
    return Contract()


ENDINGS = ("training_complete", "error")


class FeedReader(threading.Thread):
    """Collects the frames of one session until its ending, through any number of connections."""

    def __init__(self, port, session_id):
        super().__init__(daemon=True)
        self.port, self.session_id = port, session_id
        self.frames = []
        self.connection_count = 0
        self._error = None

    def read(self):
        """Reads one connection's frames into `frames`; returns at its end or raises `OSError`."""
        raise NotImplementedError

    def keep(self, frame):
        if faults := contract().faults_of_frame(frame):
            raise Wrong(f"the frame {json.dumps(frame)[:500]} is not as openapi.yaml says: {faults}")
        if frame["type"] not in ("connection", "heartbeat"):
            self.frames.append(frame)

    def run(self):
        deadline = time.monotonic() + 60
        try:
            while not (self.frames and self.frames[-1]["type"] in ENDINGS):
                if time.monotonic() > deadline:
                    raise Wrong(f"the feed has not ended: {[frame['type'] for frame in self.frames]}")
                try:
                    self.read()
                except (OSError, http.client.HTTPException):
                    pass
                time.sleep(0.02)
        except Exception as error:
            self._error = error

    def result(self):
        """The frames, once the ending has come."""
        self.join(70)
        if self._error:
            raise self._error
        return self.frames


class EventStreamReader(FeedReader):
    """Reads server-sent events, and resumes with `Last-Event-ID`."""

    last_id = None

    def read(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            headers = {"Last-Event-ID": self.last_id} if self.last_id else {}
            connection.request("GET", f"/api/v1/sse/training/{self.session_id}", headers=headers)
            response = connection.getresponse()
            if response.status != 200:
                raise Wrong(f"the event stream answered {response.status}")
            self.connection_count += 1
            event_id = None
            while line := response.readline():
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name == "id":
                    event_id = value
                elif name == "data":
                    self.keep(json.loads(value))
                    self.last_id = event_id
        finally:
            connection.close()


class WebSocketReader(FeedReader):
    """Reads a WebSocket, and resumes with `after=` the last frame's position."""

    position = 0

    def read(self):
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            key = base64.b64encode(os.urandom(16)).decode()
            connection.sendall(
                f"GET /api/v1/ws/training/{self.session_id}?after={self.position} HTTP/1.1\r\nHost: localhost\r\n"
                f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
                "Sec-WebSocket-Version: 13\r\n\r\n".encode())
            stream = connection.makefile("rb")
            if b" 101 " not in stream.readline():
                raise Wrong("the WebSocket was not upgraded")
            accepted = None
            while (line := stream.readline().strip()):
                name, _, value = line.decode().partition(":")
                if name.lower() == "sec-websocket-accept":
                    accepted = value.strip()
            proof = hashlib.sha1((key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()
            if accepted != base64.b64encode(proof).decode():
                raise Wrong(f"the WebSocket's proof is {accepted}")
            self.connection_count += 1
            while self._read_message(stream, connection):
                pass

    def _read_message(self, stream, connection):
        """Reads one message; false at the closing one."""
        head = self._exactly(stream, 2)
        opcode, length = head[0] & 15, head[1] & 127
        if length == 126:
            length = struct.unpack(">H", self._exactly(stream, 2))[0]
        elif length == 127:
            length = struct.unpack(">Q", self._exactly(stream, 8))[0]
        payload = self._exactly(stream, length)
        if opcode == 8:
            return False
        if opcode == 9:
            connection.sendall(bytes([0x8A, 0x80 | len(payload), 0, 0, 0, 0]) + payload)
        elif opcode == 1:
            frame = json.loads(payload)
            self.keep(frame)
            self.position = max(self.position, frame["position"])
        return True

    @staticmethod
    def _exactly(stream, count):
        data = stream.read(count)
        if len(data) != count:
            raise ConnectionError("the connection broke")
        return data
