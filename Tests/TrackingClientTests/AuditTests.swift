import API
import Testing
import TrackingClient

@Suite struct AuditTests {
    @Test("Proofs are asked for by position and size, and tiles by their path")
    func targets() async throws {
        let proof = #"{"leaf_index":6,"leaf_hash":"00","size":9,"hashes":["0a"],"from":3,"to":9}"#
        try await withStub(answer: { _, _ in .json(proof) }) { client, server, _ in
            #expect(try await client.inclusionProof(of: 7, size: 9).hashes == ["0a"])
            _ = try await client.inclusionProof(of: 7)
            #expect(try await client.consistencyProof(from: 3, to: 9).to == 9)
            _ = try await client.logTile("0/x001/067.p/3")
            _ = try await client.logCheckpoint()
            #expect(
                server.requests.map(\.target) == [
                    "/api/v1/audit/proof/inclusion?position=7&size=9", "/api/v1/audit/proof/inclusion?position=7",
                    "/api/v1/audit/proof/consistency?from=3&to=9", "/api/v1/audit/log/tile/0/x001/067.p/3",
                    "/api/v1/audit/log/checkpoint",
                ])
        }
    }

    @Test("A session's proofs are asked for page by page")
    func pages() async throws {
        let page = #"""
            {"size":9,"events":[{"position":7,"header":"AQ==","payload_digest":"00","salt":"AA==","payload":"AA==",
             "inclusion":{"leaf_index":6,"hashes":[]}}],"next_after":7}
            """#
        try await withStub(answer: { _, _ in .json(page) }) { client, server, _ in
            var query = SessionProofQuery()
            query.streams = .all
            (query.after, query.limit, query.size, query.includesPayloads) = (3, 1, 9, true)
            let proofs = try await client.sessionProofs("sess_1", query)
            #expect(proofs.treeHead == nil)
            #expect(proofs.nextAfter == 7)
            #expect(proofs.events.map(\.inclusion.leafIndex) == [6])
            #expect(
                server.requests.first?.target
                    == "/api/v1/audit/sessions/sess_1?stream=all&after=3&limit=1&size=9&payloads=true")
        }
    }

    @Test("A rotation says for how long both keys sign, and is sent with an idempotency key")
    func rotation() async throws {
        let keys = #"""
            {"origin":"log","keys":[{"status":"signing","verifier_key":"log+1+a","public_key":"00"},
             {"status":"retired","verifier_key":"log+2+b","public_key":"01","signs_until":"2026-01-05T10:00:00Z","last_size":4}]}
            """#
        try await withStub(answer: { _, _ in .json(keys, status: 201) }) { client, server, _ in
            let list = try await client.rotateLogKey(overlapDays: 0, command: "cmd_1")
            #expect(list.keys.map(\.lastSize) == [nil, 4])
            let request = try #require(server.requests.first)
            #expect(request["Idempotency-Key"] == "cmd_1")
            #expect(String(decoding: request.body, as: UTF8.self).contains("overlap_days"))
        }
    }
}
