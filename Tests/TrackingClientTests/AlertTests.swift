import API
import Testing
import Tracking
import TrackingClient

@Suite struct AlertTests {
    private static let alert = #"""
        {"alert_id":"alert_8_0123456789abcdef","rule_id":"rule_1","rule_name":"high","severity":"high","status":"active",
         "message":"x is 2, above 1","condition":"greater_than","session_id":"sess_1","metric":"x","value":2,"threshold":1,
         "triggered_at":"2026-01-05T10:00:00Z","actions":["notify","stop"],"position":8}
        """#

    @Test("Alerts are asked for by every filter, and read typed")
    func list() async throws {
        let answer = #"{"alerts":[\#(Self.alert)],"active_count":3,"acknowledged_count":1}"#
        try await withStub(answer: { _, _ in .json(answer) }) { client, server, _ in
            var query = AlertQuery()
            query.statuses = [.active, .acknowledged]
            query.severity = .high
            query.sessionID = "sess_1"
            query.ruleID = "rule_1"
            query.asOf = .position(LogPosition(9))
            query.limit = 5
            let page = try await client.alerts(query)
            #expect(page.activeCount == 3)
            #expect(page.alerts.map(\.actions) == [[.notify, .stop]])
            #expect(
                server.requests.first?.target
                    == "/api/v1/alerts?status=active%2Cacknowledged&severity=high&session_id=sess_1&rule_id=rule_1"
                    + "&as_of=9&limit=5")
        }
    }

    @Test("What somebody says of an alert is sent with an idempotency key")
    func remarks() async throws {
        try await withStub(answer: { _, _ in .json(Self.alert) }) { client, server, _ in
            var remark = AlertRemark()
            (remark.by, remark.notes) = ("ana", "seen")
            _ = try await client.acknowledgeAlert("alert_8_0123456789abcdef", remark)
            _ = try await client.resolveAlert("alert_8_0123456789abcdef")
            #expect(
                server.requests.map(\.target) == [
                    "/api/v1/alerts/alert_8_0123456789abcdef/acknowledge",
                    "/api/v1/alerts/alert_8_0123456789abcdef/resolve",
                ])
            #expect(
                server.requests.map { String(decoding: $0.body, as: UTF8.self) }
                    == [#"{"by":"ana","notes":"seen"}"#, "{}"])
            for request in server.requests { #expect(request["Idempotency-Key"]?.hasPrefix("cmd_") == true) }
        }
    }

    @Test("Deliveries and their repetitions are named by both ids")
    func deliveries() async throws {
        let delivery = #"""
            {"id":"dlv_1","webhook_id":"hook_1","event":"alert_triggered","session_id":"sess_1","position":9,
             "status":"pending","attempts":1,"created_at":"2026-01-05T10:00:00Z"}
            """#
        try await withStub(answer: { _, _ in .json(delivery) }) { client, server, _ in
            _ = try await client.delivery("dlv_1", of: "hook_1")
            let again = try await client.redeliver("dlv_1", of: "hook_1")
            #expect(again.status == "pending")
            #expect(
                server.requests.map { "\($0.method) \($0.target)" } == [
                    "GET /api/v1/webhooks/hook_1/deliveries/dlv_1",
                    "POST /api/v1/webhooks/hook_1/deliveries/dlv_1/redeliver",
                ])
        }
    }
}
