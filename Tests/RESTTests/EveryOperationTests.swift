import API
import Application
import EventLog
import JSON
import SwiftProtobuf
import Testing
import TrackerTesting
import Tracking

/// Every operation, called as its users call it, on one tracker: the answers are as they are declared, and none was left
/// out.
@Suite("Every operation")
struct EveryOperationTests {
    @Test("every operation answers what it declares")
    func all() async throws {
        try await TestAPI.run { api in
            let other = try await api.create("other")
            #expect(try await api.call(.startSession, other).json["status"] == "queued")
            let (session, token) = try await api.running("trained", epochs: 2, by: "synthetic")
            try await sessions(api, session, other)
            try await reports(api, session, token)
            try await files(api, session, token)
            try await models(api, session)
            try await metrics(api, session)
            try await ending(api, session, token)
            try await alerts(api, session)
            try await imports(api, session)
            try await retention(api, session)
            try await server(api, session)
            try await audit(api, session)
            // WebSockets and feeds without an end are met over sockets; assets need not be there.
            let elsewhere = ["connectToSession", "connectToEverything", "followEverything", "getAsset"]
            let declared = Set(API.Operation.all.map(\.id))
            #expect(declared.subtracting(api.called).sorted() == elsewhere.sorted())
            for operation in [API.Operation.connectToSession, .connectToEverything] {
                let values = operation.path.contains("{") ? [session] : []
                try await api.refused(operation, values, TestAPI.Parts(), 426, "upgrade_required")
            }
            try await api.refused(.getAsset, ["none.css"], TestAPI.Parts(), 404, "not_found")
        }
    }

    private func sessions(_ api: TestAPI, _ session: String, _ other: String) async throws {
        let shown = try await api.call(.getSession, session)
        #expect(shown.json["status"] == "running")
        #expect(shown["X-Read-Position"] == shown.json["position"]?.integerValue.map(String.init))
        let changed = try await api.call(
            .updateSession, session, body: ["session_name": "renamed", "tags": ["a", "a"], "params": ["depth": 4]])
        #expect(changed.json["session_name"] == "renamed")
        #expect(changed.json["tags"] == ["a"])
        let before = try await api.call(
            .getSession, session, query: "as_of=\(shown.json["position"]?.integerValue ?? 0)")
        #expect(before.json["session_name"] == "trained")
        let listed = try await api.call(.listSessions, query: "tag=a&filter=params.depth%20%3E%203&sort=-session_name")
        #expect(listed.json["total"] == 1)
        let check = try await api.call(.checkSession, body: ["config_text": "trainer: {kind: synthetic}"])
        #expect(check.json["valid"] == true)
        let names = try await api.call(.listSessionNames, query: "kind=params&prefix=dep")
        #expect(names.json["names"] == [["name": "depth", "sessions": 1]])
        let groups = try await api.call(.listSessionGroups, query: "by=tags&values=params.depth&statistics=mean,count")
        #expect(groups.json["total"] == 2)
        #expect(groups.json["groups"]?.arrayValue?.first?["group"] == "a")
        #expect(try await api.call(.stopSession, other, query: "wait=0", status: 200).json["status"] == "stopped")
        #expect(try await api.call(.archiveSession, other).json["archived"] == true)
        #expect(try await api.call(.listSessions).json["total"] == 1)
        #expect(try await api.call(.listSessions, query: "archived=include").json["total"] == 2)
        let compared = try await api.call(.compareSessions, query: "sessions=\(session),\(other)")
        #expect(compared.json["sessions"]?.arrayValue?.count == 2)
        #expect(try await api.call(.getSessionStatus, session).json["session_id"] == .string(session))
        try await api.call(.getLatestStatus)
    }

    private func reports(_ api: TestAPI, _ session: String, _ token: String) async throws {
        try await api.call(.renewLease, session, "1", token: token)
        try await api.call(
            .joinRank, session, "1", body: ["rank": 1, "world_size": 2, "host": "second"], token: token)
        try await api.call(
            .reportMetrics, session,
            body: [
                "attempt": 1,
                "series": [["name": "loss", "steps": [1, 2, 3], "values": [0.5, "NaN", 0.25]]],
            ], token: token)
        try await api.call(
            .reportLogs, session, body: ["attempt": 1, "lines": [["text": "begun", "level": "info"]]], token: token)
        try await api.call(
            .reportHostReadings, session,
            body: ["attempt": 1, "readings": [["values": ["gpu.0.utilization": 80.5]]]], token: token)
        try await api.complete(1, of: session, token)
        try await api.call(
            .reportProgress, session, body: ["attempt": 1, "epoch": 2, "step": 15, "fraction": 0.5], token: token)
        #expect(try await api.call(.getSession, session).json["progress"] == 0.75)
        try await api.call(.reportResult, session, body: ["name": "dice", "value": 0.9, "source": "test.py"])
        try await api.call(.reportProvenance, session, body: ["facts": ["git_commit": "5f2c1e0"]])
    }

    private func files(_ api: TestAPI, _ session: String, _ token: String) async throws {
        let saved = try await api.upload(
            .uploadCheckpoint, query: "session_id=\(session)&epoch=1&step=10&attempt=1&filename=model.pth",
            text: "weights",
            token: token)
        let checkpoint = try #require(saved.json["checkpoint_id"]?.stringValue)
        #expect(saved["Location"] == "/api/v1/checkpoints/\(checkpoint)")
        #expect(try await api.call(.listCheckpoints, query: "session_id=\(session)").json["total"] == 1)
        #expect(try await api.call(.getCheckpoint, checkpoint).json["epoch"] == 1)
        #expect(try await api.call(.downloadCheckpoint, checkpoint, status: 200).text == "weights")
        let part = try await api.call(
            .downloadCheckpoint, checkpoint, status: 206, headers: ["Range": "bytes=0-2"])
        #expect(part.text == "wei")
        #expect(part["Content-Range"] == "bytes 0-2/7")
        let spare = try await api.upload(
            .uploadCheckpoint, query: "session_id=\(session)&epoch=1&step=5", text: "spare")
        let spareID = try #require(spare.json["checkpoint_id"]?.stringValue)
        try await api.refused(
            .deleteCheckpoint, [spareID], TestAPI.Parts(query: "reason="), 422, "invalid_field", field: "reason")
        #expect(try await api.call(.deleteCheckpoint, spareID, query: "reason=not%20needed").json["deleted_at"] != nil)
        #expect(try await api.call(.getSessionEvents, session).text.contains(#""reason":"not needed""#))
        #expect(try await api.call(.getSession, session).json["resume_checkpoint_id"] == .string(checkpoint))

        try await api.upload(
            .uploadArtifact, session, "plots", "a b.png", query: "kind=image&step=4", text: "picture",
            type: "image/png",
            status: 201, token: token)
        let again = try await api.upload(
            .uploadArtifact, session, "plots", "a b.png", query: "kind=image&step=4", text: "picture",
            type: "image/png",
            status: 200, token: token)
        #expect(again.json["path"] == "plots/a b.png")
        #expect(try await api.call(.listArtifacts, session, query: "start_step=4&end_step=4").json["total"] == 1)
        #expect(try await api.call(.listArtifacts, session, query: "start_step=5").json["total"] == 0)
        let picture = try await api.call(.downloadArtifact, session, "plots", "a b.png", status: 200)
        #expect(picture.text == "picture")
        #expect(picture["Content-Type"] == "image/png")
        let tag = try #require(picture["ETag"])
        try await api.call(
            .downloadArtifact, session, "plots", "a b.png", status: 304, headers: ["If-None-Match": tag])
        try await api.call(.deleteArtifact, session, "plots", "a b.png")
        #expect(try await api.call(.listArtifacts, session).json["total"] == 0)
    }

    private func metrics(_ api: TestAPI, _ session: String) async throws {
        for operation in [API.Operation.getSessionMetrics, .getMetricRecords] {
            let records = try await api.call(operation, session, query: "metric_name=val_loss")
            #expect(records.json["metrics"]?.arrayValue?.count == 1)
        }
        for operation in [API.Operation.getLatestMetricRecords, .getLatestEpochs, .getLatestSessionLatestMetrics] {
            try await api.call(operation)
        }
        #expect(try await api.call(.getSessionEpochs, session).json["epochs"]?.arrayValue?.count == 1)
        #expect(try await api.call(.getLatestMetrics, session).json["metrics"]?["val_loss"] == 0.5)
        let names = try await api.call(.getMetricNames, session)
        #expect(names.json["metrics"]?.arrayValue?.compactMap { $0["name"] }.contains("loss") == true)
        for query in ["format=jsonl", "format=parquet&layout=wide", "format=protobuf&metric_names=loss"] {
            try await api.call(.exportSession, session, query: query)
        }
        let history = try await api.call(.getMetricHistory, session, query: "metric_name=loss&axis=step")
        #expect(history.json["values"] == [0.5, "NaN", 0.25])
        let histories = try await api.call(.getMetricHistories, query: "session_ids=\(session)&metric_names=los*")
        #expect(histories.json["series"]?.arrayValue?.map { $0["values"] } == [[0.5, "NaN", 0.25]])
        try await api.call(.queryMetricHistories, body: ["filter": "", "max_points": 4])
        let graphs: [(API.Operation, API.Operation)] = [
            (.getLossGraph, .getLatestLossGraph), (.getLearningRateGraph, .getLatestLearningRateGraph),
            (.getGPUUsageGraph, .getLatestGPUUsageGraph),
        ]
        for (one, latest) in graphs {
            let graph = try await api.call(one, session)
            #expect(try await api.call(latest).json == graph.json)
        }
        let graph = try await api.call(.getMetricGraph, "val_loss", session)
        #expect(try await api.call(.getLatestMetricGraph, "val_loss").json == graph.json)
        #expect(try await api.call(.getLogs, session).json["lines"]?.arrayValue?.first?["text"] == "begun")
        #expect(try await api.call(.getHostReadings, session).json["series"]?.arrayValue?.count == 1)
        let lines = try await api.call(.getSessionEvents, session, query: "stream=all").text.split(separator: "\n")
        let everything = try await api.call(.getEvents, query: "limit=1000").text.split(separator: "\n")
        #expect(lines.count > 10)
        #expect(everything.count > lines.count)
    }

    private func ending(_ api: TestAPI, _ session: String, _ token: String) async throws {
        try await api.complete(2, of: session, token)
        let end = try await api.call(
            .finishAttempt, session, body: ["attempt": 1, "outcome": "completed", "epoch": 2, "step": 20],
            token: token)
        #expect(end.json["status"] == "completed")
        // With the session completed, its feed ends by itself.
        let feed = try await api.call(.followSession, session, query: "named=true", status: 200)
        #expect(feed["Content-Type"] == "text/event-stream")
        #expect(feed.text.contains("event: training_complete"))
        try await api.call(
            .followSession, session, status: 204, headers: ["Last-Event-ID": String(api.head)])
        let forget: JSONValue = ["kinds": ["logs", "provenance"], "reason": "A test."]
        let redacted = try await api.call(.redactSession, session, body: forget)
        #expect(redacted.json["record_count"]?.integerValue ?? 0 >= 2 && redacted.json["remaining_count"] == 0)
        let line = try await api.call(.getLogs, session).json["lines"]?.arrayValue?.first
        #expect(line?["text"] == "" && line?["redacted_by"] == redacted.json["position"])
        let copy = try await api.call(.reproduceSession, session, body: ["allow_differences": true], status: 201)
        #expect(copy.json["reproduction"]?["session_id"] == .string(session))
    }

    private func models(_ api: TestAPI, _ session: String) async throws {
        let uploaded = try await api.upload(
            .uploadCheckpoint, query: "session_id=\(session)&epoch=1&filename=model.pth", text: "released")
        let checkpoint = try #require(uploaded.json["checkpoint_id"])
        let set = try await api.call(
            .setModelAlias, "detector", "production",
            body: ["checkpoint_id": checkpoint, "reason": "better", "by": "ada", "expected_checkpoint_id": nil])
        #expect(set.json["checkpoint_id"] == checkpoint)
        #expect(set.json["by"] == "ada")
        #expect(try await api.call(.getModelAlias, "detector", "production").json["session_id"] == .string(session))
        #expect(try await api.call(.listModels).json["total"] == 1)
        #expect(try await api.call(.getModel, "detector").json["total"] == 1)
        let lineage = try await api.call(.getModelLineage, "detector", "production")
        #expect(lineage.json["steps"]?.arrayValue?.first?["event"] == "model.alias_set")
        let removed = try await api.call(.removeModelAlias, "detector", "production", query: "reason=withdrawn&by=ada")
        #expect(removed.json["message"] == "detector@production was removed.")
        let id = try #require(checkpoint.stringValue)
        try await api.call(.deleteCheckpoint, id, query: "reason=withdrawn")
    }

    private func retention(_ api: TestAPI, _ session: String) async throws {
        let rule = try await api.call(
            .setRetentionRule, "old", body: ["status": "ended", "after_days": 1, "redact": ["host_readings"]])
        #expect(rule.json["name"] == "old" && rule.json["filter"] == nil)
        #expect(try await api.call(.listRetentionRules).json["total"] == 1)
        #expect(try await api.call(.previewRetention).json["sessions"] == [])
        #expect(try await api.call(.runRetention, query: "limit=5").json["has_more"] == false)
        #expect(try await api.call(.deleteRetentionRule, "old").json["position"] == rule.json["position"])
    }

    private func alerts(_ api: TestAPI, _ session: String) async throws {
        let rule = try await api.call(
            .createAlertRule, body: ["name": "a", "metric": "loss", "condition": "greater_than", "threshold": 0.25])
        let id = try #require(rule.json["rule_id"]?.stringValue)
        #expect(rule.json["source"] == "metric")
        #expect(rule.json["actions"] == ["notify"])
        #expect(try await api.call(.listAlertRules).json["total"] == 1)
        #expect(try await api.call(.getAlertRule, id).json["threshold"] == 0.25)
        let changed = try await api.call(
            .updateAlertRule, id, body: ["threshold": 0.5, "severity": "high", "actions": ["tag"], "tag": "high"])
        #expect(changed.json["threshold"] == 0.5)
        #expect(changed.json["tag"] == "high")
        try await api.refused(
            .updateAlertRule, [id], TestAPI.Parts(body: Array(#"{"window":3}"#.utf8)), 422, "invalid_field",
            field: "window")
        #expect(try await api.call(.listAlerts).json["alerts"] == [])
        let alert = try await recordAlert(api, by: id, of: session)
        let listed = try await api.call(.listAlerts, query: "status=active&severity=high&session_id=\(session)")
        #expect(listed.json["active_count"] == 1)
        #expect(listed.json["alerts"]?.arrayValue?.count == 1)
        #expect(try await api.call(.getAlert, alert).json["message"] == "loss is NaN")
        let seen = try await api.call(.acknowledgeAlert, alert, body: ["by": "ada", "notes": "Hm."])
        #expect(seen.json["status"] == "acknowledged")
        #expect(seen.json["acknowledged_by"] == "ada")
        #expect(try await api.call(.resolveAlert, alert).json["resolution"] == "by_hand")
        try await api.refused(.resolveAlert, [alert], TestAPI.Parts(), 409, "wrong_status")
        #expect(try await api.call(.deleteAlertRule, id).json["message"] == .string("Rule \(id) was deleted."))

        let told = try await api.call(.listNotifications, query: "type=alert&unread=true").json["notifications"]
        let notification = try #require(told?.arrayValue?.first?["id"]?.stringValue)
        let unread = try await api.call(.listNotifications).json["unread_count"]?.integerValue ?? 0
        #expect(unread >= 2)
        #expect(try await api.call(.readNotification, notification).json["read"] == true)
        #expect(try await api.call(.listNotifications).json["unread_count"] == .integer(unread - 1))
        #expect(try await api.call(.readAllNotifications).json["unread_count"] == 0)
        #expect(try await api.call(.clearNotification, notification).json["id"] == .string(notification))
        try await api.refused(.readNotification, [notification], TestAPI.Parts(), 404, "not_found")
        #expect(try await api.call(.clearNotifications).json["total"] == 0)
    }

    /// Records that an alert has risen; answers its id.
    private func recordAlert(_ api: TestAPI, by rule: String, of session: String) async throws -> String {
        let rule = try #require(AlertRule.ID(rule))
        let id = Alert.ID(rule, session: session, metric: "loss", at: LogPosition(api.head))
        let alert = AlertTriggered.with {
            ($0.alertID, $0.ruleID, $0.ruleName, $0.severity) = (id.text, rule.text, "a", "high")
            ($0.sessionID, $0.metric, $0.condition, $0.value) = (session, "loss", "is_nan", .nan)
            ($0.message, $0.actions, $0.position) = ("loss is NaN", ["notify"], api.head)
        }
        let identity = CommandIdentity(
            id: try #require(CommandID("alert")), digest: Digest(hashing: []), actor: "test", mayBeRepeat: false)
        _ = try await api.tracker.core.alerts.handle(.trigger(alert), on: Alert.stream(of: session), as: identity)
        return id.text
    }

    private func imports(_ api: TestAPI, _ session: String) async throws {
        let digest = Digest(hashing: Array("bytes".utf8)).description
        try await api.upload(.uploadImportFile, digest, text: "bytes", status: 201)
        try await api.upload(.uploadImportFile, digest, query: "parent=\(digest)", text: "bytes", status: 200)
        let none = Digest(hashing: []).description
        let body: JSONObject = [
            "session_id": "sess_elsewhere", "source": "http://127.0.0.1:1", "source_position": 1,
            "exported_at": "2026-01-31T12:00:00Z", "manifest_digest": .string(digest),
            "content_digest": .string(digest), "session_events": .string(none), "telemetry_events": .string(digest),
        ]
        let asked = try await api.call(.importSession, body: .object(body), status: 200)
        #expect(asked.json["state"] == "files_missing")
        #expect(asked.json["missing_files"] == [.string(none)])
    }

    /// Records that the webhook was told of the session's completion; answers the delivery's id.
    private func recordDelivery(_ api: TestAPI, to webhook: String, of session: String) async throws -> String {
        let core = api.tracker.core
        let stream = try #require(Session.ID(session)).stream
        let events = try await core.store.events(in: stream, after: .none, limit: 1000)
        let position = try #require(events.first { $0.type == "session.completed" }).position
        let id = try #require(Webhook.ID(webhook))
        let attempt = DeliveryAttempted.with {
            ($0.position, $0.event, $0.sessionID) = (position.rawValue, "training_completed", session)
            ($0.attempt, $0.outcome, $0.statusCode, $0.attemptedAt) = (1, "delivered", 200, core.now().rawValue)
        }
        let identity = CommandIdentity(
            id: try #require(CommandID("delivery")), digest: Digest(hashing: []), actor: "test", mayBeRepeat: false)
        _ = try await core.webhooks.handle(.recordAttempt(attempt, replayCount: 1), on: id.stream, as: identity)
        return Webhook.DeliveryID(id, position).description
    }

    private func audit(_ api: TestAPI, _ session: String) async throws {
        let head = try await api.call(.getTreeHead).json
        let size = try #require(head["size"]?.integerValue)
        #expect(size == Int64(api.head))
        #expect(try await api.call(.getInclusionProof, query: "position=1&size=\(size)").json["leaf_index"] == 0)
        #expect(try await api.call(.getConsistencyProof, query: "from=1&to=\(size)").json["to"] == .integer(size))
        let proven = try await api.call(.getSessionProofs, session, query: "payloads=true&limit=2").json
        #expect(proven["events"]?.arrayValue?.count == 2)
        #expect(proven["next_after"] == proven["events"]?.arrayValue?.last?["position"])
        let ofModel = try await api.call(.getModelProofs, "detector", query: "payloads=true").json["events"]
        #expect(ofModel?.arrayValue?.isEmpty == false)
        #expect(try await api.call(.getPublicKeys).json["origin"] == "example.org/log")
        let keys = try await api.call(.rotateLogKey, body: ["overlap_days": 7]).json["keys"]
        #expect(keys?.arrayValue?.count == 2)
        let note = try await api.call(.getLogCheckpoint).text
        #expect(note.hasPrefix("example.org/log\n\(size + 1)\n"))
        #expect(try await api.call(.getLogTile, "0", "000.p", "3").bytes.count == 96)
    }

    private func server(_ api: TestAPI, _ session: String) async throws {
        let hook = try await api.call(
            .createWebhook, body: ["url": "https://example.org/hook", "events": ["training_failed"]])
        let id = try #require(hook.json["webhook_id"]?.stringValue)
        #expect(try await api.call(.listWebhooks).json["total"] == 1)
        try await api.call(.getWebhook, id)
        let changed = try await api.call(.updateWebhook, id, body: ["enabled": false, "secret": "words"])
        #expect(changed.json["status"] == "disabled")
        #expect(changed.json["secret"] == "whsec_d29yZHM=")
        #expect(try await api.call(.testWebhook, id).json["success"] == false)
        try await api.call(.replayWebhook, id, query: "after=0")
        #expect(try await api.call(.listDeliveries, id).json["deliveries"] == [])
        let delivery = try await recordDelivery(api, to: id, of: session)
        let sent = try await api.call(.getDelivery, id, delivery).json
        #expect(sent["body"]?.stringValue?.contains("\"type\":\"training_completed\"") == true)
        #expect(try await api.call(.redeliver, id, delivery).json["status"] == "pending")
        #expect(try await api.call(.resumeWebhooks).json["was_paused"] == false)
        #expect(try await api.call(.deleteWebhook, id).json["status"] == "deleted")
        for operation in [
            API.Operation.ping, .getHealth, .getDetailedHealth, .getResources, .getCPUResources, .getMemoryResources,
            .getDiskResources, .getGPUResources, .getRebuildState, .getStorage, .getDashboard, .getSwaggerUI, .getReDoc,
        ] {
            try await api.call(operation)
        }
        #expect(try await api.call(.getServerTelemetry).text.contains("pivot_sessions{status=\"completed\"} 1"))
        #expect(try await api.call(.getOpenAPI).json["openapi"] == "3.1.0")
        #expect(try await api.call(.getOpenAPIUnderBase).json["openapi"] == "3.1.0")
        try await api.call(.rebuildReadModels, status: 202)
    }
}
