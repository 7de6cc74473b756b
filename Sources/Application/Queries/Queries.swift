import EventLog
package import ReadModels
package import Tracking

/// Everything that can be read, each answer with the position that it shows.
package struct Queries: Sendable {
    let core: TrackerCore

    init(_ core: TrackerCore) { self.core = core }

    /// The freshness that an answer must have.
    package enum Freshness: Equatable, Sendable {
        /// It shows all that the log holds when it is asked for.
        case current
        /// It shows what the read models hold.
        case stale
        /// It shows everything up to a position.
        case after(LogPosition)
        /// It shows the state of a past moment, and nothing that came later.
        case asOf(LogMoment)

        /// True when what lives in memory is no part of the answer, since that is of the present.
        var isPast: Bool { if case .asOf = self { true } else { false } }
    }

    /// An answer and the position that it shows.
    package struct Answer<Value: Sendable>: Sendable {
        package var value: Value
        package var position: LogPosition

        /// Another value made of this one, at the same position.
        package func map<Other>(_ transform: (Value) throws -> Other) rethrows -> Answer<Other> {
            Answer<Other>(value: try transform(value), position: position)
        }
    }

    /// Reads once the read models show what is asked for; of a past moment, that moment.
    ///
    /// - Parameter asOf: A past position whose state is wanted.
    /// - Throws: `readModelsBehind` when they do not in time (`TrackerSettings.readWait`), what `position(at:)` refuses, and what
    ///   `body` throws.
    package func read<Value: Sendable>(
        _ freshness: Freshness = .current, asOf: LogPosition? = nil,
        _ body: @escaping @Sendable (borrowing ReadModelSnapshot) throws -> Value
    ) async throws -> Answer<Value> {
        var asOf = asOf
        switch freshness {
        case .current: try await core.waitForReadModels(core.store.head)
        case .stale: break
        case .asOf(let moment): asOf = try await position(at: moment)
        case .after(let position):
            guard position <= core.store.head else {
                throw TrackerError.invalid(
                    field: "wait_for", reason: "is \(position), beyond the log's head, which is at \(core.store.head)")
            }
            try await core.waitForReadModels(position)
        }
        if let asOf {
            try check(asOf)
            // What came later has no part in the answer.
            try await core.waitForReadModels(asOf)
        }
        return try await core.read(asOf: asOf) { snapshot in
            Answer(value: try body(snapshot), position: snapshot.position)
        }
    }

    /// The position whose state is that of `moment`: of a time, that of the last event recorded then or before.
    ///
    /// A time is found by halving the log, some thirty reads.
    /// - Throws: `invalid` for a position before the first event or beyond the head, and for a time before the first event or
    ///   after now: of these there is no state, or none that stays as it is.
    package func position(at moment: LogMoment) async throws -> LogPosition {
        switch moment {
        case .position(let position):
            try check(position)
            return position
        case .time(let time):
            guard time <= core.now() else {
                throw TrackerError.invalid(
                    field: "as_of", reason: "lies in the future: the server's clock shows \(core.now())")
            }
            let position = try await core.store.position(at: time)
            guard position > .start else {
                throw TrackerError.invalid(field: "as_of", reason: "lies before the log's first event")
            }
            return position
        }
    }

    private func check(_ asOf: LogPosition) throws(TrackerError) {
        guard asOf > .start else { throw .invalid(field: "as_of", reason: "must be a position from 1") }
        guard asOf <= core.store.head else {
            throw .invalid(field: "as_of", reason: "is beyond the log's head, which is at \(core.store.head)")
        }
    }
}

extension TrackerCore {
    /// Returns once the read models show everything up to `position`.
    func waitForReadModels(_ position: LogPosition) async throws {
        guard await readModels.waitUntilCaughtUp(to: position, within: settings.readWait) else {
            throw TrackerError.readModelsBehind(position: readModels.position, asked: position)
        }
    }

    /// Returns what `body` makes of the read models' state after everything up to `position`.
    func read<Value: Sendable>(
        after position: LogPosition, _ body: @escaping @Sendable (borrowing ReadModelSnapshot) throws -> Value
    ) async throws -> Value {
        try await waitForReadModels(position)
        return try await read(body)
    }

    /// Returns what `body` makes of the state right before the event at `position`: what that event did away with.
    func read<Value: Sendable>(
        before position: LogPosition, _ body: @escaping @Sendable (borrowing ReadModelSnapshot) throws -> Value
    ) async throws -> Value {
        let past = LogPosition(position.rawValue - 1)
        try await waitForReadModels(past)
        return try await read(asOf: past, body)
    }

    /// Returns what `body` makes of the read models' state.
    func read<Value: Sendable>(
        asOf: LogPosition? = nil, _ body: @escaping @Sendable (borrowing ReadModelSnapshot) throws -> Value
    ) async throws -> Value {
        try await readModels.snapshot(asOf: asOf, body)
    }

    /// Returns what `body` makes of the read models once they show all that the log holds now, or the past position
    /// `asOf`, however long a rebuild takes: for what follows the log from where this was read.
    package func readWithoutLimit<Value: Sendable>(
        asOf: LogPosition? = nil, _ body: @escaping @Sendable (borrowing ReadModelSnapshot) throws -> Value
    ) async throws -> Value {
        let head = asOf ?? store.head
        while true {
            do {
                if await readModels.waitUntilCaughtUp(to: head, within: .seconds(5)) {
                    return try await read(asOf: asOf, body)
                }
                try Task.checkCancellation()
            } catch let error as ReadModelError where [.building, .busy].contains(error.code) {
                try await Task.sleep(for: .milliseconds(100))
            }
        }
    }
}

extension ReadModelSnapshot {
    /// The session's document.
    ///
    /// - Throws: `unknown` when there is none at this position.
    package func document(of session: Session.ID) throws -> SessionDocument {
        guard let document = try self.session(session) else { throw TrackerError.unknown(.session, session.text) }
        return document
    }

    /// The session called `id`, or the one that was started last.
    func document(ofSessionOrLatest id: Session.ID?) throws -> (id: Session.ID, document: SessionDocument) {
        if let id { return (id, try document(of: id)) }
        guard let document = try latestStartedSession(), let id = Session.ID(document.sessionID) else {
            throw TrackerError.noSessionStarted
        }
        return (id, document)
    }
}
