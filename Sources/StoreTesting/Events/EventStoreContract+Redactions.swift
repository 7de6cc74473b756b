import EventLog
import Testing
import Tracking

extension EventStoreContract {
    func redaction() async throws {
        let (store, _) = try await store()
        _ = try await store.append(.of(["secret", "other secret"], to: telemetry, as: "one"))
        let whole = try await store.events(after: .start).events
        var request = AppendRequest.of(["why"], to: session, as: "two")
        request.redacting = [RecordRemainder(position: whole[0].position, payload: Array("left".utf8))]
        let result = try await store.append(request)
        #expect(result.count == 1)
        let events = try await store.events(after: .start).events
        #expect(events.map(\.text) == ["left", "other secret", "why"])
        #expect(events.map(\.redactedBy) == [result.first, nil, nil])
        var expected = whole[0]
        (expected.payload, expected.redactedBy) = (Array("left".utf8), result.first)
        #expect(events[0] == expected, "all else stays, the digest of the whole payload too")
        #expect(try await store.event(at: whole[0].position) == expected)
        #expect(try await store.events(in: telemetry, after: .none, limit: 9).first == expected)
        // The same command again does nothing; another one for what is gone already decides anew.
        #expect(try await store.append(request).isRepeat)
        var again = AppendRequest.of(["why"], to: session, as: "three")
        again.redacting = request.redacting
        await #expect(throws: AppendError.conflict(actual: StreamVersion(1))) { try await store.append(again) }
        again.redacting = [RecordRemainder(position: LogPosition(1000), payload: [])]
        await #expect(throws: AppendError.conflict(actual: StreamVersion(1))) { try await store.append(again) }
        #expect(try await store.version(of: session) == StreamVersion(1))
    }
}
