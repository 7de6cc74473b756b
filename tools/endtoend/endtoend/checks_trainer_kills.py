"""Trainers that are killed, alone and together with their server."""

import os
import signal
import time

from .bed import synthetic, unet3d
from .checks_stops import TRAINING_SECONDS
from .report import check, equal, require


def kill(server, session_id, attempt, seconds):
    """Kills the trainer of an attempt some seconds after it began to train, by the process id it gave itself."""
    entry = server.api.wait_for_attempt(session_id, attempt)
    require(entry["process_id"] in server.trainers(session_id), f"process {entry['process_id']} is not its trainer")
    time.sleep(seconds)
    require(server.kill_trainers(session_id), f"the trainer of attempt {attempt} had ended before it was killed")


def endings(api, session_id):
    """How each attempt of a session ended."""
    return [attempt.get("ending") for attempt in api.session(session_id)["attempts"]]


@check("a trainer killed at several moments is started again and comes to the undisturbed digests")
def killed(bed):
    server, random = bed.server, bed.moments("killed")
    session_id = bed.begin(server.api, synthetic(), "killed")
    for attempt in (1, 2, 3):
        kill(server, session_id, attempt, random.uniform(0, TRAINING_SECONDS / 4))
    bed.finish(server.api, session_id)
    equal(endings(server.api, session_id), ["lost", "lost", "lost", "completed"], "the endings of the attempts")


@check("a trainer killed more often than max_restarts fails its session with a reason, and a start continues it")
def killed_too_often(bed):
    server, random = bed.server, bed.moments("killed too often")
    api = server.api
    session_id = bed.begin(api, synthetic(max_restarts=1), "killed too often")
    for attempt in (1, 2):
        kill(server, session_id, attempt, random.uniform(0, TRAINING_SECONDS / 3))
    document = wait_for_failure(api, session_id)
    require("signal 9" in document.get("message", ""), f"the message does not say why: {document.get('message')!r}")
    api.start(session_id)
    bed.finish(api, session_id)


def wait_for_failure(api, session_id):
    """Polls until the session has failed."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        document = api.session(session_id)
        if document["status"] == "failed":
            return document
        time.sleep(0.02)
    require(False, f"{session_id} did not fail: {document}")


@check("a trainer killed before it claimed its session is started again")
def killed_before_claim(bed):
    server, random = bed.server, bed.moments("killed before claim")
    session_id = bed.begin(server.api, synthetic(), "killed before claim")
    for _ in range(2):
        time.sleep(random.uniform(0, 0.05))
        deadline = time.monotonic() + 30
        while not server.kill_trainers(session_id) and time.monotonic() < deadline:
            time.sleep(0.001)
    bed.finish(server.api, session_id)


@check("a session whose trainer and server are killed at once is restarted when the lease has expired")
def both_killed(bed):
    random = bed.moments("both killed")
    with bed.new_server(lease_seconds=2.0) as server:
        session_id = bed.begin(server.api, synthetic(), "both killed")
        server.api.wait_for_attempt(session_id, 1)
        time.sleep(random.uniform(0.1, TRAINING_SECONDS / 2))
        server.kill()
        require(server.kill_trainers(session_id), "the trainer had ended before it was killed")
        server.start()
        require(server.api.session(session_id)["status"] == "running", "the lease did not outlive the server")
        bed.finish(server.api, session_id)
        equal(endings(server.api, session_id), ["lost", "completed"], "the endings of the attempts")


@check("a trainer that hangs loses its lease and is replaced by another")
def frozen(bed):
    random = bed.moments("frozen")
    with bed.new_server(lease_seconds=2.0, max_concurrent_sessions=1) as server:
        session_id = bed.begin(server.api, synthetic(), "frozen")
        entry = server.api.wait_for_attempt(session_id, 1)
        time.sleep(random.uniform(0.1, TRAINING_SECONDS / 2))
        os.kill(entry["process_id"], signal.SIGSTOP)
        bed.finish(server.api, session_id)
        equal(endings(server.api, session_id), ["lost", "completed"], "the endings of the attempts")
        require(entry["process_id"] not in server.trainers(session_id), "the trainer that hung is still there")


@check("a 3D U-Net whose trainer is killed gives the undisturbed bits")
def killed_network(bed):
    server, random = bed.server, bed.moments("killed network")
    bed.truth(unet3d)
    session_id = bed.begin(server.api, unet3d(), "killed network")
    for attempt in (1, 2):
        kill(server, session_id, attempt, random.uniform(0.1, 0.6))
    bed.finish(server.api, session_id, unet3d)
