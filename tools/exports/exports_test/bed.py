"""A server with sessions whose points are known, and the program that exports them."""

import datetime
import math
import pathlib
import random
import struct
import subprocess
from urllib.parse import quote

from checking import Wrong
from endtoend.api import API
from server_process import PIVOT, ServerProcess

#: Values at which readers and writers go wrong, among others.
EDGES = [0.1, -0.0, 0.0, math.nan, math.inf, -math.inf, 5e-324, 1.7976931348623157e308, 1 / 3, -1e-7]

METRICS = ["loss", "größe/ä \"q\", x", "学習率", "step", "train/val:1*"]

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c626001000000ffff03000006000557bfabd40000000049454e44ae426082")


def bits(value):
    """The value's 64 bits; all NaN are one."""
    return "nan" if math.isnan(value) else struct.pack("<d", value).hex()


def spoken(value):
    """The value as the API takes it."""
    if math.isnan(value):
        return "NaN"
    return value if math.isfinite(value) else "Infinity" if value > 0 else "-Infinity"


class Session:
    """A session, and the points that an export of it must have: by metric and axis, of (attempt, step, epoch, time, value)."""

    def __init__(self, identifier, token):
        self.id, self.token = identifier, token
        self.points = {}

    def rows(self):
        """Every point as (metric, axis, attempt, step, epoch, time in microseconds, bits)."""
        return sorted(
            (metric, axis, attempt, step, epoch, time, bits(value))
            for (metric, axis), points in self.points.items() for attempt, step, epoch, time, value in points)


class Bed:
    """One server and its folder."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.server = ServerProcess(PIVOT, folder)
        self.server.start()
        self.api = API(self.server.port)
        self._random = random.Random(7)

    def end(self):
        self.server.end()

    def pivot(self, *arguments, status=0):
        """Runs the program and returns its output."""
        result = subprocess.run(
            [str(PIVOT), *map(str, arguments), "--url", self.server.url], capture_output=True, text=True, timeout=300)
        if result.returncode != status:
            raise Wrong(f"{arguments} ended with {result.returncode}, not {status}: {result.stdout}{result.stderr}")
        return result.stdout + result.stderr

    def start(self, name, params=None):
        """A session that an attempt holds."""
        made = self.api.call("POST", "/training/sessions", {
            "session_name": name, "config": {"trainer": {"kind": "external"}, "train": {"epochs": 5}}, "params": params or {},
            "notes": "Eine *Notiz*", "tags": ["a", "ü"]}, status=201).json
        session = Session(made["session_id"], None)
        self.claim(session, 1, 1)
        return session

    def claim(self, session, first_epoch, first_step):
        claim = self.api.call(
            "POST", f"/training/sessions/{session.id}/attempts", {"lease_seconds": 600}, status=201).json
        session.token, session.attempt = claim["token"], claim["attempt"]
        self.post(session, f"/attempts/{session.attempt}/started", {"first_epoch": first_epoch, "first_step": first_step})

    def post(self, session, path, body, method="POST", status=200):
        return self.api.call(
            method, f"/training/sessions/{session.id}{path}", body, status=status,
            headers={"Authorization": f"Lease {session.token}"}).json

    def report(self, session, metric, steps, values):
        """Reports points, one every second of 2026."""
        times = [1_767_225_600_000_000 + step * 1_000_123 for step in steps]
        self.post(session, "/metrics", {"attempt": session.attempt, "series": [{
            "name": metric, "steps": steps, "values": [spoken(value) for value in values],
            "times": [rfc3339(time) for time in times]}]})
        points = session.points.setdefault((metric, "step"), [])
        points += [(session.attempt, step, None, time, value) for step, time, value in zip(steps, times, values)]

    def complete(self, session, epoch, step, metrics):
        time = 1_767_225_600_000_000 + step * 1_000_123
        self.post(session, "/epochs", {
            "attempt": session.attempt, "epoch": epoch, "step": step, "time": rfc3339(time),
            "metrics": {name: spoken(value) for name, value in metrics.items()}})
        for name, value in metrics.items():
            session.points.setdefault((name, "epoch"), []).append((session.attempt, step, epoch, time, value))

    def finish(self, session, outcome="completed"):
        self.post(session, "/finish", {"attempt": session.attempt, "outcome": outcome})

    def fill(self, name, count=5000):
        """A session with every metric: `count` points by step each, some of them edges, and two epochs."""
        session = self.start(name, {"lr": 0.1, "optimizer": "adam", "größe": 3})
        for metric in METRICS:
            values = [self._random.choice(EDGES) if place % 5 == 0 else self._random.gauss(0, 1) for place in range(count)]
            self.report(session, metric, list(range(1, count + 1)), values)
        for epoch in (1, 2):
            self.complete(session, epoch, epoch * count // 2, {"loss": EDGES[epoch + 2], "val/ü": 1 / (epoch + 6)})
        return session

    def artifact(self, session, path, data, kind, key, step, content_type):
        self.api.call(
            "PUT", f"/training/sessions/{session.id}/artifacts/{quote(path)}", data, status=201,
            query={"kind": kind, "key": key, "step": step},
            headers={"Authorization": f"Lease {session.token}", "Content-Type": content_type})


def rfc3339(microseconds):
    time = datetime.datetime.fromtimestamp(microseconds // 1_000_000, datetime.timezone.utc)
    return time.strftime("%Y-%m-%dT%H:%M:%S") + f".{microseconds % 1_000_000:06}Z"
