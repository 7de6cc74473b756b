package import EventLog
package import Tracking

/// What the child appends: fixed by the numbers alone, so that the parent knows all of it.
package enum CrashWorkload {
    /// The producers, each with a stream of its own, that append at the same time.
    package static let producerCount = 4
    /// The commands of each producer, sent one after the other.
    package static let commandCount = 30

    /// The stream of `producer`: one reports telemetry, the others are sessions.
    package static func stream(of producer: Int) -> StreamID {
        StreamID(producer == 1 ? .telemetry : .session, "sess_\(producer)")
    }

    /// The command of `producer` at `index`: one to three events, some of them large.
    package static func request(of producer: Int, at index: Int) -> AppendRequest {
        let count = 1 + (producer + index) % 3
        let events = (0..<count).map { number in
            let text = "\(producer) \(index) \(number)"
            let isLarge = (producer + index) % 7 == 0
            return NewEvent(type: "noted", payload: Array(text.utf8) + Array(repeating: 46, count: isLarge ? 9000 : 20))
        }
        guard let command = CommandID("command \(producer) \(index)") else { preconditionFailure("the id is valid") }
        return AppendRequest(
            stream: stream(of: producer), events: events, expecting: .any, commandID: command,
            commandDigest: Digest(hashing: events.flatMap(\.payload)), actor: "crash-child")
    }
}
