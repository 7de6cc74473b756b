import API
import Testing
import Tracking
import TrackingClient

@Suite struct RetentionTests {
    @Test("a rule is sent whole, and what it leaves out is left out")
    func rules() async throws {
        let answer = #"""
            {"name":"old","status":"ended","after_days":30,"redact":[],"keep_best_checkpoints":3,"actor":"api",
             "created_at":"2026-05-03T10:00:00Z","updated_at":"2026-05-03T10:00:00Z","position":8}
            """#
        try await withStub(answer: { _, _ in .json(answer) }) { client, server, _ in
            var rule = RetentionRuleRequest()
            (rule.status, rule.afterDays, rule.keepBestCheckpoints) = (.ended, 30, 3)
            #expect(try await client.setRetentionRule("old", rule).keepBestCheckpoints == 3)
            #expect(try await client.deleteRetentionRule("old").ruleName == "old")
            #expect(
                server.requests.map { "\($0.method) \($0.target)" } == [
                    "PUT /api/v1/retention/rules/old", "DELETE /api/v1/retention/rules/old",
                ])
            #expect(
                server.requests.first.map { String(decoding: $0.body, as: UTF8.self) }
                    == #"{"status":"ended","after_days":30,"keep_best_checkpoints":3}"#)
        }
    }

    @Test("rules are asked for as they were, and what they take with a limit")
    func work() async throws {
        let report = #"""
            {"dry_run":true,"sessions":[],"record_count":0,"byte_count":0,"checkpoint_count":0,"checkpoint_byte_count":0,
             "has_more":true}
            """#
        try await withStub(answer: { _, _ in .json(report) }) { client, server, _ in
            #expect(try await client.previewRetention(limit: 5).isDryRun)
            #expect(try await client.runRetention().hasMore)
            #expect(
                server.requests.map { "\($0.method) \($0.target)" } == [
                    "GET /api/v1/retention/preview?limit=5", "POST /api/v1/retention/run",
                ])
        }
        try await withStub(answer: { _, _ in .json(#"{"rules":[],"total":0}"#) }) { client, server, _ in
            #expect(try await client.retentionRules(asOf: LogMoment("9")).total == 0)
            #expect(server.requests.first?.target == "/api/v1/retention/rules?as_of=9")
        }
    }
}
