"""Servers that are killed while trainers train and clients write: the five checks after a crash."""

import subprocess
import time

from server_process import free_port

from .api import digest
from .bed import synthetic
from .checks_stops import TRAINING_SECONDS
from .checks_trainer_kills import endings
from .report import check, equal, require
from .writer import CheckpointUploads, Renames, Reports, Uploads


def documents(api, sessions):
    """Everything that the API shows of some sessions at rest, by path."""
    shown = {"/training/sessions": api.get("/training/sessions", limit=1000)}
    for session_id in sessions:
        base = f"/training/sessions/{session_id}"
        paths = [base, f"{base}/metrics", f"{base}/artifacts", f"{base}/logs?limit=1000", f"{base}/host-readings",
                 f"/checkpoints?attempts=all&session_id={session_id}", f"/status/{session_id}", f"/epochs/{session_id}",
                 f"/graphs/loss/{session_id}"]
        for metric in ("loss", "train_loss"):
            history = f"/metrics/{session_id}/history?metric_name={metric}"
            paths += [f"{history}&axis=step", f"{history}&axis=step&max_points=7", f"{history}&attempts=all"]
        for path in paths:
            shown[path] = api.get(path)
    return shown


def check_documents(server, sessions):
    """The documents after a crash must equal those that the log alone gives, however they are made from it."""
    before = documents(server.api, sessions)

    def compare(how):
        after = documents(server.api, sessions)
        for path, document in before.items():
            equal(after[path], document, f"{path} {how}")

    server.rebuild()
    compare("rebuilt by the running server")
    server.terminate()
    server.rebuild()
    server.start()
    compare("rebuilt without a server")
    server.terminate()
    server.delete_read_models()
    server.start()
    compare("after the read models were deleted")


def check_blobs(api, sessions):
    """Every digest that an event of the sessions names must be in the store and verify. Returns how many there were."""
    count = 0
    for session_id in sessions:
        for checkpoint in api.checkpoints(session_id, attempts="all"):
            api.download(checkpoint)
            count += 1
        for artifact in api.get(f"/training/sessions/{session_id}/artifacts")["artifacts"]:
            body = api.call("GET", f"/training/sessions/{session_id}/artifacts/{artifact['path']}").body
            equal(digest(body), artifact["digest"], f"the digest of {artifact['path']}")
            count += 1
    return count


@check("a server killed at several moments loses nothing it acknowledged, and the trainer continues")
def killed(bed):
    random = bed.moments("server killed")
    kinds = ((Reports, "reports"), (Renames, "renames"), (Uploads, "files"), (CheckpointUploads, "checkpoints"))
    with bed.new_server(max_concurrent_sessions=1) as server:
        api = server.api
        session_id = bed.begin(api, synthetic(step_seconds=0.1), "server killed")
        api.wait_for_attempt(session_id, 1)
        process_ids = server.trainers(session_id)
        writers = []
        for kill in (1, 2, 3):
            fresh = [kind(api, f"{name}-{kill}") for kind, name in kinds]
            for writer in fresh:
                writer.start()
            time.sleep(random.uniform(0.1, 0.6))
            equal(server.trainers(session_id), process_ids, "the trainer's process before the kill")
            server.kill()
            for writer in fresh:
                writer.stop()
            server.start()
            for writer in fresh:
                writer.check_prefix()
            writers += fresh
        for writer in writers:
            writer.send_again()
        bed.finish(api, session_id)
        equal(endings(api, session_id), ["completed"], "the endings of the attempts")
        sent = {name: sum(writer.sent_count for writer in writers if type(writer) is kind) for kind, name in kinds}
        require(min(sent.values()) > 3, f"too little was sent to mean anything: {sent}")
        sessions = [session_id] + [writer.session_id for writer in writers]
        server.kill()
        server.start()
        require(check_blobs(api, sessions) >= sent["files"], "files are missing")
        check_documents(server, sessions)
        for writer in writers:
            writer.check_prefix()
        return ", ".join(f"{count} {name}" for name, count in sent.items())


@check("a server that ends on request leaves the trainer running, and finds it again")
def terminated(bed):
    random = bed.moments("terminated")
    with bed.new_server() as server:
        session_id = bed.begin(server.api, synthetic(), "terminated")
        server.api.wait_for_attempt(session_id, 1)
        time.sleep(random.uniform(0.1, TRAINING_SECONDS / 2))
        server.terminate()
        time.sleep(random.uniform(0, 0.5))
        server.start()
        bed.finish(server.api, session_id)
        equal(endings(server.api, session_id), ["completed"], "the endings of the attempts")


@check("a session that starts just as its server ends or dies is trained after all")
def gone_at_start(bed):
    random = bed.moments("gone at start")
    with bed.new_server(lease_seconds=3.0) as server:
        for end in (server.terminate, server.kill, server.terminate, server.kill):
            session_id = bed.begin(server.api, synthetic(), "gone at start")
            time.sleep(random.uniform(0, 0.08))
            end()
            server.start()
            bed.finish(server.api, session_id)


@check("a second server on the same data is refused, and the first keeps running")
def refused(bed):
    server = bed.server
    second = subprocess.run(server.command(free_port()), capture_output=True, text=True, timeout=30)
    require(second.returncode != 0, "the second server ended with 0")
    require(server.url in second.stderr + second.stdout, f"the refusal does not name {server.url}: {second.stderr}")
    server.api.call("GET", "/ping")
