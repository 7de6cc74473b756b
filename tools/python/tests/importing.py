"""Running an import in a test, and reading what it brought, bit for bit."""

import json
import struct

import requests
from counting import events
from pivot_tracker.imports.command import main


def imported(server, capsys, *arguments, status=0):
    """Runs an import with --json, requires its exit status, and returns its summary."""
    found = main([str(one) for one in arguments] + ["--json", "--url", server.url])
    summary = json.loads(capsys.readouterr().out)
    assert found == status, summary
    return summary


def position(server):
    """How many events the server's log has."""
    return requests.get(f"{server.url}/api/v1/health", timeout=60).json()["position"]


def get(server, path, **query):
    """The answer of a route."""
    answer = requests.get(f"{server.url}/api/v1/{path}", params=query, timeout=60)
    answer.raise_for_status()
    return answer


def document(server, session_id):
    """A session's document."""
    return get(server, f"training/sessions/{session_id}").json()


def points(server, session_id, attempts="current"):
    """By metric, every point that counts: (step, the value's bits, microseconds since 1970 modulo a second)."""
    lines = get(server, f"training/sessions/{session_id}/export", format="jsonl", attempts=attempts).text.splitlines()
    found = {}
    for line in map(json.loads, lines):
        if line["axis"] == "step":
            found.setdefault(line["metric"], []).append((line["step"], bits(float(line["value"])), line["time"]))
    return found


def series(server, session_id, **query):
    """By metric, (step, the value's bits) of every point that counts."""
    return {name: [one[:2] for one in those] for name, those in points(server, session_id, **query).items()}


def bits(value):
    """A number that is the same only for the same double, but for the payloads of NaN."""
    return "NaN" if value != value else struct.pack(">d", value).hex()


def recorded(server, session_id):
    """By metric, the (step, value's bits) as the log has them, in the order of their arrival."""
    found = {}
    for event in events(server.url, session_id, "telemetry"):
        for one in event["data"].get("series", []):
            step = 0
            for delta, value in zip(one["step_deltas"], one["values"]):
                step += delta
                found.setdefault(one["name"], []).append((step, bits(float(value))))
    return found


def artifacts(server, session_id):
    """The artifacts of a session by path."""
    return {one["path"]: one for one in get(server, f"training/sessions/{session_id}/artifacts").json()["artifacts"]}


def content(server, session_id, path):
    """The bytes of an artifact."""
    return get(server, f"training/sessions/{session_id}/artifacts/{path}").content
