import API
import Foundation
import SwiftProtobuf
import TestSupport
import Testing
import Tracking
import TrackingClient

@Suite struct FeedTests {
    private static func frame(_ type: String, _ position: Int) -> String {
        "id: \(position)\ndata: {\"type\":\"\(type)\",\"position\":\(position),\"time\":\"2026-01-05T10:00:00Z\"}\n\n"
    }

    private static func record(_ position: UInt64) -> EventInfo {
        var record = EventInfo()
        record.position = position
        record.stream = "session/s"
        record.type = "session.tagged"
        return record
    }

    /// What following gives: frame types and interruptions.
    private func follow(_ feed: Feed<FeedFrameDecoder>) async throws -> [String] {
        var seen: [String] = []
        for try await item in feed {
            switch item {
            case .entry(let frame): seen.append("\(frame.type) \(frame.position ?? 0)")
            case .interrupted: seen.append("interrupted")
            }
        }
        return seen
    }

    @Test("A feed goes on after the last frame when its connection breaks, and ends with its last frame")
    func resumption() async throws {
        try await withStub(answer: { _, index in
            switch index {
            case 0: .stream(Self.frame("connection", 90) + Self.frame("status", 3) + "id: 4\ndata: {", cuts: true)
            case 1: .error(503, "shutting_down", headers: [("Retry-After", "1")])
            default:
                .stream(Self.frame("epoch_complete", 5) + Self.frame("training_complete", 6) + Self.frame("status", 7))
            }
        }) { client, server, clock in
            let seen = try await follow(client.feed(session: "sess_1", types: ["status", "log"]))
            #expect(
                seen == [
                    "connection 90", "status 3", "interrupted", "interrupted", "epoch_complete 5",
                    "training_complete 6",
                ])
            #expect(server.requests.map { $0["Last-Event-ID"] } == [nil, "3", "3"])
            #expect(server.requests[0].target == "/api/v1/sse/training/sess_1?types=status%2Clog")
            #expect(server.requests[0]["Accept"] == "text/event-stream")
            #expect(clock.sleeps.count == 2)
            #expect(clock.sleeps[1] == .seconds(1))
        }
    }

    @Test("A feed that closes cleanly is asked once more, and 204 is its end")
    func endsWith204() async throws {
        try await withStub(answer: { _, index in
            index == 0 ? .stream(Self.frame("status", 8)) : StubServer.Reply(status: 204)
        }) { client, server, _ in
            let seen = try await follow(client.feed(session: "sess_1"))
            #expect(seen == ["status 8", "interrupted"])
            #expect(server.requests.map { $0["Last-Event-ID"] } == [nil, "8"])
        }
    }

    @Test("A refused feed throws at once")
    func refused() async throws {
        try await withStub(answer: { _, _ in .error(404, "not_found") }) { client, server, _ in
            await #expect(throws: ClientError(.refused(status: 404, code: "not_found"), "")) {
                _ = try await follow(client.feed(session: "sess_2"))
            }
            #expect(server.requests.count == 1)
        }
    }

    @Test("A feed gives up after as many failures in a row as the policy has attempts")
    func givesUp() async throws {
        try await withStub(answer: { _, _ in .error(503, "rebuilding") }) { client, server, _ in
            await #expect(throws: ClientError(.refused(status: 503, code: "rebuilding"), "")) {
                _ = try await follow(client.feed(session: "sess_1", policy: .interactive))
            }
            #expect(server.requests.count == 3)
        }
    }

    @Test("Records of the log are followed by their positions, each once")
    func events() async throws {
        func line(_ position: UInt64) -> String {
            Self.record(position).text + "\n"
        }
        let first = line(1) + line(2) + #"{"position":3"#
        let second = line(3) + line(4)
        try await withStub(answer: { _, index in
            index == 0
                ? .stream(first, cuts: true) : index == 1 ? .stream(second) : .error(404, "not_found")
        }) { client, server, _ in
            var positions: [UInt64] = []
            await #expect(throws: ClientError(.refused(status: 404, code: "not_found"), "")) {
                for try await item in client.events(session: "s", stream: .all, follow: true) {
                    if case .entry(let record) = item { positions.append(record.position) }
                }
            }
            #expect(positions == [1, 2, 3, 4])
            #expect(
                server.requests.map(\.target)
                    == [0, 2, 4].map { position in
                        "/api/v1/training/sessions/s/events?stream=all&after=\(position)&follow=true"
                    })
        }
    }

    @Test("Without following, the records end with the answer")
    func page() async throws {
        let text = Self.record(7).text + "\n"
        try await withStub(answer: { _, _ in .stream(text) }) { client, server, _ in
            var count = 0
            for try await item in client.events(after: 6, limit: 10) {
                if case .entry = item { count += 1 }
            }
            #expect(count == 1)
            #expect(server.requests.map(\.target) == ["/api/v1/events?after=6&limit=10"])
        }
    }

    @Test("Records come as they were recorded, each message after its length")
    func records() async throws {
        func message(_ position: UInt64, _ payload: [UInt8]) -> EventRecord {
            .with {
                $0.position = position
                $0.type = "session.tagged"
                $0.payload = Data(payload)
            }
        }
        let sent = [message(7, []), message(9, Array(repeating: 5, count: 300))]
        let stream = OutputStream.toMemory()
        stream.open()
        for record in sent { try BinaryDelimited.serialize(message: record, to: stream) }
        let bytes = [UInt8](try #require(stream.property(forKey: .dataWrittenToMemoryStreamKey) as? Data))
        try await withStub(answer: { _, index in
            StubServer.Reply(body: index == 0 ? bytes : index == 1 ? [] : bytes.dropLast())
        }) { client, server, _ in
            let records = try await client.records(of: "s", after: 6, limit: 10)
            #expect(records == sent)
            let none = try await client.records(of: "s", after: 9, limit: 10)
            #expect(none == [])
            #expect(server.requests[0].target == "/api/v1/training/sessions/s/events?after=6&limit=10")
            #expect(server.requests[0]["Accept"] == "application/x-protobuf")
            await #expect(throws: ClientError(.unexpectedAnswer, "")) {
                _ = try await client.records(of: "s", after: 6, limit: 10)
            }
        }
    }
}
