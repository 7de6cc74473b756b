"""What the server has recorded, read from its log, where nothing is hidden or joined."""

import collections
import itertools
import json

import requests


def events(url, session_id, stream):
    """The events of a session's stream."""
    after = 0
    while True:
        answer = requests.get(
            f"{url}/api/v1/training/sessions/{session_id}/events",
            params={"stream": stream, "after": after, "limit": 1000}, timeout=60,
        )
        answer.raise_for_status()
        lines = answer.text.splitlines()
        for line in lines:
            yield json.loads(line)
        if not lines:
            return
        after = json.loads(lines[-1])["position"]


def points(url, session_id):
    """How often each (name, step, value) is recorded."""
    found = collections.Counter()
    for event in events(url, session_id, "telemetry"):
        for series in event["data"].get("series", []):
            steps = itertools.accumulate(series["step_deltas"])
            for step, value in zip(steps, series["values"]):
                found[series["name"], step, value] += 1
    return found


def session_document(url, session_id):
    """The session as the API tells it."""
    answer = requests.get(f"{url}/api/v1/training/sessions/{session_id}", timeout=60)
    answer.raise_for_status()
    return answer.json()
