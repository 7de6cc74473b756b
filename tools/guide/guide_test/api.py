"""The API as the checks use it to learn the truth, beside what the examples print."""

import time

import requests

from .report import Wrong, equal

ENDED = ("completed", "failed", "stopped")


class API:
    """A small client. Every call raises `Wrong` when the status is not the one expected."""

    def __init__(self, address):
        self.base = f"http://{address}/api/v1"
        self.http = requests.Session()

    def call(self, method, path, status=200, **arguments):
        """Sends one request and returns the response."""
        response = requests.request(method, self.base + path, timeout=60, **arguments)
        if response.status_code != status:
            raise Wrong(f"{method} {path} answered {response.status_code}, not {status}: {response.text[:1000]}")
        return response

    def get(self, path, **parameters):
        """The JSON of a GET."""
        return self.call("GET", path, params=parameters).json()

    def session(self, session_id):
        """A session's document."""
        return self.get(f"/training/sessions/{session_id}")

    def records(self, session_id):
        """A session's epoch records."""
        return self.get(f"/training/sessions/{session_id}/metrics")["metrics"]

    def checkpoints(self, session_id, **query):
        """A session's checkpoints: one an epoch, unless `query` asks for others."""
        return self.get("/checkpoints", session_id=session_id, **query)["checkpoints"]

    def create(self, **fields):
        """Creates a session and returns its document."""
        session = self.call("POST", "/training/sessions", status=201, json=fields).json()
        equal(session["status"], "created", "the status of a new session")
        return session

    def start(self, session_id):
        """Starts a session and returns its document."""
        return self.call("POST", f"/training/sessions/{session_id}/start", status=202).json()

    def stop(self, session_id):
        """Stops a session and returns its document, which must then have ended."""
        session = self.call("POST", f"/training/sessions/{session_id}/stop", status=200).json()
        if session["status"] not in ENDED:
            raise Wrong(f"stop answered 200 with the status {session['status']}")
        return session

    def wait(self, session_id, condition, what, seconds=60):
        """Polls until a condition on the session's document holds and returns it."""
        deadline = time.monotonic() + seconds
        while True:
            session = self.session(session_id)
            if condition(session):
                return session
            if time.monotonic() > deadline:
                raise Wrong(f"{session_id} did not become {what} within {seconds} s: {session}")
            time.sleep(0.05)

    def wait_for_status(self, session_id, status, seconds=60):
        """Polls until the session has the status."""
        return self.wait(session_id, lambda session: session["status"] == status, status, seconds)

    def wait_for_epoch(self, session_id, epoch, seconds=60):
        """Polls until the session has completed the epoch."""
        return self.wait(session_id, lambda session: session["current_epoch"] >= epoch, f"past epoch {epoch}", seconds)
