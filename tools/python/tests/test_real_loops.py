"""Whole trainings whose server is killed twice on the way: every point arrives once, and bit for bit."""

import collections
import hashlib
import json
import os
import pathlib
import struct
import subprocess
import sys
import time

import counting
import pytest
import requests
import training_loops

LOOPS = pathlib.Path(training_loops.__file__)
STEPS = training_loops.EPOCHS * training_loops.BATCHES


class Loop:
    """A training in a process of its own."""

    def __init__(self, kind, folder, url):
        self._folder = folder
        environment = {**os.environ, "PIVOT_URL": url, "PYTHONPATH": os.pathsep.join(sys.path)}
        self._process = subprocess.Popen(
            [sys.executable, str(LOOPS), kind, str(folder)], env=environment, stderr=subprocess.PIPE, text=True
        )

    def wait_for_step(self, step):
        """Returns once the training has done a step."""
        deadline = time.monotonic() + 60
        path = self._folder / "steps"
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise AssertionError(f"the training ended before step {step}: {self._process.stderr.read()}")
            if path.exists() and path.read_bytes().count(b"\n") >= step:
                return
            time.sleep(0.005)
        raise AssertionError(f"the training did not come to step {step}")

    def told(self):
        """Waits for its end; what it says that it has logged."""
        _, errors = self._process.communicate(timeout=90)
        assert self._process.returncode == 0, errors
        return json.loads((self._folder / "told.json").read_text())

    def end(self):
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()


@pytest.mark.parametrize("kind", ["plain", "lightning", "transformers"])
def test_a_training_whose_server_is_killed_twice_arrives_whole(kind, server, spool, tmp_path):
    folder = tmp_path / "training"
    folder.mkdir()
    loop = Loop(kind, folder, server.url)
    try:
        for killed, started in ((1, 2), (5, 6)):
            loop.wait_for_step(STEPS * killed // 7)
            server.kill()
            # It trains on without a server, across the end of an epoch each time.
            loop.wait_for_step(STEPS * started // 7)
            server.start()
        told = loop.told()
    finally:
        loop.end()
    assert not any(spool.glob("sess_*")), "something was left for pivot-sync"
    session_id = told["session"]
    wanted = collections.Counter((name, step, bits) for name, step, bits in told["points"])
    found = collections.Counter()
    for (name, step, value), count in counting.points(server.url, session_id).items():
        # NaN and the infinities are told as words.
        found[name, step, struct.pack(">d", float(value)).hex()] += count
    assert set(found.values()) == {1} and found == wanted
    assert sum(name == "loss" for name, _, _ in found) == STEPS

    document = counting.session_document(server.url, session_id)
    assert (document["status"], document["attempt"], document["current_epoch"]) == ("completed", 1, training_loops.EPOCHS)
    events = list(counting.events(server.url, session_id, "session"))
    epochs = [event["data"]["epoch"] for event in events if event["type"] == "session.epoch_completed"]
    assert epochs == told["epochs"]
    saved = [event["data"]["epoch"] for event in events if event["type"] == "session.checkpoint_saved"]
    assert saved == told["epochs"]
    query = {"session_id": session_id}
    kept = requests.get(f"{server.url}/api/v1/checkpoints", params=query, timeout=30).json()["checkpoints"]
    assert len(kept) == training_loops.EPOCHS
    for entry in kept:
        answer = requests.get(f"{server.url}/api/v1/checkpoints/{entry['checkpoint_id']}/download", timeout=30)
        assert "sha256:" + hashlib.sha256(answer.content).hexdigest() == entry["digest"]
