package import EventLog
package import Tracking

/// Follows the log with side effects: starts processes, watches leases, compares, tells others.
///
/// It changes things only by commands. How far it got follows from state or is facts in its own streams, never rows of the
/// read models: `begin` finds out, and what it did twice must count once.
package protocol Reactor: Sendable {
    /// The actor that its commands are from, such as `lease-watch`.
    var name: String { get }
    /// The events that it follows; nil when only time moves it.
    var interest: EventFilter? { get }
    /// The types of the events that it is given; nil for all. What it would only pass over need not be decoded.
    var types: Set<String>? { get }
    /// The time between two calls of `tick`; nil when only events move it.
    var interval: Duration? { get }

    /// Takes up what an earlier server left, and says after which position to follow the log. An error ends the server.
    func begin(_ work: ReactorWork) async throws -> LogPosition

    /// Reacts to one event, before it is given the next one. After an error it is given the same one again, for a minute;
    /// then the event is passed over, and what it missed is left to `begin` at the next start.
    func react(to event: RecordedEvent, _ work: ReactorWork) async throws

    /// Does what time asks for. Errors are logged, and the next tick comes all the same.
    func tick() async throws
}

extension Reactor {
    package var interest: EventFilter? { nil }
    package var types: Set<String>? { nil }
    package var interval: Duration? { nil }
    package func begin(_ work: ReactorWork) async throws -> LogPosition { .start }
    package func react(to event: RecordedEvent, _ work: ReactorWork) async throws {}
    package func tick() async throws {}

    /// Those of `events` that it is given. What another server recorded is history: whoever acts on it has done so there.
    package func wanted(of events: [RecordedEvent]) -> [RecordedEvent] {
        events.filter { !$0.isImported && types?.contains($0.type) ?? true }
    }

    /// The identity of a command of this reactor: the same key again is the same command.
    package func identity(_ key: String) -> CommandIdentity? {
        CommandID("\(name)/\(key)").map { id in
            CommandIdentity(id: id, digest: Digest(hashing: Array(id.text.utf8)), actor: name, mayBeRepeat: true)
        }
    }
}

/// Work that a reactor begins and does not wait for; it ends with the server at the latest.
package struct ReactorWork: Sendable {
    private let add: @Sendable (@escaping @Sendable () async -> Void) -> Void

    /// - Parameter add: Begins work and returns at once.
    package init(_ add: @escaping @Sendable (@escaping @Sendable () async -> Void) -> Void) { self.add = add }

    /// Runs `body` beside the reactor.
    package func callAsFunction(_ body: @escaping @Sendable () async -> Void) { add(body) }
}
