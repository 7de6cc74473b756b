"""Fills a server with sessions of every kind, by calls that are checked as well."""

import json
import time

from checking import Wrong

WAIT_SECONDS = 60


class Subject:
    """What the server holds: sessions that run, that ended in each way, checkpoints, artifacts, a webhook."""

    def __init__(self, call, receiver):
        self.call = call
        self.running, self.token = self._running()
        self.failed = self._failed()
        self.trained = self._trained()
        self.stopped = call("createSession", body={"config": external(3)}, status=201).json["session_id"]
        call("stopSession", self.stopped, query={"wait": 0})
        self.archived = call("createSession", body={"config": external(3)}, status=201).json["session_id"]
        call("archiveSession", self.archived, headers={"Idempotency-Key": "archive-once"})
        self.webhook = call("createWebhook", status=201, body={
            "url": "mailto:user@example.org", "events": ["training_failed", "epoch_completed"]}).json["webhook_id"]
        self.rule = call("createAlertRule", status=201, body={
            "name": "a loss that is high", "metric": "answers/*", "condition": "greater_than", "threshold": -1, "cooldown_seconds": 0,
            "actions": ["notify", "tag"], "tag": "high", "filter": "experiment = answers"}).json["rule_id"]
        spare = call("createWebhook", status=201, body={"url": "https://example.org/a", "events": ["training_failed"]}).json
        call("deleteWebhook", spare["webhook_id"])
        self.hook = call("createWebhook", status=201, body={
            "url": receiver, "events": ["training_*"], "format": "slack", "filter": "status exists", "generate_secret": True,
        }).json["webhook_id"]

    def _running(self):
        call = self.call
        session = call("createSession", status=201, body={
            "config": external(10), "session_name": "running", "tags": ["a", "b"], "notes": "Notes.", "experiment": "answers",
            "group": "one", "params": {"optimizer": "adam", "learning_rate": 0.001, "amp": True},
            "overrides": {"train.seed": 3}}).json["session_id"]
        call("updateSession", session, body={"session_name": "still running", "params": {"batch": 8}})
        first = self._attempt(session, 1, 1, 3)
        # The second attempt begins before the last epoch of the first one, which is superseded by it.
        second = call("claimAttempt", session, status=409, body={"lease_seconds": 600})
        if second.json["error"]["code"] != "lease_held":
            raise Wrong(f"a second claim is {second.json['error']}")
        call("finishAttempt", session, token=first, body={
            "attempt": 1, "outcome": "stopped", "epoch": 3, "step": 30, "message": "Stopped to go on."})
        return session, self._attempt(session, 2, 3, 2)

    def _attempt(self, session, attempt, first_epoch, epoch_count):
        """Claims an attempt and reports all that a trainer can; the attempt's token."""
        call = self.call
        token = call("claimAttempt", session, status=201, body={
            "lease_seconds": 600, "host": "node-1", "process_id": 4242, "devices": ["gpu:0"], "world_size": 2}).json["token"]
        call("reportAttemptStarted", session, attempt, token=token, body={
            "first_epoch": first_epoch, "first_step": 10 * first_epoch - 9, "steps_per_epoch": 10, "binary": "answers 1",
            "engine": "none", "instruction_set": "AVX2", "threads": 1, "data_digest": "sha256:" + "0" * 64,
            "provenance": {"git_commit": "5f2c1e0"}})
        call("renewLease", session, attempt, token=token)
        call("joinRank", session, attempt, token=token, body={
            "rank": 1, "world_size": 2, "host": "node-2", "process_id": 7, "devices": ["gpu:1"]})
        call("reportProvenance", session, body={"attempt": attempt, "facts": {"cpu": "some", "cores": 2}})
        for epoch in range(first_epoch, first_epoch + epoch_count):
            steps = list(range(10 * epoch - 9, 10 * epoch + 1))
            series = {"name": "loss", "steps": steps, "values": [1 / step for step in steps[:-1]] + ["NaN"]}
            call("reportMetrics", session, token=token, body={"attempt": attempt, "series": [series]})
            call("reportLogs", session, token=token, body={"attempt": attempt, "rank": 1, "lines": [
                {"text": f"epoch {epoch}"}, {"text": "a warning", "source": "log", "level": "warning"}]})
            call("reportHostReadings", session, token=token, body={"attempt": attempt, "host": "node-1", "readings": [
                {"values": {"cpu.percent": 50 + epoch, "gpu.0.utilization": 80.5}}]})
            metrics = {"train_loss": 1 / epoch, "val_loss": "NaN" if epoch == 2 else 2 / epoch, "val_froc": 0.1 * epoch,
                       "learning_rate": 0.001}
            call("reportEpoch", session, token=token, body={
                "attempt": attempt, "epoch": epoch, "step": 10 * epoch, "metrics": metrics})
            call("uploadCheckpoint", raw=b"weights %d" % epoch, status=201, token=token, headers=OCTETS, query={
                "session_id": session, "epoch": epoch, "step": 10 * epoch, "attempt": attempt, "filename": "model.pth",
                "metrics": json.dumps({"val_froc": 0.1 * epoch, "val_loss": "Infinity"})})
        call("reportProgress", session, token=token, body={
            "attempt": attempt, "epoch": first_epoch + epoch_count, "step": 10 * (first_epoch + epoch_count) - 5, "fraction": 0.5})
        for step in (10 * first_epoch, 10 * first_epoch + 1):
            call("uploadArtifact", session, f"overlays/{step}.png", raw=b"picture %d" % step, status=201, token=token,
                 headers={"Content-Type": "image/png"}, query={"kind": "image", "key": "overlay", "step": step})
        return token

    def _failed(self):
        call = self.call
        session = call("createSession", status=201, body={"config": external(3), "session_name": "failed"}).json["session_id"]
        token = call("claimAttempt", session, status=201, body={}).json["token"]
        call("reportAttemptStarted", session, 1, token=token, body={"first_epoch": 1, "first_step": 1})
        call("finishAttempt", session, token=token, body={
            "attempt": 1, "outcome": "failed", "message": "The loss is not a number."})
        call("reportResult", session, body={"name": "test_dice", "value": "NaN", "step": 1, "source": "evaluate.py"})
        return session

    def _trained(self):
        """A session that the server trained, and its reproduction."""
        call = self.call
        configuration = {"trainer": {"kind": "synthetic"}, "train": {"epochs": 2}}
        created = call("createSession", status=201, body={"config": configuration, "session_name": "trained"})
        session = created.json["session_id"]
        call("startSession", session, status=202)
        self.wait(session)
        self.reproduction = call("reproduceSession", session, status=201, body={"tolerance": 1e-6}).json["session_id"]
        self.wait(self.reproduction)
        upload = call("uploadCheckpoint", status=201, raw=form({
            "session_id": session, "epoch": "2", "metrics": '{"val_loss": 0.5}'}, b"weights"),
            headers={"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"}).json
        call("deleteCheckpoint", upload["checkpoint_id"])
        for status, text in ((201, b"one"), (200, b"one"), (201, b"two")):
            call("uploadArtifact", session, "notes.txt", raw=text, status=status, headers={"Content-Type": "text/plain"})
        call("uploadArtifact", session, "spare.bin", raw=b"spare", status=201, headers=OCTETS)
        call("deleteArtifact", session, "spare.bin")
        return session

    def wait(self, session):
        """Waits until a session is completed."""
        deadline = time.monotonic() + WAIT_SECONDS
        while True:
            document = self.call("getSession", session).json
            if document["status"] == "completed":
                return
            if document["status"] in ("failed", "stopped") or time.monotonic() > deadline:
                raise Wrong(f"the session {session} is {document['status']}: {document.get('message', 'no message')}")
            time.sleep(0.2)


OCTETS = {"Content-Type": "application/octet-stream"}
BOUNDARY = "answers-boundary"


def external(epochs):
    """The configuration of a session that is trained from outside."""
    return {"trainer": {"kind": "external"}, "train": {"epochs": epochs}}


def form(fields, file):
    """A form with fields and one file."""
    parts = [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
             for name, value in fields.items()]
    head = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="model.pth"\r\n\r\n'.encode()
    return b"".join(parts) + head + file + f"\r\n--{BOUNDARY}--\r\n".encode()
