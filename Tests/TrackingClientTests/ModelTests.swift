import API
import Testing
import Tracking
import TrackingClient

@Suite struct ModelTests {
    private static let alias = #"""
        {"model":"detector","alias":"production","checkpoint_id":"ckpt_1","session_id":"sess_1","epoch":3,
         "digest":"sha256:0000000000000000000000000000000000000000000000000000000000000000","file_name":"a.safetensors",
         "file_size_bytes":7,"reason":"better","actor":"api","set_at":"2026-05-03T10:00:00Z","position":8}
        """#

    @Test("what an alias is expected to point at is sent, null for nothing, and left out when anything will do")
    func expectations() async throws {
        let reference = try #require(Model.Reference("detector@production"))
        try await withStub(answer: { _, _ in .json(Self.alias) }) { client, server, _ in
            var target = AliasTarget()
            (target.checkpointID, target.reason) = ("ckpt_1", "better")
            _ = try await client.setModelAlias(reference, to: target)
            target.expected = .some(nil)
            _ = try await client.setModelAlias(reference, to: target)
            target.expected = "ckpt_0"
            #expect(try await client.setModelAlias(reference, to: target).checkpointID == "ckpt_1")
            let begin = #"{"checkpoint_id":"ckpt_1","reason":"better""#
            #expect(
                server.requests.map { String(decoding: $0.body, as: UTF8.self) } == [
                    begin + "}", begin + #","expected_checkpoint_id":null}"#,
                    begin + #","expected_checkpoint_id":"ckpt_0"}"#,
                ])
            for request in server.requests {
                #expect(request.method == "PUT" && request.target == "/api/v1/models/detector/aliases/production")
                #expect(request["Idempotency-Key"]?.hasPrefix("cmd_") == true)
            }
        }
    }

    @Test("models are asked for as they are and as they were")
    func reads() async throws {
        let reference = try #require(Model.Reference("detector@production"))
        try await withStub(answer: { _, _ in .json(Self.alias) }) { client, server, _ in
            _ = try await client.modelAlias(reference, asOf: LogMoment("2026-05-03T10:00:00Z"))
            _ = try await client.removeModelAlias(reference, reason: "withdrawn", expected: "ckpt_1")
            #expect(
                server.requests.map { "\($0.method) \($0.target)" } == [
                    "GET /api/v1/models/detector/aliases/production?as_of=2026-05-03T10%3A00%3A00.000000Z",
                    "DELETE /api/v1/models/detector/aliases/production?reason=withdrawn&expected_checkpoint_id=ckpt_1",
                ])
        }
        let list = #"{"models":[],"total":0}"#
        try await withStub(answer: { _, _ in .json(list) }) { client, server, _ in
            _ = try await client.models(asOf: LogMoment("9"), limit: 5)
            #expect(server.requests.first?.target == "/api/v1/models?limit=5&as_of=9")
        }
    }
}
