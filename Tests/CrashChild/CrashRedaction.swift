package import EventLog
package import Tracking

/// The redaction that a child makes, and its parent after it.
package enum CrashRedaction {
    /// The session whose records lose their content.
    package static let session = StreamID(.session, "sess_1")
    /// The stream of the records that lose their content.
    package static let telemetry = StreamID(.telemetry, "sess_1")
    /// The text that is to be gone.
    package static let secret = "a name that must be forgotten"
    /// The number of records with it.
    package static let count = 6

    /// Fills an empty log: a report for each line.
    package static func fill(_ store: some EventStore) async throws {
        for number in 0..<count {
            guard let command = CommandID("line-\(number)") else { preconditionFailure("the id is valid") }
            var line = LogLine()
            (line.time, line.text) = (Int64(number), "\(secret) \(number)")
            var logged = LinesLogged()
            logged.lines = [line]
            let event = TelemetryEvent.linesLogged(logged)
            _ = try await store.append(
                AppendRequest(
                    stream: telemetry, events: [try event.encoded()], expecting: .any,
                    commandID: command, commandDigest: Digest(hashing: []), actor: "trainer"))
        }
    }

    /// The same request whenever it is made.
    package static func request(in store: some EventStore) async throws -> AppendRequest {
        var remainders: [RecordRemainder] = []
        var positions: [LogPosition] = []
        for record in try await store.allEvents(in: telemetry) {
            positions.append(record.position)
            guard let payload = try RedactionKind.logs.remainder(of: record) else { continue }
            remainders.append(RecordRemainder(position: record.position, payload: payload))
        }
        return try request(naming: positions, redacting: remainders)
    }

    /// A request whose event names `positions`.
    package static func request(
        naming positions: [LogPosition], redacting remainders: [RecordRemainder]
    ) throws -> AppendRequest {
        var redacted = SessionRedacted()
        (redacted.kinds, redacted.reason, redacted.positions) = (["logs"], "a test", positions)
        guard let command = CommandID("redact") else { preconditionFailure("the id is valid") }
        var request = AppendRequest(
            stream: session, events: [try SessionEvent.redacted(redacted).encoded()], expecting: .any,
            commandID: command, commandDigest: Digest(hashing: []), actor: "api")
        request.redacting = remainders
        return request
    }
}
