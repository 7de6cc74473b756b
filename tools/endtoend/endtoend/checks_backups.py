"""Backups of a server while clients write, killed and gone on with, and what is restored from them."""

import json
import signal
import subprocess
import time

from server_process import ServerProcess

from .api import API
from .report import Wrong, check, equal, require
from .writer import Renames, Reports, Uploads

WRITERS = 64


def pivot(binary, *arguments, status=0, stdin=None):
    """Runs a command of the program to its end, which must have the status; its JSON, if it printed any."""
    result = subprocess.run([binary, *map(str, arguments)], stdin=stdin or subprocess.DEVNULL, capture_output=True, text=True,
                            timeout=120)
    if result.returncode != status:
        raise Wrong(f"pivot {' '.join(map(str, arguments))} ended with {result.returncode}: {result.stdout}{result.stderr}")
    return json.loads(result.stdout) if "--json" in arguments else result.stdout


class Writers:
    """Clients that write until they are stopped; the position of the last command that was acknowledged is known."""

    def __init__(self, api):
        # Of uploads a client may have 12 at a time.
        kinds = [Reports, Renames, Reports, Renames, Reports, Uploads]
        self.all = [kinds[number % len(kinds)](api, f"backup-{number}") for number in range(WRITERS)]
        for writer in self.all:
            writer.start()

    def acknowledged(self):
        for writer in self.all:
            writer.raise_error()
        return max((position or 0 for writer in self.all for position in list(writer.acknowledged)), default=0)

    def stop(self):
        for writer in self.all:
            writer.stop()


def wait_until(condition, what, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        require(time.monotonic() < deadline, f"{what} did not happen within {seconds} s")
        time.sleep(0.02)


def start_restored(binary, folder):
    """A server on restored data."""
    server = ServerProcess(binary, folder)
    server.start()
    return server, API(server.port)


def answers(api, sessions):
    """What a server says of the sessions, without what depends on the moment or on the server."""
    found = {}
    for session in sessions:
        document = api.session(session)
        found[session] = (document["session_name"], document["status"],
                          api.get(f"/training/sessions/{session}/artifacts")["artifacts"],
                          api.get(f"/metrics/{session}/history", metric_name="loss", axis="step") if document.get(
                              "current_attempt") else None)
    return found


@check("a backup that is made while 64 clients write holds all that was acknowledged, also after it was killed")
def backup_beside_writers(bed):
    moments = bed.moments("backup")
    with bed.new_server() as server:
        backup, restored = server.folder / "backup", server.folder / "restored"
        writers = Writers(server.api)
        wait_until(lambda: writers.acknowledged() > 300, "300 events")
        for _ in range(3):
            process = subprocess.Popen([server.binary, "backup", str(backup), "--data-dir", str(server.data)],
                                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(moments.uniform(0.01, 0.3))
            process.send_signal(signal.SIGKILL)
            process.wait()
        acknowledged = writers.acknowledged()
        report = pivot(server.binary, "backup", backup, "--data-dir", server.data, "--json")
        require(report["to"] >= acknowledged, f"the backup ends at {report['to']}, and {acknowledged} was acknowledged before")
        require(any(writer.is_alive() for writer in writers.all), "the writers stopped while the backup was made")
        server.kill()
        for writer in writers.all:
            writer.join(60)
        last = pivot(server.binary, "backup", backup, "--data-dir", server.data, "--json")
        require(last["to"] >= writers.acknowledged(), f"after the kill the backup ends at {last['to']}")
        pivot(server.binary, "restore", backup, "--data-dir", restored / "data", "--json")
        pivot(server.binary, "restore", backup, "--data-dir", restored / "data", status=1)
        pivot(server.binary, "doctor", "--data-dir", restored / "data", "--json")
        server.start()
        sessions = [writer.session_id for writer in writers.all]
        other, api = start_restored(server.binary, restored)
        try:
            head = api.get("/health/detailed")["components"]["event_log"]["position"]
            require(head >= last["to"], f"the restored log ends at {head}")
            for session in sessions:
                equal(api.events(session), server.api.events(session), f"the events of {session}")
            equal(answers(api, sessions), answers(server.api, sessions), "the answers of the restored server")
            webhooks = api.get("/health/detailed")["components"]["webhooks"]
            require("pivot webhooks resume" in webhooks.get("message", ""), f"health says of webhooks {webhooks}")
            equal(api.call("POST", "/webhooks/resume").json["was_paused"], True, "whether webhooks were paused")
            equal(api.call("POST", "/webhooks/resume").json["was_paused"], False, "whether they are paused then")
        finally:
            other.end()


@check("a backup as a tar stream is restored from a pipe, and one that was cut short or is of another log is refused")
def tar_backup(bed):
    with bed.new_server() as server:
        writer = Uploads(server.api, "tar")
        writer.start()
        wait_until(lambda: len(writer.acknowledged) > 20, "20 uploads")
        writer.stop()
        archive, short = server.folder / "backup.tar", server.folder / "short.tar"
        note, key, foreign = (server.folder / name for name in ("head.note", "log.key", "foreign.key"))
        note.write_text(server.api.get("/audit/tree-head")["note"])
        key.write_text(server.api.get("/audit/public-key")["keys"][0]["verifier_key"])
        with bed.new_server() as stranger:
            foreign.write_text(stranger.api.get("/audit/public-key")["keys"][0]["verifier_key"])
        with open(archive, "wb") as output:
            subprocess.run([server.binary, "backup", "-", "--data-dir", str(server.data)], stdin=subprocess.DEVNULL,
                           stdout=output, stderr=subprocess.DEVNULL, check=True, timeout=120)
        short.write_bytes(archive.read_bytes()[:archive.stat().st_size // 2])
        with open(short, "rb") as source:
            pivot(server.binary, "restore", "-", "--data-dir", server.folder / "other" / "data", status=1, stdin=source)
        with open(archive, "rb") as source:
            pivot(server.binary, "restore", "-", "--data-dir", server.folder / "other" / "data", "--since", note, "--key",
                  foreign, status=1, stdin=source)
        with open(archive, "rb") as source:
            pivot(server.binary, "restore", "-", "--data-dir", server.folder / "other" / "data", "--since", note, "--key", key,
                  stdin=source)
        other, api = start_restored(server.binary, server.folder / "other")
        try:
            equal(api.events(writer.session_id), server.api.events(writer.session_id), "the events")
        finally:
            other.end()


@check("doctor names what is damaged in a copy of the data, also when reading it kills the reader")
def doctor(bed):
    with bed.new_server() as server:
        writer = Uploads(server.api, "doctor")
        writer.start()
        wait_until(lambda: len(writer.acknowledged) > 20, "20 uploads")
        writer.stop()
        equal(pivot(server.binary, "doctor", "--data-dir", server.data, "--json")["healthy"], True, "a running server's health")
        server.terminate()
        objects = sorted((server.data / "blobs" / "objects").glob("*/*"))
        content = bytearray(objects[0].read_bytes())
        content[len(content) // 2] ^= 1
        objects[0].write_bytes(content)
        found = pivot(server.binary, "doctor", "--data-dir", server.data, "--json", status=1)
        name = objects[0].parent.name + objects[0].name
        require(any(name in finding["message"] for finding in found["findings"]), f"no finding names the blob: {found}")
        content[len(content) // 2] ^= 1
        objects[0].write_bytes(content)
        file = server.data / "log" / "data.mdb"
        content = bytearray(file.read_bytes())
        for offset in range(4096 * 3, len(content), 4096 * 2):
            content[offset:offset + 64] = b"\xff" * 64
        file.write_bytes(content)
        found = pivot(server.binary, "doctor", "--data-dir", server.data, "--json", status=1)
        require(any(finding["part"] == "log" and "backup" in finding["message"] for finding in found["findings"]),
                f"nothing is said of the log: {found}")
