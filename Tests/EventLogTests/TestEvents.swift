import EventLog
import Tracking

extension AppendRequest {
    /// A request whose payloads are the given texts and whose digest is that of the texts.
    static func of(
        _ texts: [String], to stream: StreamID, as command: String, expecting: ExpectedVersion = .any
    ) -> AppendRequest {
        AppendRequest(
            stream: stream, events: texts.map { NewEvent(type: "noted", payload: Array($0.utf8)) },
            expecting: expecting, commandID: CommandID(command)!,
            commandDigest: Digest(hashing: Array(texts.joined(separator: "\n").utf8)), actor: "api")
    }
}

extension RecordedEvent {
    /// The payload as text.
    var text: String { String(decoding: payload, as: UTF8.self) }
}
