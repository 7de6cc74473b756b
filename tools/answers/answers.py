"""Calls every operation of a server and checks the answers against the API's document."""

import hashlib
import http.server
import json
import sys
import tempfile
import threading
import time

from caller import Caller
from checking import Wrong, require, run_one
from contract import Contract
from server_process import PIVOT, ServerProcess
from subject import Subject

WAIT_SECONDS = 60
NONFINITE = ({}, {"nonfinite": "string"}, {"nonfinite": "null"})


def documents(call, subject):
    """Sessions, their lists and comparisons."""
    sessions = (subject.running, subject.failed, subject.trained, subject.reproduction, subject.stopped, subject.archived)
    latest = 1
    for session in sessions:
        position = call("getSession", session).json["position"]
        latest = max(latest, position)
        call("getSession", session, query={"as_of": position, "consistency": "stale"})
        call("getSessionStatus", session, query={"wait_for": position})
    for query in ({}, {"status": "running,failed"}, {"tag": "a", "sort": "-metrics.val_froc"},
                  {"archived": "include", "limit": 1}, {"filter": "status = running and params.optimizer = adam"},
                  {"q": "running", "offset": 1}, {"columns": "params.optimizer,metrics.val_loss.min,tags,created_at"}, {"experiment": "answers", "group": "one"}):
        call("listSessions", query=query)
        call("listSessions", query={**query, "as_of": latest})
    for query in NONFINITE:
        call("compareSessions", query={"sessions": ",".join(sessions[:4]), "all": "true", **query})
    past = call("compareSessions", query={"sessions": ",".join(sessions[:2]), "as_of": latest})
    require(past.headers["X-As-Of-Position"] == str(latest), "an answer of the past does not say of when it is")
    call("listSessions", query={"as_of": 2**60}, status=422)
    call("listSessions", query={"as_of": "1970-01-01T00:00:00Z"}, status=422)
    checks(call)
    names(call)
    groups(call, latest)
    call("getLatestStatus")
    call("startSession", subject.trained, status=409)
    call("getSession", "sess_unknown", status=404)


def checks(call):
    """Sessions that are checked and not created."""
    before = call("listSessions", query={"archived": "include"}).json["total"]
    good = call("checkSession", body={"config_text": "trainer: {kind: synthetic}\ntrain:\n  epochs: 2\n"}).json
    require(good["valid"] and good["total_epochs"] == 2 and good["config"]["train"]["epochs"] == 2, "a good session is not valid")
    bad = call("checkSession", body={"config_text": "trainer: {kind: synthetic}\ntrain:\n  epochs: 0\n  seed: -1\n",
                                     "checkpoint_id": "ckpt_none"}).json
    lines = [(problem["field"], problem.get("line")) for problem in bad["problems"]]
    require(lines == [("train.epochs", 3), ("train.seed", 4), ("checkpoint_id", None)], f"the problems are {lines}")
    require(not call("checkSession", body={"config": {"trainer": {"kind": "external"}}, "config_path": "a.yaml"}).json["valid"],
            "two configurations are one")
    call("checkSession", body={"config_path": "configs/none.yaml"})
    call("checkSession", status=422, body={"config": {}, "no_such_field": 1})
    require(call("listSessions", query={"archived": "include"}).json["total"] == before, "a check created a session")


def names(call):
    """The names that sessions have."""
    for kind in ("params", "config", "metrics", "results", "tags", "experiments", "groups"):
        listed = call("listSessionNames", query={"kind": kind, "archived": "include", "limit": 1000}).json["names"]
        require(listed and all(one["sessions"] > 0 for one in listed), f"sessions have no {kind}")
        first = call("listSessionNames", query={"kind": kind, "archived": "include", "limit": 1}).json
        rest = call("listSessionNames", query={"kind": kind, "archived": "include", "limit": 1000, "after": first["names"][0]["name"]}).json
        require(first["names"] + rest["names"] == listed, f"pages of {kind} are not the whole")
    call("listSessionNames", query={"kind": "metrics", "prefix": "val_", "consistency": "stale"})
    call("listSessionNames", query={"kind": "notes"}, status=422)
    call("listSessionNames", query={"kind": "tags", "as_of": 1}, status=422)


def groups(call, latest):
    """Statistics of sessions in groups."""
    for by in ("experiment", "group", "tags", "status", "params.learning_rate", "metrics.val_loss.min", "created_at"):
        for query in (*NONFINITE, {"as_of": latest}, {"filter": "epoch > 0", "archived": "include", "statistics": "mean,std,count"}):
            answer = call("listSessionGroups", query={"by": by, "values": "metrics.val_loss.min,epoch,results.test_dice", **query}).json
            counted = sum(one["sessions"] for one in answer["groups"])
            require(counted == answer["total_sessions"] or by == "tags", f"the groups by {by} do not have all sessions")
            require(len(answer["groups"]) == answer["total"], f"not all groups by {by} are there")
    for query in ({"status": "running,failed"}, {"tag": "a"}, {"q": "running"}, {"experiment": "answers", "group": "one"},
                  {"limit": 1, "offset": 1}):
        call("listSessionGroups", query={"by": "status", **query})
    call("listSessionGroups", status=422)
    call("listSessionGroups", query={"by": "colour"}, status=422)
    call("listSessionGroups", query={"by": "status", "values": ",".join(["epoch"] * 21)}, status=422)


def metrics(call, subject):
    """Records, epochs, histories and graphs."""
    session = subject.running
    for query in (*NONFINITE, {"attempts": "all"}, {"metric_name": "val_loss", "limit": 2}):
        call("getSessionMetrics", session, query=query)
        call("getMetricRecords", session, query=query)
        call("getLatestMetricRecords", query=query)
    for query in (*NONFINITE, {"attempts": "all"}, {"limit": 1}):
        call("getSessionEpochs", session, query=query)
        call("getLatestEpochs", query=query)
    call("getLatestMetrics", session)
    call("getLatestMetrics", subject.stopped)
    for query in (*NONFINITE, {"as_of": 5}):
        call("getMetricNames", session, query=query)
    call("getLatestSessionLatestMetrics")
    for query in ({"axis": "epoch", "metric_name": "val_loss", "nonfinite": "null"}, {"axis": "step", "metric_name": "loss"},
                  {"axis": "time", "metric_name": "loss", "max_points": 4}, {"metric_name": "unknown"}, {"metric_name": "val_loss"},
                  {"axis": "step", "metric_name": "loss", "attempts": "all", "start_step": 5, "end_step": 25}):
        call("getMetricHistory", session, query=query)
    call("getMetricHistory", session, query={"metric_name": "loss", "max_points": 3}, status=422)
    histories(call, subject)
    for query in NONFINITE:
        for name in ("LossGraph", "LearningRateGraph", "GPUUsageGraph"):
            call(f"get{name}", session, query=query)
            call(f"getLatest{name}", query=query)
        call("getMetricGraph", "val_loss", session, query=query)
        call("getLatestMetricGraph", "val_loss", query=query)
    call("getLossGraph", session, query={"max_points": 4})
    for query in ({"format": "csv"}, {"format": "jsonl", "attempts": "all"}, {"format": "parquet", "layout": "wide"},
                  {"format": "protobuf", "metric_names": "val_*,loss"}, {"format": "tensorboard"}):
        require(call("exportSession", session, query=query).body, f"the export {query} is empty")
    export = call("exportSession", session, query={"format": "csv"})
    part = call("exportSession", session, query={"format": "csv"}, status=206,
                headers={"Range": "bytes=10-", "If-Range": export.headers["etag"]})
    require(part.body == export.body[10:], "the rest of an export is not the rest")
    call("exportSession", session, query={"format": "csv"}, status=416,
         headers={"Range": "bytes=99999999-", "If-Range": export.headers["etag"]})


def histories(call, subject):
    """Histories of several sessions and metrics."""
    session = subject.running
    for query in ({"session_ids": session}, {"filter": "", "limit": 2, "archived": "true", "metric_names": "val_*,loss"},
                  {"session_ids": session, "axis": "step", "start_step": 5, "end_step": 25, "attempts": "all"},
                  {"session_ids": session, "axis": "epoch", "start_epoch": 1, "max_points": 4, "smoothing": 0.5},
                  {"session_ids": session, "start_relative_time": 0, "nonfinite": "null"},
                  {"filter": "", "limit": 5, "aggregate_by": "status", "statistics": "mean,std,count"}):
        answer = call("getMetricHistories", query=query)
        tag = answer.headers["ETag"]
        call("getMetricHistories", query=query, headers={"If-None-Match": tag}, status=304)
        call("getMetricHistories", query={**query, "format": "ndjson"})
        for form in ("csv", "npz"):
            require(call("getMetricHistories", query={**query, "format": form}).body, f"the {form} of {query} is empty")
    call("getMetricHistories", query={"session_ids": session, "metric_names": "loss", "format": "csv", "layout": "wide"})
    call("getMetricHistories", query={"session_ids": session}, headers={"Accept": "image/png"}, status=406)
    call("getMetricHistories", query={"metric_names": "loss"}, status=422)
    call("getMetricHistories", query={"session_ids": "sess_none"}, status=404)
    for body in ({"session_ids": [session], "metric_names": ["*"], "axis": "time", "as_of": 5},
                 {"filter": "", "limit": 3, "aggregate": {"by": "params.seed"}, "max_points": 10}):
        call("queryMetricHistories", body=body)
    call("queryMetricHistories", body={"session_ids": [session], "smoothing": 1}, status=422)
    call("queryMetricHistories", body={"session_ids": [session]}, headers={"Accept": "image/png"}, status=406)


def telemetry(call, subject):
    """Log lines and host readings."""
    position = call("getSession", subject.running).json["position"]
    for query in ({}, {"after": 1, "limit": 1}, {"rank": 1}, {"as_of": position}, {"source": "log"}, {"contains": "A WARN"}):
        call("getLogs", subject.running, query=query)
    found = call("getLogs", subject.running, query={"contains": "Epoch 1"}).json
    require([line["text"] for line in found["lines"]] == ["epoch 1"], "the search of a log finds something else")
    require(found["last_line"] == found["total"], "the search of a log does not say how far it came")
    call("getLogs", subject.running, query={"contains": ""}, status=422)
    call("getLogs", subject.running, query={"source": "file"}, status=422)
    for query in (*NONFINITE, {"rank": 0, "max_points": 4}):
        call("getHostReadings", subject.running, query=query)
    call("redactSession", subject.running, body={"kinds": ["logs"], "reason": "a test", "dry_run": True})
    call("redactSession", subject.running, body={"kinds": ["notes", "provenance"], "reason": "a test"})
    call("redactSession", subject.running, status=422, body={"kinds": ["metrics"], "reason": "a test"})
    call("redactSession", "sess_none", status=404, body={"kinds": ["logs"], "reason": "a test"})


def files(call, subject):
    """Checkpoints and artifacts."""
    listed = call("listCheckpoints", query={"session_id": subject.running}).json["checkpoints"]
    require(listed, "the running session has no checkpoint")
    for query in ({}, {"session_id": subject.running, "attempts": "all", "nonfinite": "null"},
                  {"metric_name": "val_froc", "sort": "-metric_value", "limit": 2, "offset": 1},
                  {"session_id": subject.trained, "lineage": "true"}):
        call("listCheckpoints", query=query)
    checkpoint = listed[-1]["checkpoint_id"]
    call("getCheckpoint", checkpoint)
    whole = call("downloadCheckpoint", checkpoint)
    call("downloadCheckpoint", checkpoint, status=206, headers={"Range": "bytes=0-3"})
    call("downloadCheckpoint", checkpoint, status=304, headers={"If-None-Match": whole.headers["ETag"]})
    call("downloadCheckpoint", checkpoint, status=416, headers={"Range": "bytes=99999999-"})
    for query in ({}, {"key": "overlay", "start_step": 0, "end_step": 400}, {"prefix": "overlays/", "kind": "image"},
                  {"attempts": "all"}):
        call("listArtifacts", subject.running, query=query)
    notes = call("listArtifacts", subject.trained).json["artifacts"][0]
    call("downloadArtifact", subject.trained, "notes.txt")
    call("downloadArtifact", subject.trained, "notes.txt", query={"digest": notes["versions"][0]["digest"]})
    call("downloadArtifact", subject.trained, "notes.txt", status=206, headers={"Range": "bytes=1-"})


def events(call, subject):
    """The log, as lines and as messages."""
    for operation, values, streams in (("getEvents", (), ("session", "telemetry", "all")),
                                       ("getSessionEvents", (subject.running,), ("session", "telemetry", "all"))):
        for query in ({}, {"after": 3, "limit": 2}, *({"stream": stream, "limit": 1000} for stream in streams)):
            lines = call(operation, *values, query=query).body.splitlines()
            require(lines, f"{operation} {query} is empty")
            for line in lines:
                call.note(operation, "a line", call.contract.faults_of_named(json.loads(line), "Event"))
        answer = call(operation, *values, headers={"Accept": "application/x-protobuf"})
        found = answer.headers.get("Content-Type")
        require(found == "application/x-protobuf", f"{operation} answered {found} when asked for application/x-protobuf")
        require(message_count(answer.body) > 0, f"{operation} answered no messages")


def message_count(data):
    """How many messages there are, each behind its length as a varint; raises `Wrong` when the last one is cut."""
    count = place = 0
    while place < len(data):
        length = shift = 0
        while True:
            byte = data[place]
            length |= (byte & 127) << shift
            shift, place = shift + 7, place + 1
            if byte < 128:
                break
        place, count = place + length, count + 1
    require(place == len(data), "the last message is cut")
    return count


def feeds(call, subject):
    """Live feeds, of sessions in every state and of all."""
    for session in (subject.trained, subject.failed, subject.stopped, subject.running):
        for query in ({}, {"after": 0, "types": "epoch_complete,metrics,log,host,checkpoint_saved,status"}):
            frames = call.feed("followSession", session, query={**query, "named": "true"})
            # By WebSocket the same frames come, with another opening.
            others = call.socket("connectToSession", session, query=query)
            require(len(frames) == len(others), f"{len(frames)} frames by SSE, {len(others)} by WebSocket of {session} {query}")
    call.feed("followEverything", query={"after": 0})
    call.socket("connectToEverything", query={"after": 0})
    end = str(call.feed("followSession", subject.trained)[-1]["position"])
    call("followSession", subject.trained, status=204, headers={"Last-Event-ID": end})


def imports(call, subject):
    """Imports of sessions."""
    data = b"a file of an archive"
    digest = "sha256:" + hashlib.sha256(data).hexdigest()
    octets = {"Content-Type": "application/octet-stream"}
    call("uploadImportFile", digest, raw=data, headers=octets, status=201)
    call("uploadImportFile", digest, raw=data, headers=octets, query={"parent": digest}, status=200)
    call("uploadImportFile", digest, raw=data + b".", headers=octets, status=422)
    none = "sha256:" + "0" * 64
    body = {"session_id": "sess_elsewhere", "source": "http://localhost:1", "source_position": 7,
            "exported_at": "2026-01-31T12:00:00Z", "manifest_digest": digest, "content_digest": digest,
            "session_events": none, "telemetry_events": digest}
    asked = call("importSession", body=body, status=200).json
    require(asked["state"] == "files_missing" and asked["missing_files"] == [none], f"an import answered {asked}")
    refused = call("importSession", body={**body, "session_events": digest}, status=422).json["error"]
    require(refused["details"].get("field") == "session_events", f"no events were refused with {refused}")
    differs = call("importSession", body={**body, "session_id": subject.trained}, status=409).json["error"]
    require(differs["code"] == "session_differs" and differs["details"]["archived"] == digest, f"{differs}")
    there = call("importSession", body={**body, "session_id": subject.trained, "content_digest": differs["details"]["here"]})
    require(there.json["state"] == "present", f"a session that is there answered {there.json}")


def rest(call, subject):
    """Webhooks, health, resources, pages, and what every route refuses."""
    call("getWebhook", subject.webhook)
    call("listWebhooks", query={"limit": 1, "offset": 0})
    call("replayWebhook", subject.hook, query={"after": 0}, status=202)
    deadline = time.monotonic() + WAIT_SECONDS
    while not call("listDeliveries", subject.hook, query={"status": "delivered", "limit": 2}).json["deliveries"]:
        require(time.monotonic() < deadline, "a webhook was told nothing")
        time.sleep(0.1)
    delivery = call("listDeliveries", subject.hook).json["deliveries"][0]["id"]
    call("getDelivery", subject.hook, delivery)
    call("redeliver", subject.hook, delivery, status=202)
    call("redeliver", subject.hook, "delivery_1_none", status=404)
    require(call("resumeWebhooks").json["was_paused"] is False, "webhooks of a server that nobody restored were paused")
    require(call("testWebhook", subject.hook).json["success"], "a test of a webhook failed")
    require("secret" in call("updateWebhook", subject.hook, body={"generate_secret": True, "format": "pivot"}).json,
            "a secret that was made is not shown")
    call("updateWebhook", subject.hook, body={"secret": "", "enabled": True}, status=422)
    call("createWebhook", status=422, body={"url": "http://10.0.0.1/", "events": ["*"]})
    call("listDeliveries", subject.hook, query={"status": "lost"}, status=422)
    alerts(call, subject)
    for operation in ("ping", "getHealth", "getDetailedHealth", "getResources", "getCPUResources", "getMemoryResources",
                      "getDiskResources", "getGPUResources", "getRebuildState", "getStorage", "getServerTelemetry", "getDashboard",
                      "getSwaggerUI", "getReDoc", "getOpenAPI", "getOpenAPIUnderBase"):
        call(operation)
    call("getAsset", "none/such.css", status=404)
    for operation in ("listSessions", "getHealth", "getEvents"):
        refused = call(operation, query={"no_such_parameter": 1}, status=422).json["error"]
        require(refused["details"].get("field") == "no_such_parameter", f"{operation} refused {refused}")
    call("createSession", status=422, body={"config": {}, "no_such_field": 1})
    call("rebuildReadModels", status=202)


def alerts(call, subject):
    """Rules, alerts and notifications."""
    call("createAlertRule", status=422, body={"name": "a", "condition": "greater_than", "metric": "loss"})
    call("createAlertRule", status=422, body={"name": "a", "condition": "no_report", "metric": "loss"})
    call("listAlertRules", query={"limit": 2, "offset": 1})
    call("getAlertRule", subject.rule)
    deadline = time.monotonic() + WAIT_SECONDS
    while not (found := call("listAlerts", query={"rule_id": subject.rule, "limit": 5}).json["alerts"]):
        require(time.monotonic() < deadline, "no alert has risen")
        call("reportMetrics", subject.running, token=subject.token, body={
            "attempt": 2, "series": [{"name": "answers/x", "steps": [1], "values": [3.5]}]})
        time.sleep(0.2)
    alert = found[0]["alert_id"]
    call("getAlert", alert)
    call("acknowledgeAlert", alert, body={"acknowledged_by": "ada", "notes": "seen"})
    call("resolveAlert", alert, body={"by": "ada"})
    call("acknowledgeAlert", alert, status=409)
    call("getAlert", "alert_1_none", status=404)
    call("listAlerts", query={"status": "resolved", "severity": "medium", "session_id": subject.running})
    call("listAlerts", query={"status": "lost"}, status=422)
    call("updateAlertRule", subject.rule, body={"enabled": False})
    call("deleteAlertRule", subject.rule)
    call("getAlertRule", subject.rule, status=404)
    told = call("listNotifications", query={"type": "alert", "unread": "true", "limit": 3}).json["notifications"]
    call("readNotification", told[0]["id"])
    call("listNotifications", query={"priority": "low"})
    call("readAllNotifications")
    call("clearNotification", told[0]["id"])
    call("readNotification", told[0]["id"], status=404)
    call("clearNotifications")


def models(call, subject):
    """Models, their aliases and where these come from."""
    checkpoint = call("listCheckpoints", query={"session_id": subject.running}).json["checkpoints"][0]["checkpoint_id"]
    alias = ("answers", "production")
    call("setModelAlias", *alias, status=404, body={"checkpoint_id": "ckpt_unknown", "reason": "none"})
    call("setModelAlias", *alias, status=422, body={"checkpoint_id": checkpoint})
    position = call("setModelAlias", *alias, body={
        "checkpoint_id": checkpoint, "reason": "first", "by": "ada", "expected_checkpoint_id": None}).json["position"]
    other = next(one["checkpoint_id"] for one in call("listCheckpoints").json["checkpoints"]
                 if one["checkpoint_id"] != checkpoint)
    call("setModelAlias", *alias, status=409, body={
        "checkpoint_id": other, "reason": "second", "expected_checkpoint_id": None})
    call("deleteCheckpoint", checkpoint, status=409)
    for query in ({}, {"as_of": position}, {"limit": 1, "offset": 1}):
        call("listModels", query=query)
        call("getModel", "answers", query=query)
    for query in ({}, {"as_of": position}):
        call("getModelAlias", *alias, query=query)
        call("getModelLineage", *alias, query=query)
    call("removeModelAlias", *alias, query={"reason": "over", "expected_checkpoint_id": "ckpt_unknown"}, status=409)
    call("removeModelAlias", *alias, query={"reason": "over", "by": "ada"})
    call("removeModelAlias", *alias, query={"reason": "over"}, status=404)
    call("getModelAlias", *alias, status=404)
    call("getModel", "unknown", status=404)


def retention(call, subject):
    """Rules that say what is kept of sessions, and their work."""
    rule = {"status": "ended", "after_days": 0, "redact": ["logs", "host_readings"], "keep_best_checkpoints": 1,
            "filter": "name ~ reproduction"}
    for name, body in (("answers", {}), ("answers", {"status": "ended", "after_days": 1}), ("-", rule),
                       ("answers", {**rule, "keep_best_checkpoints": 0}), ("answers", {**rule, "filter": "name ="})):
        call("setRetentionRule", name, status=422, body=body)
    position = call("setRetentionRule", "answers", body=rule).json["position"]
    require(call("setRetentionRule", "answers", body=rule).json["position"] == position, "the same rule was set twice")
    call("setRetentionRule", "archived", body={"status": "archived", "after_days": 36525, "redact": ["notes"]})
    for query in ({}, {"as_of": position}):
        call("listRetentionRules", query=query)
    call("previewRetention")
    call("previewRetention", query={"limit": 1})
    call("previewRetention", query={"limit": 0}, status=422)
    call("runRetention", query={"limit": 1})
    require(not call("runRetention").json["sessions"], "what the rules took away was taken again")
    for name in ("answers", "archived"):
        call("deleteRetentionRule", name)
        call("deleteRetentionRule", name, status=404)


def audit(call, subject):
    """The tree over the log."""
    size = call("getTreeHead").json["size"]
    call("getInclusionProof", query={"position": 1, "size": size})
    call("getInclusionProof", query={"position": size + 1, "size": size}, status=422)
    call("getInclusionProof", status=422)
    call("getConsistencyProof", query={"from": 1, "to": size})
    call("getConsistencyProof", query={"from": size, "to": 1}, status=422)
    call("getConsistencyProof", query={"from": 0, "to": 10**12}, status=422)
    call("getSessionProofs", subject.running, query={"stream": "all", "payloads": "true", "limit": 3, "size": size})
    call("getSessionProofs", "sess_none", status=404)
    call("getModelProofs", "answers", query={"payloads": "true", "size": size})
    call("getModelProofs", "unknown", status=404)
    call("rotateLogKey", status=201, body={"overlap_days": 0})
    call("rotateLogKey", status=422, body={"overlap_days": -1})
    call("getPublicKeys")
    call("getLogCheckpoint")
    call("getLogTile", "0/000.p/1")
    call("getLogTile", "entries/000.p/1")
    call("getLogTile", "0/x001/x234/067", status=404)
    call("getLogTile", "0/0", status=422)


class Receiver(http.server.BaseHTTPRequestHandler):
    """Takes every webhook."""

    def do_POST(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *arguments):
        pass


CHECKS = (documents, metrics, telemetry, files, events, feeds, imports, models, retention, audit, rest)


def main():
    contract = Contract()
    with tempfile.TemporaryDirectory(prefix="pivot-answers-") as folder:
        server = ServerProcess(PIVOT, folder, "--webhook-network", "127.0.0.0/8")
        receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
        threading.Thread(target=receiver.serve_forever, daemon=True).start()
        try:
            server.start()
            call = Caller(server.port, contract)
            subject = None

            def fill():
                nonlocal subject
                subject = Subject(call, f"http://127.0.0.1:{receiver.server_address[1]}/hook")

            passed = run_one("a server is filled", fill)
            if subject is not None:
                for check in CHECKS:
                    passed = run_one(check.__doc__.rstrip("."), lambda check=check: check(call, subject)) and passed

            def complete():
                left_out = sorted(set(contract.operations) - call.called)
                require(not left_out, f"these were never called: {', '.join(left_out)}")
                return f"{call.count} answers"

            passed = run_one("every operation was called", complete) and passed
            passed = run_one("all answers are as documented", lambda: require_none(call.faults)) and passed
        except Wrong as error:
            print(f"tools/check-api: {error}")
            passed = False
        finally:
            server.end()
            receiver.shutdown()
    return 0 if passed else 1


def require_none(faults):
    """Raises `Wrong` with the faults, each named once."""
    told = dict.fromkeys(faults)
    require(not told, "\n".join(told))


if __name__ == "__main__":
    sys.exit(main())
