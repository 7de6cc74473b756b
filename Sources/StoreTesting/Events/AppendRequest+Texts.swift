package import EventLog
package import Tracking

extension AppendRequest {
    /// A request whose payloads are the given texts and whose digest is that of the texts.
    package static func of(
        _ texts: [String], to stream: StreamID, as command: String, expecting: ExpectedVersion = .any
    ) -> AppendRequest {
        guard let commandID = CommandID(command) else { preconditionFailure("\(command) is no command id") }
        return AppendRequest(
            stream: stream, events: texts.map { NewEvent(type: "noted", payload: Array($0.utf8)) },
            expecting: expecting, commandID: commandID,
            commandDigest: Digest(hashing: Array(texts.joined(separator: "\n").utf8)), actor: "api")
    }
}

extension RecordedEvent {
    /// The payload as text.
    package var text: String { String(decoding: payload, as: UTF8.self) }
}
