"""The API as the checks speak it, with nothing but the standard library."""

import hashlib
import http.client
import json
import time
import uuid
from urllib.parse import urlencode

from .report import Wrong

ENDED = ("completed", "failed", "stopped")


class Unreachable(Exception):
    """No answer came: nobody knows whether the request was carried out."""


class Answer:
    """Status, headers (in lower case) and body of an answer."""

    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def position(self):
        """The position after which everything that was written is visible."""
        return int(self.headers["x-log-position"])


def digest(data):
    """The digest as the API writes it."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


class API:
    """A small client for the server on one port."""

    def __init__(self, port):
        self.port = port

    def send(self, method, path, body=None, headers=None, query=None, seconds=60):
        """Sends one request on a connection of its own; a `dict` goes as JSON. Raises `Unreachable`."""
        headers = dict(headers or {})
        if isinstance(body, dict):
            body = json.dumps(body).encode()
            headers["Content-Type"] = "application/json"
        target = "/api/v1" + path + ("?" + urlencode(query) if query else "")
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
        try:
            connection.request(method, target, body, headers)
            return Answer(connection.getresponse())
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(f"{method} {path}: {error!r}") from error
        finally:
            connection.close()

    def call(self, method, path, body=None, status=200, **arguments):
        """Sends one request and returns its answer, which must have the status. Waits while documents are rebuilt."""
        deadline = time.monotonic() + 30
        while True:
            answer = self.send(method, path, body, **arguments)
            if answer.status == 503 and method == "GET" and time.monotonic() < deadline:
                time.sleep(0.05)
                continue
            break
        if answer.status != status:
            raise Wrong(f"{method} {path} answered {answer.status}, not {status}: {answer.body[:1000]!r}")
        return answer

    def get(self, path, **query):
        """The JSON of a GET."""
        return self.call("GET", path, query=query).json

    def create(self, config, status=201, **fields):
        """Creates a session and returns its document, or the error when another status is wanted."""
        return self.call("POST", "/training/sessions", {"config": config, **fields}, status=status).json

    def start(self, session_id):
        """Starts a session; the answer must show that it waits or trains."""
        document = self.call("POST", f"/training/sessions/{session_id}/start", status=202).json
        if document["status"] not in ("queued", "running"):
            raise Wrong(f"start answered with the status {document['status']}")
        return document

    def stop(self, session_id):
        """Stops a session and returns its document, which must show the end."""
        document = self.call("POST", f"/training/sessions/{session_id}/stop").json
        if document["status"] not in ENDED:
            raise Wrong(f"stop answered 200 with the status {document['status']}")
        return document

    def session(self, session_id):
        """A session's document."""
        return self.get(f"/training/sessions/{session_id}")

    def wait(self, session_id, condition, what, seconds=90):
        """Polls until a condition on the session's document holds, and returns it. Failures are no reason to wait."""
        deadline = time.monotonic() + seconds
        while True:
            document = self.session(session_id)
            if condition(document):
                return document
            if time.monotonic() > deadline or document["status"] == "failed":
                shown = {key: document.get(key) for key in ("status", "message", "current_epoch", "attempts")}
                raise Wrong(f"{session_id} is not {what} after {seconds} s or failed: {shown}")
            time.sleep(0.02)

    def wait_for_status(self, session_id, status, seconds=90):
        """Polls until the session has the status."""
        return self.wait(session_id, lambda document: document["status"] == status, status, seconds)

    def wait_for_attempt(self, session_id, number):
        """Polls until the attempt has begun to train, and returns its entry in the document."""

        def begun(document):
            return any(entry["attempt"] >= number and "started_at" in entry for entry in document.get("attempts", ()))

        document = self.wait(session_id, begun, f"training in attempt {number}")
        return document["attempts"][-1]

    def checkpoints(self, session_id, **query):
        """A session's checkpoints."""
        return self.get("/checkpoints", session_id=session_id, **query)["checkpoints"]

    def download(self, checkpoint):
        """The bytes of a checkpoint, which must have its digest."""
        body = self.call("GET", f"/checkpoints/{checkpoint['checkpoint_id']}/download").body
        if digest(body) != checkpoint["digest"]:
            raise Wrong(f"{checkpoint['checkpoint_id']} came as {digest(body)}, not as {checkpoint['digest']}")
        return body

    def events(self, session_id, stream="all"):
        """Every event of a session, in the order of the log."""
        events = []
        while True:
            answer = self.call("GET", f"/training/sessions/{session_id}/events",
                               query={"stream": stream, "limit": 1000, "after": events[-1]["position"] if events else 0})
            page = [json.loads(line) for line in answer.body.splitlines()]
            events += page
            if len(page) < 1000:
                return events

    def upload(self, session_id, epoch, data, key=None, status=201):
        """Uploads a checkpoint."""
        boundary = uuid.uuid4().hex
        parts = []
        for name, value in (("session_id", session_id), ("epoch", epoch)):
            parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode())
        parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="{epoch}.bin"\r\n'
                     "Content-Type: application/octet-stream\r\n\r\n".encode() + data + b"\r\n")
        parts.append(f"--{boundary}--\r\n".encode())
        headers = {"Content-Type": f"multipart/form-data; boundary={boundary}"}
        if key:
            headers["Idempotency-Key"] = key
        return self.call("POST", "/checkpoints", b"".join(parts), status=status, headers=headers)
